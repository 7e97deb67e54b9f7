//! Tests which runs the job queue hands out, in which order, and which runs are queued again.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::Notify;

use super::{
    JobEngine, JobHandler, Quotas, SqliteStore, Store, jobs,
    tests::{new_portfolio, portfolio, store},
};
use crate::server::{
    store::{Job, StoreError},
    util::lock::lock,
};

/// How long a test waits for the queue to hand out the expected jobs.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// A job handler that records the runs it is given. Each job ends immediately, or never if
/// `is_endless` is set.
#[derive(Default)]
struct RecordingHandler {
    runs: Mutex<Vec<i64>>,
    recorded: Notify,
    is_endless: bool,
}

#[async_trait]
impl JobHandler for RecordingHandler {
    async fn handle(&self, job: Job) {
        lock(&self.runs).push(job.run_id);
        self.recorded.notify_one();
        if self.is_endless {
            std::future::pending::<()>().await;
        }
    }
}

/// Returns quotas that limit only the number of active runs.
fn active_run_quota(active_runs: u32) -> Quotas {
    Quotas { active_runs, ..Quotas::UNLIMITED }
}

/// Runs a worker until the queue has handed out `count` runs, and returns their ids in order.
async fn handed_out(store: &SqliteStore, handler: Arc<RecordingHandler>, count: usize) -> Vec<i64> {
    let enough = async {
        while lock(&handler.runs).len() < count {
            handler.recorded.notified().await;
        }
    };
    tokio::select! {
        result = store.work(handler.clone()) => panic!("the queue stopped: {result:?}"),
        () = enough => {}
        () = tokio::time::sleep(TIME_LIMIT) => panic!("only these were handed out: {:?}", lock(&handler.runs)),
    }
    lock(&handler.runs).clone()
}

#[tokio::test]
async fn hands_out_created_run() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    assert_eq!(handed_out(&store, Arc::default(), 1).await, [run.run_id]);
}

#[tokio::test]
async fn hands_out_runs_fairly_among_users() {
    let (store, _folder) = store().await;
    let busy_user = [portfolio(&store, "a").await, portfolio(&store, "a").await, portfolio(&store, "a").await];
    let other_user = portfolio(&store, "b").await;
    let order = handed_out(&store, Arc::default(), 4).await;
    assert_eq!(order, [busy_user[0].run_id, other_user.run_id, busy_user[1].run_id, busy_user[2].run_id]);
}

#[tokio::test]
async fn hands_out_runs_of_dead_process_again() {
    let (store, folder) = store().await;
    let run = portfolio(&store, "a").await;
    handed_out(&store, Arc::new(RecordingHandler { is_endless: true, ..RecordingHandler::default() }), 1).await;
    let next = SqliteStore::open(&format!("sqlite://{}/nested/test.db", folder.path().display())).await.unwrap();
    next.reclaim().await.unwrap();
    assert_eq!(handed_out(&next, Arc::default(), 1).await, [run.run_id]);
}

#[tokio::test]
async fn reclaims_runs_from_before_the_queue() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    sqlx::query("DELETE FROM Jobs").execute(&store.writer).await.unwrap();
    store.reclaim().await.unwrap();
    assert_eq!(handed_out(&store, Arc::default(), 1).await, [run.run_id]);
}

#[tokio::test]
async fn leaves_no_job_for_refused_run() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    assert!(store.create_attempt("a", run.portfolio_id, false, None, 9, &Quotas::UNLIMITED).await.is_err());
    let jobs: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM Jobs").fetch_one(&store.writer).await.unwrap();
    assert_eq!(jobs, 1);
}

