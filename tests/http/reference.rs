//! Tests that compare every number of the results with a reference implementation. The Python
//! programs in `tests/reference` compute the numbers from their definitions, with other libraries
//! and without using this code. `make reference` renews their results, the golden files.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::Value;
use test_support::many;

use crate::harness::TestServer;

/// Our number agrees with the number of the Python reference implementation if they differ by at
/// most `ABSOLUTE + RELATIVE · |reference|`.
const ABSOLUTE: f64 = 1e-12;
const RELATIVE: f64 = 1e-9;

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "reference", name].iter().collect()
}

fn text(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap()
}

/// The outcome of comparing our results with those of the Python reference implementation.
#[derive(Default)]
struct Comparison {
    /// For each phase, the count of compared numbers and the largest difference as a multiple of
    /// the tolerance.
    phases: BTreeMap<&'static str, (usize, f64)>,
    /// One line about each difference that exceeds the tolerance: its place in the results and its
    /// size.
    differences: Vec<String>,
}

impl Comparison {
    /// Compares every value in the results of the reference implementation with ours. Ignores our
    /// other fields.
    fn compare(&mut self, reference: &Value, ours: &Value, at: &str) {
        match (reference, ours) {
            // The golden files contain only some rows of a large matrix, as an object whose keys
            // are row numbers.
            (Value::Object(rows), Value::Array(others)) => {
                for (number, row) in rows {
                    self.compare(row, &others[number.parse::<usize>().unwrap()], &format!("{at}/{number}"));
                }
            }
            (Value::Object(fields), _) => {
                for (name, value) in fields {
                    self.compare(value, &ours[name.as_str()], &format!("{at}/{name}"));
                }
            }
            (Value::Array(items), Value::Array(others)) => {
                if items.len() != others.len() {
                    self.differences.push(format!("{at}: {} items, ours {}", items.len(), others.len()));
                }
                for (number, (item, other)) in items.iter().zip(others).enumerate() {
                    let name = name_of(item).map_or_else(|| number.to_string(), str::to_owned);
                    self.compare(item, other, &format!("{at}/{name}"));
                }
            }
            (Value::Number(reference), Value::Number(ours)) => {
                let (reference, ours) = (reference.as_f64().unwrap(), ours.as_f64().unwrap());
                let multiple = (reference - ours).abs() / (ABSOLUTE + RELATIVE * reference.abs());
                let (numbers, worst) = self.phases.entry(phase_of(at)).or_default();
                *numbers += 1;
                *worst = worst.max(multiple);
                if multiple > 1.0 {
                    self.differences.push(format!("{at}: {reference}, ours {ours}, {multiple:.1} times the tolerance"));
                }
            }
            (reference, ours) if reference == ours => {}
            (reference, ours) => self.differences.push(format!("{at}: {reference}, ours {ours}")),
        }
    }
}

/// Returns the phase that computes a number, given the path of the number within the results.
fn phase_of(at: &str) -> &'static str {
    let within = |parts: &[&str]| parts.iter().any(|part| at.split('/').any(|segment| segment == *part));
    match at.split('/').nth(1).unwrap_or_default() {
        "symbols" if within(&["price"]) => "1 market data",
        "symbols" if within(&["ridge", "spreads"]) => "2 factor analysis",
        "symbols" => "3 symbol metrics",
        "snapshots" => "4 snapshots",
        "positions" if within(&["market_beta", "rate_beta"]) => "6 position betas",
        "positions" => "5 position values",
        "exposures" => "7 factor exposures",
        "volatility" => "8 volatility",
        "correlations" => "9 correlations",
        _ => "the portfolio as a whole",
    }
}

/// Returns the symbol, factor, name or date that identifies an item of a list.
fn name_of(item: &Value) -> Option<&str> {
    ["symbol", "factor", "name", "date"].iter().find_map(|field| item[*field].as_str())
}

