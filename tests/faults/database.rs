//! Tests what happens while the database does not accept writes, either because another process has
//! locked it or because the disk is full.

use std::time::{Duration, Instant};

use portfolio_setup::server::store::{SqliteStore, Store};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use crate::{
    process::{POSITIONS, Server, pace},
    watch::Watch,
};

/// How long a status request may take while the database rejects writes.
const AT_ONCE: Duration = Duration::from_secs(1);

fn messages(status: &Value) -> Vec<&str> {
    status["activity_log"].as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap()).collect()
}

fn has_message(status: &Value, text: &str) -> bool {
    messages(status).iter().any(|message| message.contains(text))
}

/// Returns the purchase date of a lot: the day that is `lot` days after 2010-01-01. Thus every lot
/// has a different date.
fn day(lot: u64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2010, 1, 1).unwrap() + chrono::Days::new(lot)
}

#[tokio::test]
async fn survives_database_locked_for_nine_seconds() {
    let server = Server::start(pace(20)).await;
    let before = server.create("Before", POSITIONS).await.unwrap();
    server.wait_until(&before, |status| status["last_seq"].as_u64() >= Some(5)).await;
    let mut watch = Watch::new(before.clone());
    watch.look(&server).await;

    let mut other = SqliteConnection::connect(&server.database_url()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let (locked, mut is_reported) = (Instant::now(), false);
    while locked.elapsed() < Duration::from_secs(9) {
        let sent = Instant::now();
        assert!(watch.look(&server).await);
        assert!(sent.elapsed() < AT_ONCE, "reads must work while writes are blocked");
        assert!(!watch.is_over(), "the page must not show unsaved results");
        is_reported |= watch.last["store_busy"] == true;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(is_reported, "{:#}", watch.last);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();

    server.wait_for_end(&before).await;
    watch.look(&server).await;
    watch.check_completed();
    assert_eq!(watch.last["store_busy"], false);
    let after = server.create("After", POSITIONS).await.expect("the queue works again");
    assert_eq!(server.wait_for_end(&after).await["status"], "completed");
}

#[tokio::test]
async fn waits_and_rejects_uploads_while_disk_is_full() {
    let server = Server::start(pace(20)).await;
    let id = server.create("Full", POSITIONS).await.unwrap();
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(5)).await;
    // The database already has more than one page. A limit of one page stops it from growing, as a
    // full disk would.
    server.script(&json!({"delay_ms": 20, "most_pages": 1}));
    let full = server.wait_until(&id, |status| has_message(status, "Saving is delayed")).await;
    assert_eq!(full["status"], "running");
    // The portfolio is large on purpose: a small one might fit into the free space of existing
    // pages.
    let header = POSITIONS.lines().next().unwrap();
    let rows: Vec<_> = (1..2_000).map(|lot| format!("AAPL,{lot},70,{}", day(lot))).collect();
    let large = format!("{header}\n{}\n", rows.join("\n"));
    assert_eq!(server.create("Refused", &large).await, None, "an upload that cannot be stored must be rejected");

    server.script(&pace(0));
    let mut watch = Watch::new(id.clone());
    server.wait_for_end(&id).await;
    watch.look(&server).await;
    watch.check_completed();
    let store = SqliteStore::open(&server.database_url()).await.unwrap();
    assert_eq!(store.portfolios("local", None, 10).await.unwrap().len(), 1);
}
