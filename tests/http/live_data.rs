//! Tests runs with live market data, which a fake provider serves: caching, rate limits, the
//! fallback to a second provider, and failures. For each kind of failure, the page must show a
//! specific message.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;
use test_support::fake_provider::{Behavior, FakeProvider, KEY};

use crate::harness::{TestServer, messages};

/// Starts a server that gets its prices from the fake provider in place of Tiingo.
pub async fn tiingo_server(provider: &FakeProvider) -> TestServer {
    TestServer::with_environment(tiingo(provider)).await
}

pub fn tiingo(provider: &FakeProvider) -> Vec<(&'static str, String)> {
    vec![
        ("MARKET_DATA", "tiingo".to_owned()),
        ("TIINGO_API_KEY", KEY.to_owned()),
        ("TIINGO_BASE_URL", provider.base.clone()),
        ("MARKET_DATA_TIMEOUT_SECONDS", "1".to_owned()),
    ]
}

pub fn polygon(provider: &FakeProvider) -> Vec<(&'static str, String)> {
    vec![
        ("MARKET_DATA", "polygon".to_owned()),
        ("POLYGON_API_KEY", KEY.to_owned()),
        ("POLYGON_BASE_URL", provider.base.clone()),
        ("MARKET_DATA_PER_MINUTE", "1000".to_owned()),
    ]
}

/// Returns the environment variables of a server that asks Tiingo first and falls back to Polygon.
fn tiingo_then_polygon(first: &FakeProvider, second: &FakeProvider) -> Vec<(&'static str, String)> {
    let mut environment = polygon(second);
    environment.extend(tiingo(first));
    environment.retain(|(name, value)| *name != "MARKET_DATA" || value != "polygon");
    for (name, value) in &mut environment {
        if *name == "MARKET_DATA" {
            "tiingo,polygon".clone_into(value);
        }
    }
    environment
}

/// How many price requests a run of three positions sends. Eight of them are for the symbols of the
/// factors.
pub const REQUESTS: usize = 11;

/// Returns the HTML of a portfolio's live page, with quotation marks unescaped.
pub async fn page(server: &TestServer, id: &str) -> String {
    let html = server.get(&format!("/onboarding/progress?portfolioId={id}")).await.text().await.unwrap();
    html.replace("&#x27;", "'").replace("&quot;", "\"")
}

/// Uploads a portfolio of three positions, one of them in `KO`, and waits until its run ends. The
/// fake provider responds to requests for `KO` with `behavior`.
async fn set_up_with(behavior: Behavior) -> (FakeProvider, String, Value) {
    let provider = FakeProvider::start().await;
    provider.always("KO", behavior);
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    (provider, page(&server, &id).await, status)
}

/// Checks that a run completes although the fake provider responds to requests for `KO` with
/// `behavior`. The live page must contain `words`, and the provider must receive exactly `requests`
/// requests for `KO`.
async fn completes_with(behavior: Behavior, words: &str, requests: usize) {
    let (provider, page, status) = set_up_with(behavior).await;
    assert_eq!(status["status"], "completed", "{status:#}");
    let lines: Vec<&str> = page.split('<').filter(|text| text.contains("KO:")).collect();
    assert!(page.contains(words), "{behavior:?}: “{words}” is not on the page, but {lines:#?}");
    assert_eq!(provider.requests_for("KO"), requests, "{behavior:?}");
}

#[tokio::test]
async fn completes_setup_with_live_prices() {
    let provider = FakeProvider::start().await;
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["status"], "completed");
    assert_eq!(status["summary"]["positions_unavailable"], 0);
    assert_eq!(provider.requests().len(), REQUESTS);
    assert!(page(&server, &id).await.contains("Fetched SPY: 273 days of history (benchmark)"));
}

#[tokio::test]
async fn requests_unknown_symbol_once() {
    completes_with(Behavior::Unknown, "KO: Symbol unavailable (unknown to Tiingo)", 1).await;
}

#[tokio::test]
async fn retries_and_reports_empty_responses() {
    completes_with(Behavior::Empty, "KO: No prices this time (Tiingo sent an empty response without a reason)", 4)
        .await;
}

#[tokio::test]
async fn retries_truncated_responses() {
    let words = "KO: No prices this time (Tiingo sent an unusable response: it is cut off)";
    completes_with(Behavior::CutOff, words, 4).await;
}

#[tokio::test]
async fn rejects_web_page_as_response() {
    let words = "KO: No prices this time (Tiingo sent an unusable response: it is not JSON)";
    completes_with(Behavior::Html, words, 4).await;
}

