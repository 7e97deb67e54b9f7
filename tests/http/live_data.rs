//! Live market data, over a stand-in for the providers: whatever they do, the page says it in the right words.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;
use test_support::fake_provider::{Behavior, FakeProvider, KEY};

use crate::harness::{TestServer, messages};

/// A server whose prices come from Tiingo as far as it knows.
pub async fn over(provider: &FakeProvider) -> TestServer {
    TestServer::in_environment(tiingo(provider)).await
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

/// Tiingo first, then Polygon.
fn chain(first: &FakeProvider, second: &FakeProvider) -> Vec<(&'static str, String)> {
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

/// Series of the live factor set beside the three positions.
pub const REQUESTS: usize = 11;

/// The page of a setup as it stands, words only.
pub async fn page(server: &TestServer, id: &str) -> String {
    let html = server.get(&format!("/onboarding/progress?portfolioId={id}")).await.text().await.unwrap();
    html.replace("&#x27;", "'").replace("&quot;", "\"")
}

/// Sets up three positions, one of which is `KO`, whose requests meet `behavior`.
async fn set_up_with(behavior: Behavior) -> (FakeProvider, String, Value) {
    let provider = FakeProvider::start().await;
    provider.always("KO", behavior);
    let server = over(&provider).await;
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
    (provider, page(&server, &id).await, status)
}

/// The setup completes, the page has these words, and `KO` was asked for so many times.
async fn completes_with(behavior: Behavior, words: &str, asked: usize) {
    let (provider, page, status) = set_up_with(behavior).await;
    assert_eq!(status["status"], "completed", "{status:#}");
    let said: Vec<&str> = page.split('<').filter(|text| text.contains("KO:")).collect();
    assert!(page.contains(words), "{behavior:?}: “{words}” is not on the page, but {said:#?}");
    assert_eq!(provider.asked("KO"), asked, "{behavior:?}");
}

#[tokio::test]
async fn a_whole_setup_runs_on_live_prices() {
    let provider = FakeProvider::start().await;
    let server = over(&provider).await;
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
    assert_eq!(status["status"], "completed");
    assert_eq!(status["summary"]["positions_unavailable"], 0);
    assert_eq!(provider.requests().len(), REQUESTS);
    assert!(page(&server, &id).await.contains("Fetched SPY: 273 days of history (benchmark)"));
}

#[tokio::test]
async fn an_unknown_symbol_is_unavailable_and_asked_for_once() {
    completes_with(Behavior::Unknown, "KO: Symbol unavailable (unknown to Tiingo)", 1).await;
}

#[tokio::test]
async fn an_empty_answer_is_tried_four_times_and_called_what_it_is() {
    completes_with(Behavior::Empty, "KO: No prices this time (Tiingo sent an empty response without a reason)", 4)
        .await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_tried_four_times() {
    let words = "KO: No prices this time (Tiingo sent an unusable response: it is cut off)";
    completes_with(Behavior::CutOff, words, 4).await;
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let words = "KO: No prices this time (Tiingo sent an unusable response: it is not JSON)";
    completes_with(Behavior::Html, words, 4).await;
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read() {
    let words = "KO: No prices this time (Tiingo sent an unusable response: it is larger than 8 MB)";
    completes_with(Behavior::TooLarge, words, 4).await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_four_times() {
    completes_with(Behavior::BreaksOff, "KO: No prices this time (Tiingo broke off its response)", 4).await;
}

#[tokio::test]
async fn a_failure_of_the_provider_is_tried_four_times() {
    completes_with(Behavior::ServerError, "KO: No prices this time (Tiingo returned an error (503))", 4).await;
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up() {
    completes_with(Behavior::Hang, "KO: No prices this time (Tiingo did not respond within 1 s)", 4).await;
}

#[tokio::test]
async fn days_without_a_usable_price_are_left_out_and_counted() {
    completes_with(Behavior::UnusablePrices, "KO: 2 days without a usable price; left out", 1).await;
}

#[tokio::test]
async fn days_out_of_order_are_put_in_order() {
    completes_with(Behavior::OutOfOrder, "KO: 1 day out of order; sorted by date", 1).await;
}

#[tokio::test]
async fn a_repeated_day_counts_once() {
    completes_with(Behavior::Repeated, "KO: 1 day repeated; the last price is kept", 1).await;
}

#[tokio::test]
async fn an_absurd_jump_is_kept_and_pointed_out() {
    completes_with(Behavior::Jump, "KO: price rose by 52% on ", 1).await;
}

#[tokio::test]
async fn a_hole_is_pointed_out() {
    completes_with(Behavior::Hole, "KO: no prices between ", 1).await;
}

#[tokio::test]
async fn what_passes_by_itself_leaves_no_trace_but_the_requests() {
    let provider = FakeProvider::start().await;
    let trouble = [Behavior::ServerError, Behavior::RateLimited(None), Behavior::RateLimitedAsText];
    provider.next("KO", trouble);
    let server = over(&provider).await;
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
    assert_eq!((&status["status"], &status["phases"][0]["warnings"]), (&"completed".into(), &0.into()));
    assert_eq!(provider.asked("KO"), 4);
}

#[tokio::test]
async fn a_wait_that_the_provider_asks_for_is_kept_and_shown() {
    let provider = FakeProvider::start().await;
    provider.next("SPY", [Behavior::RateLimited(Some(4))]);
    let server = over(&provider).await;
    let id = server.create("Three").await;
    server.until(&id, |status| status["limit_wait_seconds"].as_u64() >= Some(2)).await;
    let words = "Waiting for the data provider \u{2013} next request in";
    assert!(page(&server, &id).await.contains(words));
    let status = server.until_over(&id).await;
    assert_eq!((&status["status"], &status["limit_wait_seconds"]), (&"completed".into(), &Value::Null));
    let benchmark: Vec<_> = provider.requests().iter().filter(|one| one.symbol == "SPY").map(|one| one.at).collect();
    assert!(benchmark[1] - benchmark[0] >= Duration::from_secs(4));
}

#[tokio::test]
async fn a_used_up_allowance_ends_the_setup_in_plain_words() {
    let (_, page, status) = set_up_with(Behavior::Quota).await;
    assert_eq!((&status["status"], &status["error"]["code"]), (&"failed".into(), &"market_data_unavailable".into()));
    assert!(page.contains("No prices for now: the request quota at Tiingo is used up until "), "{page}");
    assert!(page.contains("What was fetched is saved; Retry Setup fetches only the rest."));
}

#[tokio::test]
async fn a_used_up_allowance_is_not_asked_for_again_before_it_is_renewed() {
    let provider = FakeProvider::start().await;
    provider.always("SPY", Behavior::Quota);
    let server = over(&provider).await;
    let id = server.create("Three").await;
    server.until_over(&id).await;
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.until_over(&id).await["error"]["code"], "market_data_unavailable");
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn a_refused_key_ends_the_setup_at_once_and_names_the_variable() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.iter_mut().filter(|(name, _)| *name == "TIINGO_API_KEY").for_each(|(_, key)| "bad-key".clone_into(key));
    let server = TestServer::in_environment(environment).await;
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
    assert_eq!(status["error"]["code"], "market_data_key_refused");
    assert!(page(&server, &id).await.contains("The data provider Tiingo refused the key in TIINGO_API_KEY."));
    assert_eq!(provider.requests().len(), 1);
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_a_few_times_and_retry_completes_once_it_is_back() {
    let provider = FakeProvider::start().await;
    let server = over(&provider).await;
    provider.down(true);
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
    assert_eq!(status["error"]["code"], "benchmark_unavailable");
    assert!(
        page(&server, &id)
            .await
            .contains("We couldn't get prices for the benchmark (SPY): Tiingo returned an error (503).")
    );
    assert_eq!(provider.requests().len(), 4);
    provider.forgive();
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.until_over(&id).await["status"], "completed");
}

#[tokio::test]
async fn a_provider_that_goes_down_in_the_middle_ends_the_setup_and_retry_asks_only_for_the_rest() {
    let provider = FakeProvider::start().await;
    let server = over(&provider).await;
    for symbol in ["MSFT", "MTUM", "QUAL", "IWM", "USMV", "VUG", "VTV", "TLT"] {
        provider.always(symbol, Behavior::ServerError);
    }
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
    assert_eq!(status["error"]["code"], "market_data_unavailable", "{status:#}");
    assert!(page(&server, &id).await.contains("No prices for now: Tiingo is not responding."));
    assert!(provider.requests().len() < 20, "{}", provider.requests().len());
    provider.forgive();
    let before: BTreeSet<_> = provider.requests().iter().map(|request| request.symbol.clone()).collect();
    assert!(before.contains("AAPL"));
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.until_over(&id).await["status"], "completed");
    assert_eq!((provider.asked("AAPL"), provider.asked("SPY")), (1, 1));
}

#[tokio::test]
async fn when_the_first_provider_dies_in_the_middle_the_second_one_completes_the_setup() {
    let (first, second) = (FakeProvider::start().await, FakeProvider::start().await);
    let server = TestServer::in_environment(chain(&first, &second)).await;
    first.delay(Duration::from_millis(200));
    let id = server.create("Three").await;
    server.until(&id, |status| status["last_seq"].as_u64() >= Some(4)).await;
    drop(first);
    let status = server.until_over(&id).await;
    assert_eq!(status["status"], "completed", "{status:#}");
    assert_eq!(status["summary"]["positions_unavailable"], 0);
    assert!(!second.requests().is_empty());
    assert!(page(&server, &id).await.contains("price return)"), "the second one's prices are called what they are");
}

#[tokio::test]
async fn what_the_first_provider_does_not_know_the_second_one_is_asked_for() {
    let (first, second) = (FakeProvider::start().await, FakeProvider::start().await);
    first.always("KO", Behavior::Unknown);
    first.always("AAPL", Behavior::Unknown);
    second.always("KO", Behavior::Unknown);
    let server = TestServer::in_environment(chain(&first, &second)).await;
    let id = server.create("Three").await;
    server.until_over(&id).await;
    let page = page(&server, &id).await;
    assert!(page.contains("KO: Symbol unavailable (unknown to Tiingo, unknown to Polygon)"));
    assert!(page.contains("Fetched AAPL: 273 days of history (price return)"));
    assert_eq!(second.requests().len(), 2);
}

#[tokio::test]
async fn a_plan_that_does_not_include_a_symbol_says_nothing_about_the_symbol() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::PlanLimit);
    let server = TestServer::in_environment(polygon(&provider)).await;
    let id = server.create("Three").await;
    server.until_over(&id).await;
    assert!(
        page(&server, &id).await.contains("KO: No prices this time (the Polygon plan does not include this symbol)")
    );
}

#[tokio::test]
async fn a_second_setup_asks_for_nothing_that_is_known_not_even_for_the_unknown_symbol() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::Unknown);
    let server = over(&provider).await;
    for _ in 0..2 {
        let id = server.create("Three").await;
        assert_eq!(server.until_over(&id).await["status"], "completed");
    }
    assert_eq!(provider.requests().len(), REQUESTS);
}

