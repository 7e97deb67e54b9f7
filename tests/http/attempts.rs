//! Tests failed runs, retries and cancellations: `/api/v1/onboarding/portfolios/{id}/retry` and
//! `…/cancel`.

use scripted::Script;
use serde_json::{Value, json};
use status::Phase;

use crate::harness::{TestServer, messages};

fn store_failing_in(phase: Phase) -> Script {
    Script { store_refuses: Some(phase), ..Script::default() }
}

#[tokio::test]
async fn names_failed_phase_and_leaves_later_ones_pending() {
    let server = TestServer::with_script(store_failing_in(Phase::PositionBetas)).await;
    let id = server.create("Unlucky").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!(status["status"], "failed");
    let message = "The database refused this.";
    let advice = format!(
        "This needs the person who runs this server. Give them support code {}. Retry once they've checked the database.",
        status["support_code"].as_str().unwrap()
    );
    assert_eq!(
        status["error"],
        json!({"code": "store_failed", "message": message, "phase_id": "phase_3", "who": "operator", "advice": advice})
    );
    let states: Vec<_> =
        status["phases"].as_array().unwrap().iter().map(|phase| phase["status"].as_str().unwrap()).collect();
    let expected = [&["completed"; 5][..], &["failed"], &["pending"; 3]].concat();
    assert_eq!(states, expected);
}

#[tokio::test]
async fn reuses_finished_phases_in_a_retry() {
    let server = TestServer::with_script(store_failing_in(Phase::PositionBetas)).await;
    let id = server.create("Second time lucky").await;
    server.wait_for_end(&id).await;
    server.script(Script::default());
    let retried = server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(retried.status(), 202);
    assert_eq!(retried.json::<Value>().await.unwrap(), json!({"portfolio_id": id, "attempt": 2}));
    let status = server.wait_for_end(&id).await;
    assert_eq!(
        (&status["status"], &status["attempt"], &status["attempts"]),
        (&"completed".into(), &2.into(), &2.into())
    );
    let reused: Vec<_> = status["phases"].as_array().unwrap().iter().map(|phase| phase["reused"] == true).collect();
    assert_eq!(reused, [&[true; 5][..], &[false; 4]].concat());
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let lines = messages(&log["activity_log"]);
    assert!(lines.contains(&"Phase 1 reused from attempt 1: 3/3 symbols (100% coverage)".to_owned()), "{lines:#?}");
}

#[tokio::test]
async fn recomputes_all_phases_when_starting_over() {
    let server = TestServer::start().await;
    let id = server.create("Again").await;
    server.wait_for_end(&id).await;
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry?from=start")).await;
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["status"], &status["attempt"]), (&"completed".into(), &2.into()));
    assert!(status["phases"].as_array().unwrap().iter().all(|phase| phase["reused"] == false));
}

#[tokio::test]
async fn reuses_results_bit_for_bit() {
    let server = TestServer::with_script(store_failing_in(Phase::Correlations)).await;
    let id = server.create("Bits").await;
    server.wait_for_end(&id).await;
    server.script(Script::default());
    let mut results = Vec::new();
    for from in ["failed", "start"] {
        server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry?from={from}")).await;
        server.wait_for_end(&id).await;
        let mut result = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
        result["attempt"] = Value::Null;
        results.push(result);
    }
    assert_eq!(results[0], results[1]);
}

#[tokio::test]
async fn keeps_logs_of_all_attempts_readable() {
    let server = TestServer::with_script(store_failing_in(Phase::Snapshots)).await;
    let id = server.create("Two attempts").await;
    server.wait_for_end(&id).await;
    server.script(Script::default());
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    server.wait_for_end(&id).await;
    let all = server.json(&format!("/api/v1/onboarding/status/{id}/logs?format=json&attempt=all")).await;
    let ends: Vec<_> =
        all.as_array().unwrap().iter().map(|run| (run["attempt"].clone(), run["final_status"].clone())).collect();
    assert_eq!(ends, [(1.into(), "failed".into()), (2.into(), "completed".into())]);
    let first = server.get(&format!("/api/v1/onboarding/status/{id}/logs?attempt=1")).await.text().await.unwrap();
    assert!(first.contains("Portfolio Snapshots failed: The database refused this."), "{first}");
}

#[tokio::test]
async fn starts_one_run_for_simultaneous_retries() {
    let server = TestServer::with_script(Script { down: vec!["SP500".to_owned()], ..Script::default() }).await;
    let id = server.create("Double click").await;
    server.wait_for_end(&id).await;
    server.script(Script { delay_ms: 50, ..Script::default() });
    let path = format!("/api/v1/onboarding/portfolios/{id}/retry");
    let (one, two) = tokio::join!(server.post(&path), server.post(&path));
    let mut responses = [one.status().as_u16(), two.status().as_u16()];
    responses.sort_unstable();
    assert_eq!(responses, [202, 409]);
}