/// Sets up a portfolio and compares its results with a golden file of the Python reference
/// implementation. The comparison must cover at least `at_least` numbers.
async fn check_against_reference(server: &TestServer, positions: &str, cash: &str, golden: &str, at_least: usize) {
    let bytes = fs::read(file(golden)).unwrap();
    let reference: Value = if file(golden).extension().is_some_and(|extension| extension == "gz") {
        serde_json::from_reader(flate2::read::GzDecoder::new(bytes.as_slice())).unwrap()
    } else {
        serde_json::from_slice(&bytes).unwrap()
    };
    let created: Value = server.upload("Reference", cash, positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    // The deadline is long, because a run with five hundred symbols is slow in a debug build.
    let deadline = Instant::now() + Duration::from_mins(5);
    while server.status(id).await["status"] == "running" {
        assert!(Instant::now() < deadline, "the run never ended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.status(id).await["status"], "completed");
    let mut ours = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    // Removes symbols without prices from our results, because the golden files do not contain
    // them.
    let with_prices = |symbol: &Value| symbol["available"] == true;
    ours["symbols"].as_array_mut().unwrap().retain(with_prices);
    let mut found = Comparison::default();
    found.compare(&reference, &ours, "");
    for (phase, (numbers, worst)) in &found.phases {
        println!("{golden}, {phase}: {numbers} numbers, worst {worst:.1e} of the tolerance");
    }
    let shown = found.differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(found.differences.is_empty(), "{} differences\n{shown}", found.differences.len());
    let numbers: usize = found.phases.values().map(|(numbers, _)| numbers).sum();
    assert!(numbers >= at_least, "{numbers} numbers");
}

#[tokio::test]
async fn matches_reference_for_sample_portfolio() {
    let server = TestServer::start().await;
    let positions = include_str!("../../data/sample-portfolio.csv");
    check_against_reference(&server, positions, "50000", "golden/bundled.json", 3_900).await;
}

/// Starts a server with price files and a factor set from `tests/reference`.
async fn server_with_files(prices: &str, factors: &str) -> TestServer {
    let environment = vec![
        ("MARKET_DATA", format!("csv:{}", file(prices).display())),
        ("FACTORS", file(factors).display().to_string()),
    ];
    TestServer::with_environment(environment).await
}

#[tokio::test]
async fn matches_reference_with_gaps_sales_and_dividends() {
    let server = server_with_files("gaps", "gaps-factors.toml").await;
    check_against_reference(&server, &text("gaps-positions.csv"), "20000", "golden/gaps.json", 3_100).await;
}

#[tokio::test]
async fn matches_reference_with_options_splits_and_rates() {
    let server = server_with_files("extras", "extras-factors.toml").await;
    check_against_reference(&server, &text("extras-positions.csv"), "150000", "golden/extras.json", 3_200).await;
}

#[tokio::test]
async fn matches_reference_with_quoted_options() {
    let server = server_with_files("quotes.csv", "gaps-factors.toml").await;
    check_against_reference(&server, &text("quotes-positions.csv"), "80000", "golden/quotes.json", 2_500).await;
}

#[tokio::test]
async fn matches_reference_with_repaired_correlations() {
    let server = server_with_files("repair.csv", "gaps-factors.toml").await;
    check_against_reference(&server, &text("repair-positions.csv"), "30000", "golden/repair.json", 13_000).await;
}

const SYMBOLS: usize = 500;
const DAYS: usize = 2_520;

#[tokio::test]
async fn matches_reference_for_five_hundred_symbols() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("prices.csv"), many::prices(SYMBOLS, DAYS)).unwrap();
    fs::copy(file("gaps-factors.toml"), folder.path().join("factors.toml")).unwrap();
    let environment = vec![
        ("MARKET_DATA", format!("csv:{}", folder.path().join("prices.csv").display())),
        ("FACTORS", folder.path().join("factors.toml").display().to_string()),
    ];
    let server = TestServer::with_environment(environment).await;
    check_against_reference(&server, &many::positions(SYMBOLS, DAYS, 1), "1000000", "golden/many.json.gz", 43_000)
        .await;
}

#[test]
fn reports_place_and_size_of_differences() {
    let mut found = Comparison::default();
    let reference = serde_json::json!({"symbols": [{"symbol": "AAPL", "price": 2.0, "trend": "rising"}]});
    found.compare(&reference, &serde_json::json!({"symbols": [{"price": 2.000_001, "trend": null}]}), "");
    assert_eq!(
        found.differences,
        [
            "/symbols/AAPL/price: 2, ours 2.000001, 499.8 times the tolerance",
            "/symbols/AAPL/symbol: \"AAPL\", ours null",
            "/symbols/AAPL/trend: \"rising\", ours null"
        ]
    );
}