#[tokio::test]
async fn aborts_oversized_responses() {
    let words = "KO: No prices this time (Tiingo sent an unusable response: it is larger than 8 MB)";
    completes_with(Behavior::TooLarge, words, 4).await;
}

#[tokio::test]
async fn retries_broken_connections() {
    completes_with(Behavior::BreaksOff, "KO: No prices this time (Tiingo broke off its response)", 4).await;
}

#[tokio::test]
async fn retries_provider_failures_four_times() {
    completes_with(Behavior::ServerError, "KO: No prices this time (Tiingo returned an error (503))", 4).await;
}

#[tokio::test]
async fn times_out_endless_responses() {
    completes_with(Behavior::Hang, "KO: No prices this time (Tiingo did not respond within 1 s)", 4).await;
}

#[tokio::test]
async fn skips_and_counts_unusable_prices() {
    completes_with(Behavior::UnusablePrices, "KO: 2 days without a usable price; left out", 1).await;
}

#[tokio::test]
async fn sorts_days_out_of_order() {
    completes_with(Behavior::OutOfOrder, "KO: 1 day out of order; sorted by date", 1).await;
}

#[tokio::test]
async fn deduplicates_repeated_days() {
    completes_with(Behavior::Repeated, "KO: 1 day repeated; the last price is kept", 1).await;
}

#[tokio::test]
async fn keeps_and_reports_implausible_price_jump() {
    completes_with(Behavior::Jump, "KO: price rose by 52% on ", 1).await;
}

#[tokio::test]
async fn reports_gap_in_prices() {
    completes_with(Behavior::Hole, "KO: no prices between ", 1).await;
}

#[tokio::test]
async fn logs_no_warning_for_recovered_failures() {
    let provider = FakeProvider::start().await;
    let failures = [Behavior::ServerError, Behavior::RateLimited(None), Behavior::RateLimitedAsText];
    provider.next("KO", failures);
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["status"], &status["phases"][0]["warnings"]), (&"completed".into(), &0.into()));
    assert_eq!(provider.requests_for("KO"), 4);
}

#[tokio::test]
async fn honors_and_shows_retry_after() {
    let provider = FakeProvider::start().await;
    provider.next("SPY", [Behavior::RateLimited(Some(4))]);
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    server.wait_until(&id, |status| status["limit_wait_seconds"].as_u64() >= Some(2)).await;
    let words = "Waiting for the data provider \u{2013} next request in";
    assert!(page(&server, &id).await.contains(words));
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["status"], &status["limit_wait_seconds"]), (&"completed".into(), &Value::Null));
    let benchmark: Vec<_> =
        provider.requests().iter().filter(|request| request.symbol == "SPY").map(|request| request.at).collect();
    assert!(benchmark[1] - benchmark[0] >= Duration::from_secs(4));
}

#[tokio::test]
async fn fails_on_used_up_quota_in_plain_english() {
    let (_, page, status) = set_up_with(Behavior::Quota).await;
    assert_eq!((&status["status"], &status["error"]["code"]), (&"failed".into(), &"market_data_unavailable".into()));
    assert!(page.contains("No prices for now: the request quota at Tiingo is used up until "), "{page}");
    assert!(page.contains("What was fetched is saved; Retry Setup fetches only the rest."));
}

#[tokio::test]
async fn waits_for_quota_renewal_before_requesting() {
    let provider = FakeProvider::start().await;
    provider.always("SPY", Behavior::Quota);
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    server.wait_for_end(&id).await;
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.wait_for_end(&id).await["error"]["code"], "market_data_unavailable");
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn fails_at_once_on_rejected_api_key() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.iter_mut().filter(|(name, _)| *name == "TIINGO_API_KEY").for_each(|(_, key)| "bad-key".clone_into(key));
    let server = TestServer::with_environment(environment).await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["error"]["code"], "market_data_key_refused");
    assert!(page(&server, &id).await.contains("The data provider Tiingo refused the key in TIINGO_API_KEY."));
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn completes_retry_once_provider_recovers() {
    let provider = FakeProvider::start().await;
    let server = tiingo_server(&provider).await;
    provider.down(true);
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["error"]["code"], "benchmark_unavailable");
    assert!(
        page(&server, &id)
            .await
            .contains("We couldn't get prices for the benchmark (SPY): Tiingo returned an error (503).")
    );
    assert_eq!(provider.requests().len(), 4);
    provider.forgive();
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
}