#[tokio::test]
async fn rolls_back_run_over_active_limit() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let another = store.create_portfolio(&new_portfolio("a"), &active_run_quota(1)).await;
    assert!(matches!(another, Err(StoreError::TooManyRuns)));
    assert!(store.create_portfolio(&new_portfolio("b"), &active_run_quota(1)).await.is_ok(), "each user has their own");
    assert_eq!(store.portfolios("a", None, 10).await.unwrap().len(), 1);

    sqlx::query("UPDATE runs SET status = 'failed'").execute(&store.writer).await.unwrap();
    let (none, one) = (active_run_quota(0), active_run_quota(1));
    let retry = |owner, quotas| store.create_attempt(owner, run.portfolio_id, false, None, 9, quotas);
    assert!(matches!(retry("b", &none).await, Err(StoreError::NotFound)));
    assert!(matches!(retry("a", &none).await, Err(StoreError::TooManyRuns)));
    assert_eq!(retry("a", &one).await.unwrap().attempt, 2);
    let jobs: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM Jobs").fetch_one(&store.writer).await.unwrap();
    assert_eq!(jobs, 3);
}

#[tokio::test]
async fn refuses_run_whose_job_is_not_inserted() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    let mut tx = store.writer.begin().await.unwrap();
    assert!(jobs::enqueue(&mut tx, run.run_id, "a").await.is_err(), "the queue has a job of this run already");
}

#[tokio::test]
async fn starts_upload_after_a_deletion() {
    let (store, _folder) = store().await;
    let deleted = portfolio(&store, "a").await;
    handed_out(&store, Arc::default(), 1).await;
    sqlx::query("UPDATE runs SET status = 'completed', completed_ms = 1").execute(&store.writer).await.unwrap();
    sqlx::query("UPDATE Jobs SET status = 'Done'").execute(&store.writer).await.unwrap();
    store.delete_portfolio("a", deleted.portfolio_id).await.unwrap();
    let next = portfolio(&store, "a").await;
    assert_eq!(handed_out(&store, Arc::default(), 1).await, [next.run_id]);
}

#[tokio::test]
async fn requeues_runs_without_a_job() {
    let (store, _folder) = store().await;
    let runs = [portfolio(&store, "a").await, portfolio(&store, "b").await, portfolio(&store, "c").await];
    assert!(store.requeue_stranded(&[]).await.unwrap().is_empty(), "each has a job");
    sqlx::query("DELETE FROM Jobs WHERE idempotency_key = ?")
        .bind(runs[0].run_id.to_string())
        .execute(&store.writer)
        .await
        .unwrap();
    sqlx::query("UPDATE Jobs SET status = 'Done' WHERE idempotency_key <> ?")
        .bind(runs[0].run_id.to_string())
        .execute(&store.writer)
        .await
        .unwrap();
    let computed_here = [runs[2].run_id];
    assert_eq!(store.requeue_stranded(&computed_here).await.unwrap(), [runs[0].run_id, runs[1].run_id]);
    assert!(store.requeue_stranded(&computed_here).await.unwrap().is_empty(), "they have a job again");
    let mut handed = handed_out(&store, Arc::default(), 2).await;
    handed.sort_unstable();
    assert_eq!(handed, [runs[0].run_id, runs[1].run_id]);
}

#[tokio::test]
async fn passes_over_ids_the_queue_remembers() {
    let (store, folder) = store().await;
    portfolio(&store, "a").await;
    sqlx::query("UPDATE Jobs SET idempotency_key = '70', status = 'Done'").execute(&store.writer).await.unwrap();
    let next = SqliteStore::open(&format!("sqlite://{}/nested/test.db", folder.path().display())).await.unwrap();
    assert_eq!(portfolio(&next, "a").await.run_id, 71);
}

/// Checks that the build does not depend on `DATABASE_URL`, which is set on a server's machine. If
/// `SQLX_OFFLINE` were not set, the crate apalis-sqlite would check its queries against that
/// database at compile time, and the build would fail.
#[test]
fn compiles_with_any_database_url() {
    let config = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/.cargo/config.toml"));
    let config: toml::Table = config.parse().unwrap();
    assert_eq!(config["env"]["SQLX_OFFLINE"].as_str(), Some("true"));
}
