//! Tests downloads of logs that are too long to hold in memory.

use std::time::Duration;

use portfolio_setup::server::{
    store::{FileSource, NewPortfolio, Quotas, SqliteStore, Store},
    tracker::{Event, RunState},
    util::clock,
};
use scripted::Script;
use serde_json::Value;
use status::{LogLevel, RunError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

use crate::harness::TestServer;

/// Number of log lines per attempt, each about 500 bytes long.
const LINES: usize = 20_000;

fn line(number: usize) -> String {
    format!("line {number} {}", "x".repeat(500))
}

/// Claims a run, gives it a long log, and stores it as cancelled.
async fn fail_attempt(store: &SqliteStore, run_id: i64) {
    let (key, run) = store.claim_run(run_id).await.unwrap().unwrap();
    let mut state: RunState = run.into_state(None);
    for number in 0..LINES {
        state.apply(Event::Log { phase: None, level: LogLevel::Info, message: line(number) }, clock::now_ms());
    }
    let error = RunError::new("cancelled", "This setup was cancelled.", None);
    state.apply(Event::Failed(error), clock::now_ms());
    store.finish_run(key, &state).await.unwrap();
}

/// Starts a server process. Its database contains a portfolio with two attempts, each with a long
/// log.
async fn server(environment: Vec<(&'static str, String)>) -> (TestServer, Uuid) {
    let mut server = TestServer::new(Script::default(), environment);
    let store = SqliteStore::open(&server.database_url()).await.unwrap();
    let id = Uuid::new_v4();
    let new = NewPortfolio {
        id,
        owner: "local".to_owned(),
        name: "Long".to_owned(),
        cash: 0.0,
        positions: Vec::new(),
        created_ms: clock::now_ms(),
        form_key: None,
        file: FileSource::None,
    };
    let first = store.create_portfolio(&new, &Quotas::UNLIMITED).await.unwrap();
    fail_attempt(&store, first.run_id).await;
    let second = store.create_attempt("local", id, true, None, clock::now_ms(), &Quotas::UNLIMITED).await.unwrap();
    fail_attempt(&store, second.run_id).await;
    drop(store);
    server.spawn();
    server.wait_until_ready().await;
    (server, id)
}

#[tokio::test]
async fn sends_long_log_in_little_memory() {
    let (server, id) = server(Vec::new()).await;
    let before = server.memory("VmHWM");
    let path = format!("/api/v1/onboarding/status/{id}/logs?attempt=all");
    let text = server.get(&path).await.text().await.unwrap();
    assert_eq!(text.matches("END OF LOG").count(), 2);
    assert_eq!(text.lines().filter(|text| text.contains("[INFO] line ")).count(), 2 * LINES);
    let json: Value = server.json(&format!("{path}&format=json")).await;
    for attempt in [0, 1] {
        let log = json[attempt]["activity_log"].as_array().unwrap();
        assert_eq!(log.len(), LINES);
        assert_eq!(log[LINES - 1]["message"], line(LINES - 1));
    }
    let growth = server.memory("VmHWM") - before;
    println!("downloads of {} bytes cost {growth} bytes of memory", text.len());
    assert!(growth < 32_000_000, "{growth} bytes");
}

/// Sends a request, but reads only the first line of the response.
async fn begin_to_read(server: &TestServer, path: &str) -> TcpStream {
    let address = server.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).await.unwrap();
    let mut start = [0; 15];
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_exact(&mut start)).await;
    read.unwrap().unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    stream
}

#[tokio::test]
async fn holds_little_memory_for_unread_logs() {
    let (server, id) = server(Vec::new()).await;
    let before = server.memory("VmRSS");
    let mut unread = Vec::new();
    for _ in 0..8 {
        unread.push(begin_to_read(&server, &format!("/api/v1/onboarding/status/{id}/logs?attempt=all")).await);
    }
    let held = server.memory("VmRSS").saturating_sub(before);
    println!("8 unread responses hold {held} bytes");
    assert!(held < 32_000_000, "{held} bytes");
}

#[tokio::test]
async fn counts_unread_response_until_it_is_dropped() {
    // With a limit of one byte per user, the server sends a large response only if no other
    // response to that user is in flight.
    let (server, id) = server(vec![("MAX_USER_BYTES", "1".to_owned())]).await;
    let path = format!("/api/v1/onboarding/status/{id}?after=0");
    let unread = begin_to_read(&server, &path).await;
    let refused = server.get(&path).await;
    assert_eq!((refused.status().as_u16(), refused.headers().get("retry-after").is_some()), (429, true));
    assert_eq!(refused.json::<Value>().await.unwrap()["error"]["code"], "too_many_bytes");
    assert_eq!(server.get("/api/v1/onboarding/portfolios").await.status(), 200, "small responses are still sent");
    drop(unread);
    let again = async {
        while server.get(&path).await.status() != 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), again).await.expect("the bytes of the dropped response are released");
}