#[tokio::test]
async fn requests_only_missing_symbols_after_outage() {
    let provider = FakeProvider::start().await;
    let server = tiingo_server(&provider).await;
    for symbol in ["MSFT", "MTUM", "QUAL", "IWM", "USMV", "VUG", "VTV", "TLT"] {
        provider.always(symbol, Behavior::ServerError);
    }
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["error"]["code"], "market_data_unavailable", "{status:#}");
    assert!(page(&server, &id).await.contains("No prices for now: Tiingo is not responding."));
    assert!(provider.requests().len() < 20, "{}", provider.requests().len());
    provider.forgive();
    let before: BTreeSet<_> = provider.requests().iter().map(|request| request.symbol.clone()).collect();
    assert!(before.contains("AAPL"));
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    assert_eq!((provider.requests_for("AAPL"), provider.requests_for("SPY")), (1, 1));
}

#[tokio::test]
async fn falls_back_when_first_provider_fails_midway() {
    let (first, second) = (FakeProvider::start().await, FakeProvider::start().await);
    let server = TestServer::with_environment(tiingo_then_polygon(&first, &second)).await;
    first.delay(Duration::from_millis(200));
    let id = server.create("Three").await;
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(4)).await;
    drop(first);
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["status"], "completed", "{status:#}");
    assert_eq!(status["summary"]["positions_unavailable"], 0);
    assert!(!second.requests().is_empty());
    assert!(
        page(&server, &id).await.contains("price return)"),
        "prices of the second provider are labeled as price returns"
    );
}

#[tokio::test]
async fn falls_back_for_symbols_unknown_to_first_provider() {
    let (first, second) = (FakeProvider::start().await, FakeProvider::start().await);
    first.always("KO", Behavior::Unknown);
    first.always("AAPL", Behavior::Unknown);
    second.always("KO", Behavior::Unknown);
    let server = TestServer::with_environment(tiingo_then_polygon(&first, &second)).await;
    let id = server.create("Three").await;
    server.wait_for_end(&id).await;
    let page = page(&server, &id).await;
    assert!(page.contains("KO: Symbol unavailable (unknown to Tiingo, unknown to Polygon)"));
    assert!(page.contains("Fetched AAPL: 273 days of history (price return)"));
    assert_eq!(second.requests().len(), 2);
}

#[tokio::test]
async fn distinguishes_plan_limits_from_unknown_symbols() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::PlanLimit);
    let server = TestServer::with_environment(polygon(&provider)).await;
    let id = server.create("Three").await;
    server.wait_for_end(&id).await;
    assert!(
        page(&server, &id).await.contains("KO: No prices this time (the Polygon plan does not include this symbol)")
    );
}

#[tokio::test]
async fn reuses_cached_prices_for_second_setup() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::Unknown);
    let server = tiingo_server(&provider).await;
    for _ in 0..2 {
        let id = server.create("Three").await;
        assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    }
    assert_eq!(provider.requests().len(), REQUESTS);
}

#[tokio::test]
async fn requests_symbol_once_for_simultaneous_setups() {
    let provider = FakeProvider::start().await;
    provider.delay(Duration::from_millis(50));
    let server = tiingo_server(&provider).await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(server.create("Three").await);
    }
    for id in ids {
        assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    }
    let symbols: BTreeSet<_> = provider.requests().iter().map(|request| request.symbol.clone()).collect();
    assert_eq!((symbols.len(), provider.requests().len()), (REQUESTS, REQUESTS));
}

#[tokio::test]
async fn reuses_cached_prices_after_restart() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("MARKET_DATA_PER_MINUTE", "6".to_owned()));
    let mut server = TestServer::with_environment(environment).await;
    let id = server.create("Three").await;
    let fetched = |status: &Value| {
        messages(&status["activity_log"]).iter().filter(|message| message.starts_with("Fetched")).count()
    };
    server.wait_until(&id, |status| fetched(status) == 6).await;
    server.restart().await;
    // The six requests sent before the restart still count toward the rate limit, so the next
    // request must wait.
    server.wait_until(&id, |status| status["limit_wait_seconds"].as_u64() >= Some(2)).await;
    assert_eq!(provider.requests().len(), 6);
    assert!(provider.requests().iter().all(|request| provider.requests_for(&request.symbol) == 1));
}

#[tokio::test]
async fn retries_symbols_after_provider_failures() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::Empty);
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    server.wait_for_end(&id).await;
    provider.forgive();
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["attempt"], &status["summary"]["positions_unavailable"]), (&2.into(), &0.into()));
}

#[tokio::test]
async fn names_price_source_on_page_and_status() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("DEMONSTRATION", "true".to_owned()));
    let server = TestServer::with_environment(environment).await;
    let html = server.get("/").await.text().await.unwrap();
    assert!(html.contains("Daily closing prices come from Tiingo.") && html.contains("This is a demonstration"));
    let id = server.create("Three").await;
    server.wait_for_end(&id).await;
    assert!(page(&server, &id).await.contains("This is a demonstration"));
}

