//! A process that was taken for dead, and comes back.

use sqlx::{Connection, SqliteConnection};

use crate::{
    process::{POSITIONS, Server, pace},
    watch::Watch,
};

/// Freezes a process outside of a write: one that is frozen in the middle of it keeps the lock of the file, which is
/// for the operating system alone to take away, by ending the process.
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

/// More runs than workers, so that some wait in the line.
async fn several(server: &Server) -> Vec<Watch> {
    let mut watched = Vec::new();
    for number in 0..6 {
        watched.push(Watch::new(server.create(&format!("Run {number}"), POSITIONS).await.unwrap()));
    }
    let first = watched[0].id.clone();
    server.until(&first, |status| status["last_seq"].as_u64() >= Some(5)).await;
    watched
}

/// All of them complete, each phase once.
async fn complete(server: &Server, watched: &mut [Watch]) {
    for watch in watched {
        server.until_over(&watch.id).await;
        watch.look(server).await;
        watch.check_completed();
    }
}

#[tokio::test]
async fn fences_writes_of_a_process_that_was_frozen() {
    let frozen = Server::start(pace(40)).await;
    let mut watched = several(&frozen).await;
    freeze(&frozen).await;
    let second = frozen.beside().await;
    let first = watched[0].id.clone();
    second.until(&first, |status| status["last_seq"].as_u64() >= Some(8)).await;
    frozen.signal("CONT");
    complete(&second, &mut watched).await;
    for watch in &watched {
        let seen_by_the_first = frozen.until(&watch.id, |status| status["status"] == "completed").await;
        assert_eq!(seen_by_the_first["activity_log"], watch.last["activity_log"]);
    }
}

#[tokio::test]
async fn hands_runs_to_another_process_when_stopping() {
    let mut stopping = Server::start(pace(40)).await;
    let mut watched = several(&stopping).await;
    let second = stopping.beside().await;
    let first = watched[0].id.clone();
    second.until(&first, |status| status["last_seq"].as_u64() >= Some(8)).await;
    stopping.signal("TERM");
    assert_eq!(stopping.ended().await, Some(0));
    complete(&second, &mut watched).await;
}
