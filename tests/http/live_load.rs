//! Tests many simultaneous portfolios that contain many symbols. The test uploads all portfolios,
//! waits until their runs end, and then uploads them all again. The server must request each symbol
//! only once and never exceed the rate limit. `make load` runs the full-size test.

use std::{
    collections::BTreeMap,
    fmt::Write,
    time::{Duration, Instant},
};

use futures::{StreamExt, stream};
use serde_json::Value;
use test_support::fake_provider::{FakeProvider, KEY};

use crate::harness::TestServer;

/// Number of positions in each portfolio.
const POSITIONS: usize = 12;

fn size(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// Returns the CSV file of one portfolio, given the portfolio's number. Neighboring portfolios
/// share symbols, and together the portfolios cover all symbols.
fn positions(portfolio: usize, symbols: usize) -> String {
    let mut csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\n".to_owned();
    for position in 0..POSITIONS {
        let symbol = (portfolio * 5 + position) % symbols;
        writeln!(csv, "S{symbol},{},50,2024-01-02", position + 1).unwrap();
    }
    csv
}

/// Uploads all portfolios, waits until every run has ended, and returns how many runs completed.
async fn set_up_all(server: &TestServer, portfolios: usize, symbols: usize) -> usize {
    let uploads = (0..portfolios).map(|number| async move {
        let csv = positions(number, symbols);
        assert_eq!(server.upload(&format!("P{number}"), "1000", &csv).await.status(), 201);
    });
    stream::iter(uploads.collect::<Vec<_>>()).buffer_unordered(16).collect::<Vec<()>>().await;
    loop {
        let newest = &server.portfolios().await[..portfolios];
        let count = |status: &str| newest.iter().filter(|item: &&Value| item["status"] == status).count();
        if count("running") == 0 {
            return count("completed");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_each_symbol_once_within_the_limit() {
    let portfolios = size("LOAD_PORTFOLIOS", 30);
    let symbols = size("LOAD_SYMBOLS", 50);
    let per_minute = size("LOAD_PER_MINUTE", 50);
    let provider = FakeProvider::start().await;
    let server = TestServer::with_environment(vec![
        ("MARKET_DATA", "tiingo".to_owned()),
        ("TIINGO_API_KEY", KEY.to_owned()),
        ("TIINGO_BASE_URL", provider.base.clone()),
        ("MARKET_DATA_PER_MINUTE", per_minute.to_string()),
    ])
    .await;

    for round in ["cold", "warm"] {
        let started = Instant::now();
        assert_eq!(set_up_all(&server, portfolios, symbols).await, portfolios);
        println!(
            "{round}: {portfolios} portfolios over {symbols} symbols in {:.1} s, {} requests so far",
            started.elapsed().as_secs_f64(),
            provider.requests().len()
        );
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for request in provider.requests() {
            *counts.entry(request.symbol).or_default() += 1;
        }
        let position_symbols =
            counts.keys().filter(|symbol| symbol.strip_prefix('S').is_some_and(|rest| rest.parse::<usize>().is_ok()));
        assert_eq!(position_symbols.count(), symbols);
        assert!(counts.values().all(|count| *count == 1), "{round}: {counts:?}");
    }
    assert!(provider.requests().len() > per_minute, "the test must need more requests than one minute allows");
    let times: Vec<Instant> = provider.requests().iter().map(|request| request.at).collect();
    for (earlier, later) in times.iter().zip(times.iter().skip(per_minute)) {
        assert!(*later - *earlier >= Duration::from_mins(1));
    }
}