#[tokio::test]
async fn never_shows_the_api_key() {
    let provider = FakeProvider::start().await;
    provider.next("KO", [Behavior::BreaksOff, Behavior::Html]);
    let mut environment = tiingo(&provider);
    environment.push(("RUST_LOG", "trace".to_owned()));
    let server = TestServer::start_process(environment).await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    let mut seen = status.to_string();
    for path in [
        format!("/onboarding/progress?portfolioId={id}"),
        format!("/portfolios/{id}"),
        format!("/api/v1/portfolios/{id}/analytics"),
        format!("/api/v1/onboarding/status/{id}/logs?include_debug=true"),
        format!("/api/v1/onboarding/status/{id}/logs?format=json&include_debug=true"),
        "/".to_owned(),
        "/readyz".to_owned(),
        "/metrics".to_owned(),
    ] {
        seen.push_str(&server.get(&path).await.text().await.unwrap());
    }
    assert!(seen.contains("Fetched AAPL"));
    let log = server.log();
    assert!(log.contains("run accepted"));
    assert!(!log.contains(KEY), "the log must not contain the key at any level");
    assert!(!seen.contains(KEY) && !seen.contains(&provider.base));
    assert!(!format!("{:?}", server.config()).contains(KEY));
}

#[tokio::test]
async fn computes_other_runs_during_rate_limit_waits() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("MARKET_DATA_PER_MINUTE", REQUESTS.to_string()));
    let server = TestServer::with_environment(environment).await;
    let first = server.create("Three").await;
    server.wait_for_end(&first).await;
    // Start one more run than there are workers. All of these runs have to wait because the quota
    // is exhausted.
    for symbol in ["IBM", "ORCL", "INTC"] {
        let csv = format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{symbol},1,50,2024-01-02\n");
        assert_eq!(server.upload("Waits", "0", &csv).await.status(), 201);
    }
    let known = server.create("Three").await;
    assert_eq!(server.wait_for_end(&known).await["status"], "completed");
    assert_eq!(provider.requests().len(), REQUESTS);
}

#[tokio::test]
async fn keeps_prices_when_fallback_lacks_one_symbol() {
    let (first, second) = (FakeProvider::start().await, FakeProvider::start().await);
    first.always("SPY", Behavior::Quota);
    second.always("KO", Behavior::Unknown);
    let server = TestServer::with_environment(tiingo_then_polygon(&first, &second)).await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["status"], &status["summary"]["positions_analyzed"]), (&"completed".into(), &2.into()));
    assert!(page(&server, &id).await.contains("KO: No prices this time (the request quota at Tiingo is used up until"));
    assert_eq!(first.requests().len(), 1);
}

#[tokio::test]
async fn completes_despite_one_failing_symbol() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::ServerError);
    let server = tiingo_server(&provider).await;
    let id = server.create("Three").await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["status"], &status["attempt"]), (&"completed".into(), &2.into()));
    assert_eq!(provider.requests_for("KO"), 8);
}

#[tokio::test]
async fn fails_with_message_instead_of_hour_long_wait() {
    let (_, page, status) = set_up_with(Behavior::RateLimited(Some(3_600))).await;
    assert_eq!(status["error"]["code"], "market_data_unavailable");
    assert!(page.contains("the request quota at Tiingo is used up until "));
}

#[tokio::test]
async fn keeps_price_notice_of_ended_setup() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("DEMONSTRATION", "true".to_owned()));
    let mut server = TestServer::with_environment(environment).await;
    let id = server.create("Three").await;
    server.wait_for_end(&id).await;
    server.set_environment(tiingo(&provider));
    server.restart().await;
    assert!(server.status(&id).await["data_notice"].as_str().unwrap().contains("demonstration"));
}

#[tokio::test]
async fn spells_share_classes_as_the_provider_does() {
    let provider = FakeProvider::start().await;
    let server = tiingo_server(&provider).await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nBRK.B,1,50,2024-01-02\n";
    let created: Value = server.upload("Class", "0", csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    assert_eq!(server.wait_for_end(id).await["status"], "completed");
    assert!(page(&server, id).await.contains("Fetched BRK.B: 273 days of history (known here as BRK-B)"));
    assert_eq!(provider.requests_for("BRK-B"), 1);
}

#[tokio::test]
async fn asks_polygon_for_share_classes_with_period() {
    let provider = FakeProvider::start().await;
    let server = TestServer::with_environment(polygon(&provider)).await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nBRK-B,1,50,2024-01-02\n";
    let created: Value = server.upload("Class", "0", csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    assert_eq!(server.wait_for_end(id).await["status"], "completed");
    assert_eq!(provider.requests_for("BRK.B"), 1);
}
