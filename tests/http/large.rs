//! Tests that the server can be stopped, and a run cancelled, in the middle of the longest possible
//! computation. The run's prices have gaps, and it has more symbols than the 600 that the server
//! correlates.

use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::many;

use crate::harness::TestServer;

const SYMBOLS: usize = 650;
const DAYS: usize = 300;

/// Returns a price file in which each symbol lacks prices on about a third of the days.
fn prices_with_gaps() -> String {
    let whole = many::prices(SYMBOLS, DAYS);
    let (header, rows) = whole.split_once('\n').unwrap();
    let first_symbol = header.split(',').position(|name| name == "S000").unwrap();
    let is_gap = |row: usize, column: usize| column >= first_symbol && (row / 9 + column * column).is_multiple_of(3);
    let with_gaps = |(row, line): (usize, &str)| {
        let cells = line.split(',').enumerate().map(|(column, cell)| if is_gap(row, column) { "" } else { cell });
        cells.collect::<Vec<_>>().join(",")
    };
    let rows: Vec<String> = rows.lines().enumerate().map(with_gaps).collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

async fn wait_until_correlating(server: &TestServer, id: &str) {
    // The deadline is generous because the earlier phases are slow in a debug build.
    let deadline = Instant::now() + Duration::from_mins(3);
    while server.status(id).await["phases"][8]["status"] != "running" {
        assert!(Instant::now() < deadline, "the run never reached the correlations");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stops_and_cancels_in_the_middle_of_correlations() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("prices.csv");
    std::fs::write(&file, prices_with_gaps()).unwrap();
    let factors = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/gaps-factors.toml");
    let environment = vec![("MARKET_DATA", format!("csv:{}", file.display())), ("FACTORS", factors.to_owned())];
    let mut server = TestServer::with_environment(environment).await;
    let positions = many::positions(SYMBOLS, DAYS, 1);
    let created: Value = server.upload("Large", "1000000", &positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();

    wait_until_correlating(&server, id).await;
    let stopping = Instant::now();
    server.stop().await;
    assert!(stopping.elapsed() < Duration::from_secs(10), "stopped after {:?}", stopping.elapsed());

    server.boot().await;
    wait_until_correlating(&server, id).await;
    let cancelling = Instant::now();
    assert_eq!(server.post(&format!("/api/v1/onboarding/portfolios/{id}/cancel")).await.status(), 202);
    let status = server.wait_for_end(id).await;
    assert!(cancelling.elapsed() < Duration::from_secs(1), "cancelled after {:?}", cancelling.elapsed());
    assert_eq!(status["error"]["code"], "cancelled");
    let warned = &status["phases"][8]["warning_groups"][0]["title"];
    assert_eq!(warned, "Too many symbols to correlate all of them");
}
