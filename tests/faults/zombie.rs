//! Tests two server processes that share a database. In one test, the first process is frozen, the
//! second takes over its runs, and then the first is resumed. In the other test, the first process
//! stops and hands its runs over to the second.

use sqlx::{Connection, SqliteConnection};

use crate::{
    process::{POSITIONS, Server, pace},
    watch::Watch,
};

/// Freezes a process at a moment when it is not writing to the database. Otherwise the frozen
/// process would keep its lock on the database, and the other process could not write.
async fn freeze(server: &Server) {
    let mut other = SqliteConnection::connect(&server.database_url()).await.unwrap();
    sqlx::query("PRAGMA busy_timeout = 50").execute(&mut other).await.unwrap();
    loop {
        server.signal("STOP");
        if sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.is_ok() {
            sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
            return;
        }
        server.signal("CONT");
        tokio::task::yield_now().await;
    }
}

/// Uploads more portfolios than there are workers, so that some runs wait in the queue.
async fn start_runs(server: &Server) -> Vec<Watch> {
    let mut watched = Vec::new();
    for number in 0..6 {
        watched.push(Watch::new(server.create(&format!("Run {number}"), POSITIONS).await.unwrap()));
    }
    let first = watched[0].id.clone();
    server.wait_until(&first, |status| status["last_seq"].as_u64() >= Some(5)).await;
    watched
}

/// Checks that every run completes and computes each phase exactly once.
async fn check_all_complete(server: &Server, watched: &mut [Watch]) {
    for watch in watched {
        server.wait_for_end(&watch.id).await;
        watch.look(server).await;
        watch.check_completed();
    }
}

#[tokio::test]
async fn fences_writes_of_a_process_that_was_frozen() {
    let frozen = Server::start(pace(40)).await;
    let mut watched = start_runs(&frozen).await;
    freeze(&frozen).await;
    let second = frozen.start_second().await;
    let first = watched[0].id.clone();
    second.wait_until(&first, |status| status["last_seq"].as_u64() >= Some(8)).await;
    frozen.signal("CONT");
    check_all_complete(&second, &mut watched).await;
    for watch in &watched {
        let seen_by_first = frozen.wait_until(&watch.id, |status| status["status"] == "completed").await;
        assert_eq!(seen_by_first["activity_log"], watch.last["activity_log"]);
    }
}

#[tokio::test]
async fn hands_runs_to_another_process_when_stopping() {
    let mut stopping = Server::start(pace(40)).await;
    let mut watched = start_runs(&stopping).await;
    let second = stopping.start_second().await;
    let first = watched[0].id.clone();
    second.wait_until(&first, |status| status["last_seq"].as_u64() >= Some(8)).await;
    stopping.signal("TERM");
    assert_eq!(stopping.exit_code().await, Some(0));
    check_all_complete(&second, &mut watched).await;
}
