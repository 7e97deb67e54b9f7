//! The queue of runs.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::Notify;

use super::{
    JobEngine, JobHandler, SqliteStore, Store,
    tests::{new_portfolio, portfolio, store},
};
use crate::server::{
    lock::lock,
    store::{Job, StoreError},
};

/// Notes what it is handed; is done with it at once, or never.
#[derive(Default)]
struct Notes {
    runs: Mutex<Vec<i64>>,
    noted: Notify,
    is_endless: bool,
}

#[async_trait]
impl JobHandler for Notes {
    async fn handle(&self, job: Job) {
        lock(&self.runs).push(job.run_id);
        self.noted.notify_one();
        if self.is_endless {
            std::future::pending::<()>().await;
        }
    }
}

/// Works until so many runs were handed out; gives them in order.
async fn handed_out(store: &SqliteStore, notes: Arc<Notes>, count: usize) -> Vec<i64> {
    let enough = async {
        while lock(&notes.runs).len() < count {
            notes.noted.notified().await;
        }
    };
    tokio::select! {
        worked = store.work(notes.clone()) => panic!("the queue gave up: {worked:?}"),
        () = enough => {}
    }
    lock(&notes.runs).clone()
}

#[tokio::test]
async fn a_run_is_handed_out_because_it_was_created() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    assert_eq!(handed_out(&store, Arc::default(), 1).await, [run.run_id]);
}

#[tokio::test]
async fn whoever_has_many_runs_does_not_hold_up_whoever_has_one() {
    let (store, _folder) = store().await;
    let many = [portfolio(&store, "a").await, portfolio(&store, "a").await, portfolio(&store, "a").await];
    let one = portfolio(&store, "b").await;
    let order = handed_out(&store, Arc::default(), 4).await;
    assert_eq!(order, [many[0].run_id, one.run_id, many[1].run_id, many[2].run_id]);
}

#[tokio::test]
async fn what_a_dead_process_had_is_handed_out_again_by_the_next_start() {
    let (store, folder) = store().await;
    let run = portfolio(&store, "a").await;
    handed_out(&store, Arc::new(Notes { is_endless: true, ..Notes::default() }), 1).await;
    let next = SqliteStore::open(&format!("sqlite://{}/nested/test.db", folder.path().display())).await.unwrap();
    next.reclaim().await.unwrap();
    assert_eq!(handed_out(&next, Arc::default(), 1).await, [run.run_id]);
}

#[tokio::test]
async fn a_run_from_before_there_was_a_queue_is_handed_out_too() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    sqlx::query("DELETE FROM Jobs").execute(&store.writer).await.unwrap();
    store.reclaim().await.unwrap();
    assert_eq!(handed_out(&store, Arc::default(), 1).await, [run.run_id]);
}

#[tokio::test]
async fn a_run_that_was_refused_leaves_no_job() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    assert!(store.create_attempt("a", run.portfolio_id, false, None, 9, u32::MAX).await.is_err());
    let jobs: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM Jobs").fetch_one(&store.writer).await.unwrap();
    assert_eq!(jobs, 1);
}

#[tokio::test]
async fn a_run_too_many_leaves_neither_portfolio_nor_job_and_says_nothing_of_what_is_somebody_elses() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let another = store.create_portfolio(&new_portfolio("a"), 1).await;
    assert!(matches!(another, Err(StoreError::TooManyRuns)));
    assert!(store.create_portfolio(&new_portfolio("b"), 1).await.is_ok(), "each user has their own");
    assert_eq!(store.portfolios("a", None, 10).await.unwrap().len(), 1);

    sqlx::query("UPDATE runs SET status = 'failed'").execute(&store.writer).await.unwrap();
    let retry = |owner, most| store.create_attempt(owner, run.portfolio_id, false, None, 9, most);
    assert!(matches!(retry("b", 0).await, Err(StoreError::NotFound)));
    assert!(matches!(retry("a", 0).await, Err(StoreError::TooManyRuns)));
    assert_eq!(retry("a", 1).await.unwrap().attempt, 2);
    let jobs: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM Jobs").fetch_one(&store.writer).await.unwrap();
    assert_eq!(jobs, 3);
}
