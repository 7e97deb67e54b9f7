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

#[tokio::test]
async fn a_process_that_comes_back_from_the_dead_writes_nothing_and_shows_what_the_other_one_did() {
    let frozen = Server::start(pace(100)).await;
    let id = frozen.create("Two masters", POSITIONS).await.unwrap();
    frozen.until(&id, |status| status["last_seq"].as_u64() >= Some(5)).await;
    freeze(&frozen).await;

    let second = frozen.beside().await;
    let mut watch = Watch::new(id.clone());
    watch.look(&second).await;
    second.until(&id, |status| status["last_seq"].as_u64() >= watch.last["last_seq"].as_u64().map(|seq| seq + 3)).await;
    frozen.signal("CONT");
    let ended = second.until_over(&id).await;
    watch.look(&second).await;
    watch.check_completed();

    let seen_by_the_first = frozen.until(&id, |status| status["status"] == "completed").await;
    assert_eq!(seen_by_the_first["activity_log"], ended["activity_log"]);
}
