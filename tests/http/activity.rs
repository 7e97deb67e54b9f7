//! Tests which messages the activity log shows, which it hides, and which it leaves out.
//!
//! Hidden messages appear only in a log that includes debug entries. Messages that are left out
//! never appear.

use scripted::Script;
use serde_json::Value;

use crate::harness::TestServer;

/// The log messages of one run. `all` includes debug entries, and `shown` does not.
struct Log {
    shown: Vec<String>,
    all: Vec<String>,
}

impl Log {
    fn shows(&self, text: &str) -> bool {
        self.shown.iter().any(|message| message.contains(text))
    }

    fn hides(&self, text: &str) -> bool {
        !self.shows(text) && self.all.iter().any(|message| message.contains(text))
    }

    fn excludes(&self, texts: &[&str]) -> bool {
        texts.iter().all(|text| self.all.iter().all(|message| !message.contains(text)))
    }
}

async fn log_of(script: Script, csv: &str) -> Log {
    let server = TestServer::with_script(script).await;
    let created: Value = server.upload("Filtered", "1000", csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    server.wait_for_end(id).await;
    let messages = async |debug: bool| {
        let path = format!("/api/v1/onboarding/status/{id}/logs?format=json&include_debug={debug}");
        crate::harness::messages(&server.json(&path).await["activity_log"])
    };
    Log { shown: messages(false).await, all: messages(true).await }
}

async fn log() -> Log {
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class\n\
        AAPL,10,71.712,2019-12-31,PUBLIC\nHZNP,1,90,2021-06-15,PUBLIC\nFUND,1,100,2021-06-15,PRIVATE\n";
    log_of(Script::default(), csv).await
}

#[tokio::test]
async fn shows_fetched_symbols() {
    assert!(log().await.shows("Fetched AAPL: 273 days of history"));
}

#[tokio::test]
async fn shows_reason_of_unavailable_symbols() {
    assert!(log().await.shows("HZNP: Symbol unavailable (not in the sample data)"));
}

#[tokio::test]
async fn shows_end_of_each_phase() {
    let log = log().await;
    assert!((1..=9).all(|phase| log.shows(&format!("Phase {phase} complete: "))));
}

#[tokio::test]
async fn shows_every_fifth_date_and_hides_others() {
    let log = log().await;
    for shown in [1, 5, 50, 100, 150, 200, 250, 254] {
        assert!(log.shows(&format!("... ({shown}/254)")), "{shown}");
    }
    for hidden in [2, 4, 51, 253] {
        assert!(log.hides(&format!("... ({hidden}/254)")), "{hidden}");
    }
}

#[tokio::test]
async fn shows_start_of_each_calculation() {
    assert!(log().await.shows("Calculating betas for "));
}

#[tokio::test]
async fn shows_warnings() {
    let server = TestServer::start().await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class\n\
        AAPL,10,71.712,2019-12-31,PUBLIC\nFUND,1,100,2021-06-15,PRIVATE\n";
    let created: Value = server.upload("Warned", "1000", csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    server.wait_for_end(id).await;
    let log = server.get(&format!("/api/v1/onboarding/status/{id}/logs")).await.text().await.unwrap();
    let warnings = log.lines().filter(|line| line.contains("[WARN]")).collect::<Vec<_>>();
    assert!(warnings.iter().any(|line| line.to_lowercase().contains("private")), "{warnings:#?}");
}

#[tokio::test]
async fn shows_errors() {
    let script = Script { down: vec!["SP500".to_owned()], ..Script::default() };
    let log = log_of(script, crate::harness::THREE_POSITIONS).await;
    assert!(log.shows("Market Data Collection failed: We couldn't get prices for the benchmark (SP500)"));
}

#[tokio::test]
async fn hides_outgoing_requests() {
    assert!(log().await.hides("Fetching AAPL..."));
}

#[tokio::test]
async fn excludes_http_requests_queries_and_sign_ins() {
    let log = log().await;
    assert!(log.excludes(&["HTTP", "GET ", "POST ", "://"]), "requests");
    assert!(log.excludes(&["SELECT", "INSERT", "UPDATE", "sqlite", "transaction"]), "the database");
    assert!(log.excludes(&["token", "Bearer", "session", "signed in"]), "sign-ins");
}

#[tokio::test]
async fn shows_consecutive_identical_lines_once() {
    assert!(log().await.shown.windows(2).all(|pair| pair[0] != pair[1]));
}
