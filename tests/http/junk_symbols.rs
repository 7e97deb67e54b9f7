//! Tests portfolios full of symbols that no provider knows. Their runs end soon and leave part of
//! the provider's quota to other users.

use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::fake_provider::FakeProvider;

use crate::{
    harness::{THREE_POSITIONS, TestServer, form, messages, one_of_each},
    issuer::Issuer,
    live_data::{REQUESTS, tiingo},
};

/// How many unknown symbols the uploaded file contains. The provider has no prices for them.
const JUNK: usize = 500;

async fn server_with_large_quota(provider: &FakeProvider) -> TestServer {
    let mut environment = tiingo(provider);
    environment.push(("MARKET_DATA_PER_MINUTE", "100000".to_owned()));
    TestServer::with_environment(environment).await
}

fn csv(known: &[&str], junk: usize) -> String {
    one_of_each(known.iter().map(ToString::to_string).chain((0..junk).map(|number| format!("ZZZ{number:05}"))))
}

async fn upload(server: &TestServer, known: &[&str], junk: usize) -> String {
    let created: Value = server.upload("Junk", "0", &csv(known, junk)).await.json().await.unwrap();
    created["portfolio_id"].as_str().unwrap().to_owned()
}

fn junk_requests(provider: &FakeProvider) -> usize {
    provider.requests().iter().filter(|request| request.symbol.starts_with("ZZ")).count()
}

#[tokio::test]
async fn stops_requests_after_two_hundred_unknown_symbols() {
    let provider = FakeProvider::start().await;
    provider.unknown_from("ZZ");
    let server = server_with_large_quota(&provider).await;
    let id = upload(&server, &["AAPL", "KO"], JUNK).await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["status"], "completed", "{}", status["error"]);
    // The run stops sending requests after the 201st unknown symbol. By then, up to seven other
    // requests may be in flight.
    assert!((201..=208).contains(&junk_requests(&provider)), "{} requests", junk_requests(&provider));
    let summary = &status["summary"];
    assert_eq!((&summary["positions_analyzed"], &summary["positions_unavailable"]), (&2.into(), &JUNK.into()));
    let unavailable = summary["unavailable_symbols"].as_array().unwrap();
    let not_requested =
        unavailable.iter().filter(|symbol| symbol["reason"].as_str().unwrap().starts_with("not requested: ")).count();
    assert_eq!(not_requested + junk_requests(&provider), JUNK);
    let log = messages(&status["activity_log"]);
    let notices: Vec<_> = log.iter().filter(|line| line.contains("not requested")).collect();
    assert!(notices.len() <= 1, "one line for all symbols: {notices:#?}");
    let log = server.get(&format!("/api/v1/onboarding/status/{id}/logs")).await.text().await.unwrap();
    assert_eq!(log.matches("were not requested").count(), 1, "{log}");
}

#[tokio::test]
async fn requests_all_of_two_hundred_unknown_symbols() {
    let provider = FakeProvider::start().await;
    provider.unknown_from("ZZ");
    let server = server_with_large_quota(&provider).await;
    let id = upload(&server, &["AAPL"], 200).await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    assert_eq!(junk_requests(&provider), 200);
}

#[tokio::test]
async fn fails_when_all_symbols_are_unknown() {
    let provider = FakeProvider::start().await;
    provider.unknown_from("ZZ");
    let server = server_with_large_quota(&provider).await;
    let id = upload(&server, &[], JUNK).await;
    assert_eq!(server.wait_for_end(&id).await["error"]["code"], "no_prices");
    let before = junk_requests(&provider);
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.wait_for_end(&id).await["error"]["code"], "no_prices");
    assert!(junk_requests(&provider) <= before, "a retry must not request more unknown symbols");
}

/// The provider's free plan allows 50 requests per hour. The first user's run needs hundreds of
/// requests but may send only 40, so that a second user's run can send the other 10.
#[tokio::test]
async fn leaves_part_of_free_plan_to_next_person() {
    let (provider, issuer) = (FakeProvider::start().await, Issuer::start().await);
    let mut server = issuer.stopped_server();
    let mut environment = issuer.environment();
    environment.extend(tiingo(&provider));
    server.set_environment(environment);
    server.boot().await;
    let start = async |user: &str, csv: &str| {
        let request = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base));
        let request = request.bearer_auth(issuer.token_of(user)).multipart(form("Own", csv));
        let created: Value = request.send().await.unwrap().json().await.unwrap();
        created["portfolio_id"].as_str().unwrap().to_owned()
    };
    let status = async |user: &str, id: &str| -> Value {
        let request = server.client.get(format!("{}/api/v1/onboarding/status/{id}", server.base));
        request.bearer_auth(issuer.token_of(user)).send().await.unwrap().json().await.unwrap()
    };
    let many = start("user_many", &csv(&[], JUNK)).await;
    while status("user_many", &many).await["limit_wait_seconds"].is_null() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(provider.requests().len(), 40, "one user gets four fifths of the hourly quota");
    // The benchmark's prices are already cached, so this run needs only 10 requests. That is
    // exactly what the first user's 40 requests left of the hourly quota of 50.
    let few = start("user_few", THREE_POSITIONS).await;
    let end = async {
        while status("user_few", &few).await["status"] == "running" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), end).await.expect("the second user does not have to wait");
    assert_eq!(status("user_few", &few).await["status"], "completed");
    assert_eq!(provider.requests().len(), 40 + REQUESTS - 1);
}

/// While eight runs of 10,000 symbols each wait for the free plan's quota, pages must still respond
/// quickly.
#[tokio::test(flavor = "multi_thread")]
async fn serves_pages_quickly_beside_junk_portfolios() {
    let provider = FakeProvider::start().await;
    let server = TestServer::with_environment(tiingo(&provider)).await;
    let mut ids = Vec::new();
    for _ in 0..8 {
        ids.push(upload(&server, &[], 10_000).await);
    }
    for id in &ids {
        server.wait_until(id, |status| status["limit_wait_seconds"].is_number()).await;
    }
    let mut durations = Vec::new();
    for id in ids.iter().cycle().take(24) {
        let sent = Instant::now();
        for path in ["/".to_owned(), format!("/api/v1/onboarding/status/{id}")] {
            assert_eq!(server.get(&path).await.status(), 200);
        }
        durations.push(sent.elapsed());
    }
    durations.sort_unstable();
    println!("a page and a status took {:?} in the middle, {:?} at the most", durations[12], durations[23]);
    assert!(durations[12] < Duration::from_secs(1), "{durations:?}");
}