#[tokio::test]
async fn starts_one_run_per_idempotency_key() {
    let server = TestServer::with_script(store_failing_in(Phase::MarketData)).await;
    let id = server.create("Once").await;
    server.wait_for_end(&id).await;
    server.script(Script::default());
    let url = format!("{}/api/v1/onboarding/portfolios/{id}/retry", server.base);
    for _ in 0..2 {
        let response = server.client.post(&url).header("idempotency-key", "k1").send().await.unwrap();
        assert_eq!(response.status(), 202);
        assert_eq!(response.json::<Value>().await.unwrap()["attempt"], 2);
        server.wait_for_end(&id).await;
    }
}

#[tokio::test]
async fn fails_without_benchmark_in_plain_english() {
    let server = TestServer::with_script(Script { down: vec!["SP500".to_owned()], ..Script::default() }).await;
    let id = server.create("No benchmark").await;
    let error = &server.wait_for_end(&id).await["error"];
    assert_eq!(error["code"], "benchmark_unavailable");
    assert_eq!(error["message"], "We couldn't get prices for the benchmark (SP500): the data source did not answer.");
}

#[tokio::test]
async fn fails_without_symbols_in_plain_english() {
    let server = TestServer::start().await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nHZNP,1,90,2021-06-15\nSGEN,1,150,2021-06-15\n";
    let created: Value = server.upload("Nothing", "", csv).await.json().await.unwrap();
    let status = server.wait_for_end(created["portfolio_id"].as_str().unwrap()).await;
    assert_eq!(status["error"]["code"], "no_prices");
}

#[tokio::test]
async fn uses_singular_for_one_symbol_without_prices() {
    let server = TestServer::start().await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nHZNP,1,90,2021-06-15\n";
    let created: Value = server.upload("Nothing", "", csv).await.json().await.unwrap();
    let status = server.wait_for_end(created["portfolio_id"].as_str().unwrap()).await;
    let words = "We couldn't find prices for the only symbol in the portfolio, so there's nothing to compute.";
    assert_eq!(status["error"]["message"], words);
}

#[tokio::test]
async fn ends_cancelled_run_within_a_second() {
    let server = TestServer::with_script(Script { delay_ms: 60_000, ..Script::default() }).await;
    let id = server.create("Changed my mind").await;
    let sent = std::time::Instant::now();
    assert_eq!(server.post(&format!("/api/v1/onboarding/portfolios/{id}/cancel")).await.status(), 202);
    let status = server.wait_for_end(&id).await;
    assert!(sent.elapsed().as_millis() < 1_000);
    assert_eq!((&status["status"], &status["error"]["code"]), (&"failed".into(), &"cancelled".into()));
    let last = status["activity_log"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["level"], &last["message"]), (&"info".into(), &"Setup was cancelled".into()));
    server.script(Script::default());
    assert_eq!(server.post(&format!("/api/v1/onboarding/portfolios/{id}/cancel")).await.status(), 409);
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
}

#[tokio::test]
async fn cancels_waiting_runs() {
    let server = TestServer::with_script(Script { delay_ms: 60_000, ..Script::default() }).await;
    for name in ["One", "Two"] {
        server.create(name).await;
    }
    let waiting = server.create("Waiting").await;
    server.post(&format!("/api/v1/onboarding/portfolios/{waiting}/cancel")).await;
    assert_eq!(server.wait_for_end(&waiting).await["error"]["code"], "cancelled");
}

#[tokio::test]
async fn lists_cancelled_setups_as_cancelled() {
    let mut server = TestServer::with_script(Script { delay_ms: 60_000, ..Script::default() }).await;
    let id = server.create("Stopped").await;
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/cancel")).await;
    server.wait_for_end(&id).await;
    for source in ["memory", "store"] {
        let list = server.json("/api/v1/onboarding/portfolios").await;
        assert_eq!((&list[0]["status"], &list[0]["cancelled"]), (&"failed".into(), &true.into()), "from {source}");
        let page = server.get("/").await.text().await.unwrap();
        assert!(page.contains("Cancelled at 0%") && !page.contains("Failed at"), "from {source}: {page}");
        server.restart().await;
    }
}

#[tokio::test]
async fn redirects_form_posts_to_the_page() {
    let server = TestServer::start().await;
    let id = server.create("Form").await;
    server.wait_for_end(&id).await;
    let url = format!("{}/api/v1/onboarding/portfolios/{id}/retry", server.base);
    let form = server
        .client
        .post(url)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    let response = form.body("from=start").send().await.unwrap();
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()["location"], format!("/onboarding/progress?portfolioId={id}").as_str());
}

#[tokio::test]
async fn explains_impossible_retry_on_a_page() {
    let server = TestServer::start().await;
    let unknown = uuid::Uuid::new_v4();
    for action in ["retry", "cancel"] {
        let path = format!("{}/api/v1/onboarding/portfolios/{unknown}/{action}", server.base);
        let response = server.client.post(path).header("accept", "text/html").send().await.unwrap();
        assert_eq!(response.status(), 404, "{action}");
        let page = response.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>"), "{action}: {page}");
        assert!(page.contains("Something Went Wrong"), "{action}: {page}");
    }
}
