//! Tests the contract that every implementation of [`RunListStore`] must fulfill.

use status::RunStatus;

use super::{
    NewPortfolio, Quotas, SqliteStore, Store,
    tests::{end_run, new_portfolio, portfolio, store},
};
use crate::server::{store::RunListStore, tracker::support, util::viewer::Viewer};

const ADMIN: Viewer<'static> = Viewer::Admin("admin");

async fn created_at(store: &SqliteStore, created_ms: i64) {
    let new = NewPortfolio { created_ms, ..new_portfolio("a") };
    store.create_portfolio(&new, &Quotas::UNLIMITED).await.unwrap();
}

#[tokio::test]
async fn finds_run_by_its_code() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    portfolio(&store, "a").await;
    let code = support::code(run.portfolio_id, 1);
    let found = store.runs_with_code(ADMIN, &code, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    let item = &found[0];
    assert_eq!((item.portfolio_id, item.attempt, item.owner.as_str()), (run.portfolio_id, 1, "a"));
    assert_eq!((item.status, item.started_ms, item.completed_ms), (RunStatus::Running, 5, None));
    assert_eq!(item.support_code, code);
    assert_eq!(store.runs_with_code(Viewer::Owner("b"), &code, 10).await.unwrap(), []);
    assert_eq!(store.runs_with_code(ADMIN, "000-000", 10).await.unwrap(), []);
}

#[tokio::test]
async fn gives_each_attempt_its_own_code() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    end_run(&store, &run).await;
    let retried = store.create_attempt("a", run.portfolio_id, false, None, 9, &Quotas::UNLIMITED).await.unwrap();
    for attempt in [run.attempt, retried.attempt] {
        let found = store.runs_with_code(ADMIN, &support::code(run.portfolio_id, attempt), 10).await.unwrap();
        assert_eq!(found.iter().map(|item| item.attempt).collect::<Vec<_>>(), [attempt]);
    }
}

#[tokio::test]
async fn lists_newest_runs_of_period_first() {
    let (store, _folder) = store().await;
    for created_ms in [9, 10, 11, 12] {
        created_at(&store, created_ms).await;
    }
    let started =
        |list: &crate::server::store::RunList| -> Vec<i64> { list.items.iter().map(|item| item.started_ms).collect() };
    let all = store.runs_since(ADMIN, 10, 3).await.unwrap();
    assert_eq!((started(&all), all.more), (vec![12, 11, 10], 0));
    let limited = store.runs_since(ADMIN, 10, 2).await.unwrap();
    assert_eq!((started(&limited), limited.more), (vec![12, 11], 1));
    assert_eq!(store.runs_since(Viewer::Owner("b"), 0, 9).await.unwrap(), crate::server::store::RunList::default());
}

#[tokio::test]
async fn fills_in_codes_of_earlier_versions() {
    let (store, folder) = store().await;
    let run = portfolio(&store, "a").await;
    sqlx::query("UPDATE runs SET support_code = NULL").execute(&store.writer).await.unwrap();
    drop(store);
    let url = format!("sqlite://{}/nested/test.db", folder.path().display());
    let store = SqliteStore::open(&url).await.unwrap();
    let code = support::code(run.portfolio_id, 1);
    assert_eq!(store.runs_with_code(ADMIN, &code, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn looks_up_codes_by_index() {
    let (store, _folder) = store().await;
    let plan: Vec<(i64, i64, i64, String)> =
        sqlx::query_as("EXPLAIN QUERY PLAN SELECT id FROM runs WHERE support_code = 'K7Q-M2X'")
            .fetch_all(&store.readers)
            .await
            .unwrap();
    assert!(plan[0].3.contains("runs_by_support_code"), "{plan:?}");
}
