//! Compares every number in the results with a reference implementation. The Python programs in
//! `tests/reference` compute these numbers from their definitions; they use other libraries and
//! none of this project's code. `make reference` recreates their output, the golden files.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use portfolio_setup::server::{
    store::{FileSource, NewPortfolio},
    util::clock,
};
use serde_json::Value;
use test_support::many;
use uuid::Uuid;

use crate::harness::TestServer;

/// A number agrees with the Python reference implementation if the two differ by at most
/// `ABSOLUTE + RELATIVE · |reference|`.
const ABSOLUTE: f64 = 1e-12;
const RELATIVE: f64 = 1e-9;

/// Absolute tolerance for amounts in dollars that are small differences of large ones, because the
/// program rounds the large ones to its money grid.
const MONEY: f64 = 1e-8;
const AMOUNTS: [&str; 3] = ["income", "pnl", "realized_pnl"];

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "reference", name].iter().collect()
}

fn text(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap()
}

/// How well the results agree with those of the Python reference implementation.
#[derive(Default)]
struct Comparison {
    /// For each phase, how many numbers were compared, and the largest difference as a multiple of
    /// the tolerance.
    phases: BTreeMap<&'static str, (usize, f64)>,
    /// One line for each difference that exceeds the tolerance. It says where in the results the
    /// difference is, and how large it is.
    differences: Vec<String>,
}

