//! Tests the findings that the live page shows while a run goes on: prices, the equity curve and
//! the results of later phases.

use std::{collections::BTreeSet, time::Duration};

use scripted::Script;
use serde_json::Value;
use status::Phase;
use test_support::fake_provider::FakeProvider;

use crate::{
    harness::{THREE_POSITIONS, TestServer, one_of_each},
    live_data::tiingo,
};

/// Returns the HTML of the section with the findings on the live page.
async fn section(server: &TestServer, id: &str) -> String {
    let html = server.get(&format!("/onboarding/progress?portfolioId={id}")).await.text().await.unwrap();
    let (_, rest) = html.split_once("id=\"found-title\"").expect("the page has the section");
    rest.split_once("</section>").unwrap().0.to_owned()
}

async fn upload(server: &TestServer, csv: &str) -> String {
    let created: Value = server.upload("Growth", "1000", csv).await.json().await.unwrap();
    created["portfolio_id"].as_str().unwrap().to_owned()
}

/// With many symbols, each poll brings little. The symbols without a tile are counted.
#[tokio::test(flavor = "multi_thread")]
async fn keeps_polls_small_with_many_symbols() {
    let provider = FakeProvider::start().await;
    provider.delay(Duration::from_millis(100));
    let mut environment = tiingo(&provider);
    environment.push(("MARKET_DATA_PER_MINUTE", "100000".to_owned()));
    let server = TestServer::with_environment(environment).await;
    let id = upload(&server, &one_of_each((0..500).map(|number| format!("SYM{number:03}")))).await;
    let (mut attempt, mut version, mut after, mut found) = (0, 0, 0, 0);
    let mut sizes = Vec::new();
    let mut tiles = BTreeSet::new();
    loop {
        let url = format!(
            "{}/api/page/status?portfolio_id={id}&attempt={attempt}&version={version}&after={after}&found={found}",
            server.base
        );
        let response = server.client.get(url).header("accept-encoding", "gzip").send().await.unwrap();
        let is_packed = response.headers().contains_key("content-encoding");
        let sent = response.bytes().await.unwrap();
        let mut text = String::new();
        if is_packed {
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*sent), &mut text).unwrap();
        } else {
            text = String::from_utf8(sent.to_vec()).unwrap();
        }
        let response: Value = serde_json::from_str(&text).unwrap();
        tokio::time::sleep(Duration::from_millis(150)).await;
        let Some(changed) = response.get("changed") else { continue };
        let status = &changed["status"];
        (attempt, version) = (status["attempt"].as_u64().unwrap(), status["version"].as_u64().unwrap());
        after = status["last_seq"].as_u64().unwrap();
        for finding in changed["found"].as_array().unwrap() {
            found = finding["seq"].as_u64().unwrap();
            tiles.insert(finding["id"].as_str().unwrap().to_owned());
        }
        if status["overall_progress"]["phases_completed"] != 0 {
            break;
        }
        sizes.push(sent.len());
    }
    sizes.sort_unstable();
    println!("{} polls: {:?} bytes in the middle, {:?} at most", sizes.len(), sizes[sizes.len() / 2], sizes.last());
    assert!(sizes.len() > 8, "{sizes:?}");
    assert!(sizes[sizes.len() / 2] <= 2_048 && *sizes.last().unwrap() <= 6_144, "{sizes:?}");
    server.wait_for_end(&id).await;
    let html = section(&server, &id).await;
    assert_eq!(html.matches("class=\"tile").count(), 25, "24 tiles and the count of the others");
    assert!(html.contains("And 476 more symbols: 476 with prices"), "{html}");
    assert!(tiles.contains("found-prices-00") && tiles.contains("found-prices-99"), "{tiles:?}");
}

#[tokio::test]
async fn escapes_reasons_from_data_provider() {
    let unknown = [("NOSUCH".to_owned(), "<script>alert(1)</script>".to_owned())];
    let server = TestServer::with_script(Script { unknown: unknown.into(), ..Script::default() }).await;
    let id = upload(&server, &format!("{THREE_POSITIONS}NOSUCH,1,1,2020-01-03\n")).await;
    server.wait_for_end(&id).await;
    let html = section(&server, &id).await;
    assert!(html.contains("<b>NOSUCH</b> <span>No price: &lt;script&gt;alert(1)&lt;/script&gt;</span>"), "{html}");
    assert!(!html.contains("<script"), "{html}");
}

#[tokio::test]
async fn renders_all_findings_of_completed_run() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let status = server.wait_for_end(&id).await;
    let html = section(&server, &id).await;
    for id in ["prices", "value", "betas", "exposures", "volatility", "correlations"] {
        assert!(html.contains(&format!("id=\"found-{id}-00\" data-at=\"")), "{id}: {html}");
    }
    assert!(html.contains("What we found<") && html.contains("both 100 on the first day"), "{html}");
    assert!(!html.contains("style="), "the page's policy forbids inline styles");
    assert!(status.get("found").is_none(), "findings are not part of the API");
}

#[tokio::test]
async fn keeps_findings_over_server_restart() {
    let mut server = TestServer::start().await;
    let id = server.create("Growth").await;
    server.wait_for_end(&id).await;
    let before = section(&server, &id).await;
    server.restart().await;
    assert_eq!(section(&server, &id).await, before);
}

/// The second attempt reuses the phases that the first one completed, and shows what they found.
#[tokio::test]
async fn shows_findings_of_reused_phases() {
    let script = Script { store_refuses: Some(Phase::Volatility), ..Script::default() };
    let server = TestServer::with_script(script).await;
    let id = server.create("Growth").await;
    assert_eq!(server.wait_for_end(&id).await["status"], "failed");
    let failed = section(&server, &id).await;
    assert!(failed.contains("found-exposures-00") && !failed.contains("found-volatility-00"), "{failed}");
    server.script(Script::default());
    server.post(&format!("/api/v1/onboarding/portfolios/{id}/retry")).await;
    server.wait_until(&id, |status| status["attempt"] == 2 && status["status"] == "completed").await;
    let html = section(&server, &id).await;
    for id in ["prices", "value", "betas", "exposures", "volatility", "correlations"] {
        assert!(html.contains(&format!("id=\"found-{id}-00\"")), "{id}: {html}");
    }
}

/// A result is shown only once it is stored.
#[tokio::test]
async fn hides_result_that_is_not_stored() {
    let server = TestServer::with_script(Script { hold: Some(Phase::PositionBetas), ..Script::default() }).await;
    let id = server.create("Growth").await;
    let is_held = |status: &Value| status["overall_progress"]["current_phase"] == "phase_3";
    server.wait_until(&id, is_held).await;
    let html = section(&server, &id).await;
    assert!(html.contains("found-value-00") && !html.contains("found-betas-00"), "{html}");
    server.script(Script::default());
    server.wait_for_end(&id).await;
    assert!(section(&server, &id).await.contains("found-betas-00"));
}