#[tokio::test]
async fn setups_at_the_same_time_make_one_request_a_symbol() {
    let provider = FakeProvider::start().await;
    provider.delay(Duration::from_millis(50));
    let server = over(&provider).await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(server.create("Three").await);
    }
    for id in ids {
        assert_eq!(server.until_over(&id).await["status"], "completed");
    }
    let symbols: BTreeSet<_> = provider.requests().iter().map(|request| request.symbol.clone()).collect();
    assert_eq!((symbols.len(), provider.requests().len()), (REQUESTS, REQUESTS));
}

#[tokio::test]
async fn a_restart_in_the_middle_asks_for_nothing_twice_once_it_was_answered() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("MARKET_DATA_PER_MINUTE", "6".to_owned()));
    let mut server = TestServer::in_environment(environment).await;
    let id = server.create("Three").await;
    let fetched = |status: &Value| {
        messages(&status["activity_log"]).iter().filter(|message| message.starts_with("Fetched")).count()
    };
    server.until(&id, |status| fetched(status) == 6).await;
    server.restart().await;
    // The six requests of the process before still count: this one waits before its first.
    server.until(&id, |status| status["limit_wait_seconds"].as_u64() >= Some(2)).await;
    assert_eq!(provider.requests().len(), 6);
    assert!(provider.requests().iter().all(|request| provider.asked(&request.symbol) == 1));
}