impl Comparison {
    /// Compares every value in the reference results with the server's value. Fields that only the
    /// server's results have are ignored.
    fn compare(&mut self, reference: &Value, ours: &Value, at: &str) {
        match (reference, ours) {
            // Golden files contain only some rows of each large matrix. They store it as an object
            // whose keys are the row numbers.
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
                let is_amount = at.rsplit('/').next().is_some_and(|field| AMOUNTS.contains(&field));
                let absolute = if is_amount { MONEY } else { ABSOLUTE };
                let multiple = (reference - ours).abs() / (absolute + RELATIVE * reference.abs());
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

/// Returns which phase computes a number, given the path to the number within the results.
fn phase_of(at: &str) -> &'static str {
    let within = |parts: &[&str]| parts.iter().any(|part| at.split('/').any(|segment| segment == *part));
    match at.split('/').nth(1).unwrap_or_default() {
        "symbols" if within(&["price"]) => "1 market data",
        "symbols" if within(&["ridge", "spreads", "styles_with_market"]) => "2 factor analysis",
        "symbols" => "3 symbol metrics",
        "snapshots" => "4 snapshots",
        "positions" if within(&["market_beta", "rate_beta"]) => "6 position betas",
        "positions" | "closed" => "5 position values",
        "exposures" => "7 factor exposures",
        "volatility" => "8 volatility",
        "correlations" => "9 correlations",
        "comparison" => "comparison with the benchmark",
        "risk" => "risk and contributions",
        _ => "the portfolio as a whole",
    }
}

/// Returns the value that identifies an item of a list: its symbol, factor, name or date.
fn name_of(item: &Value) -> Option<&str> {
    ["symbol", "factor", "name", "date"].iter().find_map(|field| item[*field].as_str())
}

/// Uploads a portfolio and compares its results with a golden file of the Python reference
/// implementation. At least `at_least` numbers must be compared.
async fn check_against_reference(server: &TestServer, positions: &str, cash: &str, golden: &str, at_least: usize) {
    let created: Value = server.upload("Reference", cash, positions).await.json().await.unwrap();
    check_results(server, created["portfolio_id"].as_str().unwrap(), golden, at_least).await;
}

/// Waits until the run of a portfolio ends, and compares its results with a golden file.
async fn check_results(server: &TestServer, id: &str, golden: &str, at_least: usize) {
    let bytes = fs::read(file(golden)).unwrap();
    let reference: Value = if file(golden).extension().is_some_and(|extension| extension == "gz") {
        serde_json::from_reader(flate2::read::GzDecoder::new(bytes.as_slice())).unwrap()
    } else {
        serde_json::from_slice(&bytes).unwrap()
    };
    // The deadline is generous because a run of five hundred symbols is slow in a debug build.
    let deadline = Instant::now() + Duration::from_mins(5);
    while server.status(id).await["status"] == "running" {
        assert!(Instant::now() < deadline, "the run never ended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.status(id).await["status"], "completed");
    let mut ours = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    // The golden files do not contain symbols without prices, so these are removed from the
    // server's results.
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
    check_against_reference(&server, positions, "50000", "golden/bundled.json", 4_600).await;
}

/// Starts a server that uses price files and a factor set from `tests/reference`.
async fn server_with_files(prices: &str, factors: &str) -> TestServer {
    server_with_interest(prices, factors, "0").await
}

/// Starts a server that uses price files and a factor set from `tests/reference`, and a risk-free
/// rate per year.
async fn server_with_interest(prices: &str, factors: &str, rate: &str) -> TestServer {
    let environment = vec![
        ("MARKET_DATA", format!("csv:{}", file(prices).display())),
        ("FACTORS", file(factors).display().to_string()),
        ("RISK_FREE_RATE", rate.to_owned()),
    ];
    TestServer::with_environment(environment).await
}

#[tokio::test]
async fn matches_reference_with_gaps_sales_and_dividends() {
    let server = server_with_files("gaps", "gaps-factors.toml").await;
    check_against_reference(&server, &text("gaps-positions.csv"), "20000", "golden/gaps.json", 3_800).await;
}

#[tokio::test]
async fn matches_reference_with_options_splits_and_rates() {
    let server = server_with_files("extras", "extras-factors.toml").await;
    check_against_reference(&server, &text("extras-positions.csv"), "150000", "golden/extras.json", 4_100).await;
}

#[tokio::test]
async fn matches_reference_with_income_and_interest() {
    let server = server_with_interest("income", "gaps-factors.toml", "0.04").await;
    check_against_reference(&server, &text("income-positions.csv"), "60000", "golden/income.json", 3_500).await;
}

#[tokio::test]
async fn matches_reference_for_young_portfolio() {
    let server = server_with_interest("income", "gaps-factors.toml", "0.04").await;
    check_against_reference(&server, &text("recent-positions.csv"), "25000", "golden/recent.json", 1_500).await;
}

#[tokio::test]
async fn matches_reference_for_short_history() {
    let server = server_with_files("short.csv", "gaps-factors.toml").await;
    check_against_reference(&server, &text("short-positions.csv"), "15000", "golden/short.json", 600).await;
}

#[tokio::test]
async fn matches_reference_for_histories_apart() {
    let server = server_with_files("apart.csv", "gaps-factors.toml").await;
    check_against_reference(&server, &text("apart-positions.csv"), "15000", "golden/apart.json", 2_200).await;
}

#[tokio::test]
async fn matches_reference_with_quoted_options() {
    let server = server_with_files("quotes.csv", "gaps-factors.toml").await;
    check_against_reference(&server, &text("quotes-positions.csv"), "80000", "golden/quotes.json", 3_100).await;
}

#[tokio::test]
async fn matches_reference_with_repaired_correlations() {
    let server = server_with_files("repair.csv", "gaps-factors.toml").await;
    check_against_reference(&server, &text("repair-positions.csv"), "30000", "golden/repair.json", 15_000).await;
}

/// Stores positions in the format of the store, which also has contracts of other sizes than 100
/// and positions without an entry price. Compares the results with a golden file.
async fn check_stored_positions(positions: &str, cash: f64, golden: &str, at_least: usize) {
    let server = server_with_files("edges.csv", "edges-factors.toml").await;
    let id = Uuid::new_v4();
    let new = NewPortfolio {
        id,
        owner: "local".to_owned(),
        name: "Reference".to_owned(),
        cash,
        positions: serde_json::from_str(&text(positions)).unwrap(),
        created_ms: clock::now_ms(),
        form_key: None,
        file: FileSource::None,
    };
    server.setups().create(new).await.unwrap();
    check_results(&server, &id.to_string(), golden, at_least).await;
}

#[tokio::test]
async fn matches_reference_at_the_edges() {
    check_stored_positions("edges-positions.json", 40_000.0, "golden/edges.json", 3_200).await;
}

#[tokio::test]
async fn matches_reference_for_lost_equity() {
    check_stored_positions("lost-positions.json", 12_200.0, "golden/lost.json", 2_600).await;
}

#[tokio::test]
async fn matches_reference_for_steady_funds_alone() {
    check_stored_positions("steady-positions.json", 0.0, "golden/steady.json", 2_600).await;
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
    check_against_reference(&server, &many::positions(SYMBOLS, DAYS, 1), "1000000", "golden/many.json.gz", 53_000)
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
