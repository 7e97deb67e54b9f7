//! Tests outages of the data provider. The run must show that it is waiting, the error message must
//! describe the outage, and a retry must send requests immediately.

use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::fake_provider::{Behavior, FakeProvider};

use crate::{
    harness::{TestServer, messages, one_of_each},
    live_data::{page, tiingo_server},
};

/// Symbols whose price requests fail. Only the benchmark and two positions get prices, so the
/// failures count as an outage.
const FAILING: [&str; 8] = ["MSFT", "MTUM", "QUAL", "IWM", "USMV", "VUG", "VTV", "TLT"];

async fn failing_provider() -> (FakeProvider, TestServer) {
    let provider = FakeProvider::start().await;
    for symbol in FAILING {
        provider.always(symbol, Behavior::ServerError);
    }
    let server = tiingo_server(&provider).await;
    (provider, server)
}

async fn upload(server: &TestServer, symbols: &[&str]) -> String {
    let created: Value = server.upload("Own", "0", &one_of_each(symbols)).await.json().await.unwrap();
    created["portfolio_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn completes_retry_right_after_outage() {
    let (provider, server) = failing_provider().await;
    let id = server.create("Three").await;
    assert_eq!(server.wait_for_end(&id).await["error"]["code"], "market_data_unavailable");
    provider.forgive();
    let recovered = Instant::now();
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["status"], "completed", "{status:#}");
    assert!(recovered.elapsed() < Duration::from_secs(10), "{:?}", recovered.elapsed());
}

#[tokio::test]
async fn waits_visibly_through_short_outage() {
    let (provider, server) = failing_provider().await;
    let id = server.create("Three").await;
    let notice = "Tiingo is not responding; retrying in ";
    let status = server
        .wait_until(&id, |status| {
            let log = messages(&status["activity_log"]);
            status["limit_wait_seconds"].is_number() && log.iter().any(|line| line.starts_with(notice))
        })
        .await;
    assert_eq!(status["status"], "running");
    assert!(page(&server, &id).await.contains("next request in"));
    provider.forgive();
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["status"], &status["attempt"]), (&"completed".into(), &1.into()));
}

#[tokio::test]
async fn fails_after_two_probes_of_outage() {
    let (provider, server) = failing_provider().await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["error"]["code"], "market_data_unavailable");
    assert!(page(&server, &id).await.contains("No prices for now: Tiingo is not responding."));
    let log = server.get(&format!("/api/v1/onboarding/status/{id}/logs")).await.text().await.unwrap();
    let waits = log.matches("retrying in").count();
    assert_eq!(waits, 2, "{log}");
    assert!(provider.requests().len() < 22, "{}", provider.requests().len());
}

#[tokio::test]
async fn names_provider_failure_when_every_symbol_failed() {
    let provider = FakeProvider::start().await;
    let server = tiingo_server(&provider).await;
    for symbol in ["IBM", "ORCL"] {
        provider.always(symbol, Behavior::Empty);
    }
    let id = upload(&server, &["IBM", "ORCL"]).await;
    let error = &server.wait_for_end(&id).await["error"];
    let words = "No prices for now: Tiingo sent an empty response without a reason. \
                 What was fetched is saved; Retry Setup fetches only the rest.";
    assert_eq!((&error["code"], &error["message"]), (&"market_data_unavailable".into(), &words.into()));
}

/// An earlier run has found that the provider does not know `IBM`. In the next run, the provider's
/// response for `ORCL` is unusable. The error message must report the failure for `ORCL`.
#[tokio::test]
async fn names_provider_failure_beside_unknown_symbol() {
    let provider = FakeProvider::start().await;
    let server = tiingo_server(&provider).await;
    provider.always("IBM", Behavior::Unknown);
    provider.always("ORCL", Behavior::Html);
    let alone = upload(&server, &["IBM"]).await;
    assert_eq!(server.wait_for_end(&alone).await["error"]["code"], "no_prices");
    let id = upload(&server, &["IBM", "ORCL"]).await;
    let error = &server.wait_for_end(&id).await["error"];
    assert_eq!(error["code"], "market_data_unavailable");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("Tiingo sent an unusable response: it is not JSON"), "{message}");
}

#[tokio::test]
async fn distinguishes_missing_benchmark_from_outage() {
    let provider = FakeProvider::start().await;
    provider.always("SPY", Behavior::ServerError);
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    assert_eq!(server.wait_for_end(&id).await["error"]["code"], "benchmark_unavailable");
    provider.always("SPY", Behavior::Unknown);
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.wait_for_end(&id).await["error"]["code"], "benchmark_missing");
}