#[tokio::test]
async fn a_symbol_that_failed_for_the_providers_reasons_is_asked_for_again_by_a_retry() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::Empty);
    let server = over(&provider).await;
    let id = server.create("Three").await;
    server.until_over(&id).await;
    provider.forgive();
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    let status = server.until_over(&id).await;
    assert_eq!((&status["attempt"], &status["summary"]["positions_unavailable"]), (&2.into(), &0.into()));
}

#[tokio::test]
async fn the_upload_page_says_where_prices_come_from_and_the_status_whether_they_are_made_up() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("DEMONSTRATION", "true".to_owned()));
    let server = TestServer::in_environment(environment).await;
    let html = server.get("/").await.text().await.unwrap();
    assert!(html.contains("Daily closing prices come from Tiingo.") && html.contains("This is a demonstration"));
    let id = server.create("Three").await;
    server.until_over(&id).await;
    assert!(page(&server, &id).await.contains("This is a demonstration"));
}

#[tokio::test]
async fn the_key_is_nowhere_to_be_seen() {
    let provider = FakeProvider::start().await;
    provider.next("KO", [Behavior::BreaksOff, Behavior::Html]);
    let mut environment = tiingo(&provider);
    environment.push(("RUST_LOG", "trace".to_owned()));
    let server = TestServer::in_a_process(environment).await;
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
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
    assert!(!log.contains(KEY), "nor in the server's log at its most talkative");
    assert!(!seen.contains(KEY) && !seen.contains(&provider.base));
    assert!(!format!("{:?}", server.config()).contains(KEY));
}

