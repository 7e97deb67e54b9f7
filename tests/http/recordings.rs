//! Records three complete runs of the real program, which the tests of the tracker replay. Only
//! `make recordings` executes these tests, because they overwrite the recordings.

use std::{path::Path, time::Duration};

use positions::sample_csv;
use test_support::fake_provider::{Behavior, FakeProvider, KEY};

use crate::harness::TestServer;

async fn record(name: &str, mut environment: Vec<(&'static str, String)>) {
    environment.push(("RUST_LOG", "recording=trace".to_owned()));
    let server = TestServer::start_process(environment).await;
    let created: serde_json::Value = server.upload("Recorded", "10000", sample_csv()).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    while server.status(id).await["status"] == "running" {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = server.log();
    let lines: Vec<&str> = log.lines().filter_map(|line| line.find("[1").map(|at| &line[at..])).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(name);
    std::fs::write(file, lines.join("\n") + "\n").unwrap();
}

fn tiingo(provider: &FakeProvider) -> Vec<(&'static str, String)> {
    vec![
        ("MARKET_DATA", "tiingo".to_owned()),
        ("TIINGO_API_KEY", KEY.to_owned()),
        ("TIINGO_BASE_URL", provider.base.clone()),
    ]
}

#[tokio::test]
#[ignore = "writes files; make recordings"]
async fn record_a_fast_run() {
    record("fast.jsonl", vec![("MARKET_DATA_PER_MINUTE", "300".to_owned())]).await;
}

#[tokio::test]
#[ignore = "writes files; make recordings"]
async fn record_a_run_with_slow_provider() {
    let provider = FakeProvider::start().await;
    provider.delay(Duration::from_secs(4));
    let mut environment = tiingo(&provider);
    environment.push(("MARKET_DATA_PER_MINUTE", "15".to_owned()));
    record("slow.jsonl", environment).await;
}

#[tokio::test]
#[ignore = "writes files; make recordings"]
async fn record_a_run_with_failing_provider() {
    let provider = FakeProvider::start().await;
    provider.delay(Duration::from_secs(2));
    provider.always("HZNP", Behavior::Unknown);
    provider.next("AAPL", [Behavior::ServerError, Behavior::Hang]);
    provider.next("KO", [Behavior::CutOff, Behavior::ServerError]);
    provider.next("JPM", [Behavior::RateLimited(Some(20))]);
    provider.next("WMT", [Behavior::Hang, Behavior::BreaksOff]);
    let mut environment = tiingo(&provider);
    environment.push(("MARKET_DATA_TIMEOUT_SECONDS", "5".to_owned()));
    environment.push(("MARKET_DATA_PER_MINUTE", "20".to_owned()));
    record("failing.jsonl", environment).await;
}
