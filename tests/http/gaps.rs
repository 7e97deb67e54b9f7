//! Tests runs with gaps: what a retry may still find, sentences that account for all positions, and
//! the size of pages with thousands of unknown symbols.

use std::fmt::Write;

use scripted::Script;
use serde_json::Value;
use status::Phase;

use crate::harness::TestServer;

/// More unknown symbols than the page lists.
const MANY: usize = 4_800;

async fn upload(server: &TestServer, csv: &str) -> String {
    let created: Value = server.upload("Gaps", "", csv).await.json().await.unwrap();
    created["portfolio_id"].as_str().unwrap().to_owned()
}

/// A file with one known symbol, and `unknown` others. Seven characters could be a SEDOL.
fn csv(unknown: usize) -> String {
    let mut csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,100,2021-03-08\n".to_owned();
    for number in 0..unknown {
        writeln!(csv, "ZZZ{number:05},1,90,2021-06-15").unwrap();
    }
    csv
}

async fn live_page(server: &TestServer, id: &str) -> String {
    server.get(&format!("/onboarding/progress?portfolioId={id}")).await.text().await.unwrap()
}

#[tokio::test]
async fn retries_symbols_that_got_no_answer() {
    let server = TestServer::with_script(Script { down: vec!["KO".to_owned()], ..Script::default() }).await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["status"], &status["retry"]["reused_phases"]), (&"completed".into(), &0.into()));
    assert!(live_page(&server, &id).await.contains("Try missing symbols again"));
    server.script(Script::default());
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    let status = server.wait_for_end(&id).await;
    assert_eq!((&status["retry"], &status["summary"]["positions_unavailable"]), (&Value::Null, &0.into()));
    assert!(!live_page(&server, &id).await.contains("Try missing symbols again"));
}

#[tokio::test]
async fn offers_no_retry_for_unknown_symbols() {
    let server = TestServer::start().await;
    let id = upload(&server, &csv(1)).await;
    assert_eq!(server.wait_for_end(&id).await["retry"], Value::Null);
    let page = live_page(&server, &id).await;
    assert!(!page.contains("Try missing symbols again") && page.contains("Correct positions"), "{page}");
    let sentence = "1 of 2 positions analyzed; 1 left out because ZZZ00000 has no prices.";
    assert!(page.contains(sentence), "{page}");
    let results = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(results.contains(sentence), "{results}");
}

#[tokio::test]
async fn shows_prices_after_first_phase_alone() {
    let refuse = Script { store_refuses: Some(Phase::FactorAnalysis), ..Script::default() };
    let server = TestServer::with_script(refuse).await;
    let id = server.create("One phase").await;
    server.wait_for_end(&id).await;
    assert!(live_page(&server, &id).await.contains("View Portfolio Anyway"));
    let results = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(results.contains("id=\"market\"") && results.contains("AAPL"), "{results}");
}

#[tokio::test]
async fn says_on_results_page_that_setup_was_cancelled() {
    let server = TestServer::with_script(Script { delay_ms: 60_000, ..Script::default() }).await;
    let id = server.create("Cancelled").await;
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/cancel")).await;
    server.wait_for_end(&id).await;
    let results = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(results.contains("Setup was cancelled before anything was calculated."), "{results}");
}

#[tokio::test]
async fn keeps_polls_small_with_many_unknown_symbols() {
    let server = TestServer::with_script(Script { hold: Some(Phase::FactorAnalysis), ..Script::default() }).await;
    let id = upload(&server, &csv(MANY)).await;
    let running = server.wait_until(&id, |status| status["phases"][0]["status"] == "completed").await;
    let poll = async |status: &Value| {
        let (attempt, version, after) =
            (&status["attempt"], status["version"].as_u64().unwrap() - 1, &status["last_seq"]);
        let query = format!("portfolio_id={id}&attempt={attempt}&version={version}&after={after}");
        server.get(&format!("/api/page/status?{query}")).await.text().await.unwrap()
    };
    let answer = poll(&running).await;
    assert!(answer.contains("\"unavailable_total\":4800"), "{answer}");
    assert!(answer.len() < 10_000, "{} bytes", answer.len());
    server.script(Script::default());
    let over = server.wait_for_end(&id).await;
    assert_eq!(over["summary"]["unavailable_symbols"].as_array().unwrap().len(), MANY, "programs get all of them");
    let answer = poll(&over).await;
    println!("the last poll has {} bytes", answer.len());
    assert!(answer.len() < 60_000, "{} bytes", answer.len());
}

#[tokio::test]
async fn lists_few_of_many_unknown_symbols() {
    let server = TestServer::start().await;
    let id = upload(&server, &csv(MANY)).await;
    server.wait_for_end(&id).await;
    let page = live_page(&server, &id).await;
    let data = page.split_once("id=\"page-data\">").unwrap().1.split("</script>").next().unwrap();
    assert!(data.len() < 60_000, "{} bytes of data", data.len());
    let summary = page.split_once("id=\"summary-title\"").unwrap().1.split("id=\"phases-title\"").next().unwrap();
    assert!(summary.len() < 80_000, "{} bytes of summary and warnings", summary.len());
    for words in ["Show all 4,800", "4,288 more in the log file", "ZZZ00011", "ZZZ00511"] {
        assert!(summary.contains(words), "{words}");
    }
    assert!(!summary.contains("ZZZ00512"));
    let results = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(results.contains("4,288 more in the CSV file") && !results.contains("ZZZ00512"), "{}", results.len());
}