#[tokio::test]
async fn who_waits_for_the_limit_keeps_nobody_from_computing() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("MARKET_DATA_PER_MINUTE", REQUESTS.to_string()));
    let server = TestServer::in_environment(environment).await;
    let first = server.create("Three").await;
    server.until_over(&first).await;
    // As many as there are workers, and one more, for whom the allowance is used up.
    for symbol in ["IBM", "ORCL", "INTC"] {
        let csv = format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{symbol},1,50,2024-01-02\n");
        assert_eq!(server.upload("Waits", "0", &csv).await.status(), 201);
    }
    let known = server.create("Three").await;
    assert_eq!(server.until_over(&known).await["status"], "completed");
    assert_eq!(provider.requests().len(), REQUESTS);
}

#[tokio::test]
async fn one_symbol_that_the_second_provider_does_not_know_leaves_the_others_their_prices() {
    let (first, second) = (FakeProvider::start().await, FakeProvider::start().await);
    first.always("SPY", Behavior::Quota);
    second.always("KO", Behavior::Unknown);
    let server = TestServer::in_environment(chain(&first, &second)).await;
    let id = server.create("Three").await;
    let status = server.until_over(&id).await;
    assert_eq!((&status["status"], &status["summary"]["positions_analyzed"]), (&"completed".into(), &2.into()));
    assert!(page(&server, &id).await.contains("KO: No prices this time (the request quota at Tiingo is used up until"));
    assert_eq!(first.requests().len(), 1);
}

#[tokio::test]
async fn a_symbol_that_always_fails_is_no_outage_however_often_it_is_retried() {
    let provider = FakeProvider::start().await;
    provider.always("KO", Behavior::ServerError);
    let server = over(&provider).await;
    let id = server.create("Three").await;
    assert_eq!(server.until_over(&id).await["status"], "completed");
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    let status = server.until_over(&id).await;
    assert_eq!((&status["status"], &status["attempt"]), (&"completed".into(), &2.into()));
    assert_eq!(provider.asked("KO"), 8);
}

#[tokio::test]
async fn a_wait_of_an_hour_is_not_sat_out_but_said() {
    let (_, page, status) = set_up_with(Behavior::RateLimited(Some(3_600))).await;
    assert_eq!(status["error"]["code"], "market_data_unavailable");
    assert!(page.contains("the request quota at Tiingo is used up until "));
}

#[tokio::test]
async fn an_ended_setup_says_of_its_prices_what_it_said_then() {
    let provider = FakeProvider::start().await;
    let mut environment = tiingo(&provider);
    environment.push(("DEMONSTRATION", "true".to_owned()));
    let mut server = TestServer::in_environment(environment).await;
    let id = server.create("Three").await;
    server.until_over(&id).await;
    server.set_environment(tiingo(&provider));
    server.restart().await;
    assert!(server.status(&id).await["data_notice"].as_str().unwrap().contains("demonstration"));
}

#[tokio::test]
async fn a_share_class_is_asked_for_as_the_provider_spells_it() {
    let provider = FakeProvider::start().await;
    let server = over(&provider).await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nBRK.B,1,50,2024-01-02\n";
    let created: Value = server.upload("Class", "0", csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    assert_eq!(server.until_over(id).await["status"], "completed");
    assert!(page(&server, id).await.contains("Fetched BRK.B: 273 days of history"));
    assert_eq!(provider.asked("BRK-B"), 1);
}
