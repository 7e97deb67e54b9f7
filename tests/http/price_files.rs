//! Tests the operator's price files, from the start of the server to the results page.

use std::fs;

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{TestServer, messages};

/// Writes the rows of a price file for the weekdays of 2024 and 2025 that `close` has a price for.
fn rows(close: impl Fn(NaiveDate, usize) -> Option<f64>) -> String {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let weekdays = first.iter_days().take(700).filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    let row = |(index, day): (usize, NaiveDate)| Some(format!("{day},{}\n", close(day, index)?));
    weekdays.enumerate().filter_map(row).collect()
}

/// A price that changes a little every day.
fn steady(index: usize) -> f64 {
    100.0 + (index * 7 % 11) as f64
}

/// Starts a server with these price files, of the benchmark `SPY` and others.
async fn server_with(files: &[(&str, String)]) -> (TestServer, TempDir) {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fs::write(folder.path().join("factors.toml"), "market = 'SPY'").unwrap();
    let environment = vec![
        ("MARKET_DATA", format!("csv:{}", folder.path().display())),
        ("FACTORS", folder.path().join("factors.toml").display().to_string()),
    ];
    (TestServer::with_environment(environment).await, folder)
}

/// Uploads one position per symbol, and waits until the run ends. Returns the portfolio's id.
async fn set_up(server: &TestServer, symbols: &[&str]) -> String {
    let rows: Vec<String> = symbols.iter().map(|symbol| format!("{symbol},1,50,2025-01-02\n")).collect();
    let rows = rows.concat();
    let csv = format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{rows}");
    let created: Value = server.upload("Files", "0", &csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    id
}

#[tokio::test]
async fn marks_two_histories_under_one_name() {
    let hole = |_: NaiveDate, index: usize| match index {
        0..330 => Some(14.0 + (index % 5) as f64 * 0.01),
        330..420 => None,
        _ => Some(196.7 + (index % 7) as f64 * 0.1),
    };
    let files = [
        ("SPY.csv", format!("Date,Close\n{}", rows(|_, index| Some(steady(index))))),
        ("META.csv", format!("Date,Close\n{}", rows(hole))),
        ("BRK-B.csv", format!("Date,Close\n{}", rows(|_, index| Some(steady(index + 1))))),
        ("KO.csv", "Date,Close\n2025-01-02,50\n2025-01-02,51\n".to_owned()),
    ];
    let (server, _folder) = server_with(&files).await;
    let id = set_up(&server, &["META", "BRK.B", "KO"]).await;
    let page = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(page.contains("are these two histories under one name?"), "the results mark META");
    assert!(page.contains("taken as price and total return alike"), "the results mention the one column");
    assert!(page.contains("KO.csv could not be read: line 3 has the date 2025-01-02 of line 2 again"));
    let status = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let log = messages(&status["activity_log"]);
    let fetched = log.iter().find(|message| message.starts_with("Fetched BRK.B")).unwrap();
    assert!(fetched.ends_with("(known here as BRK-B)"), "{fetched}");
    let results: Value = server.get(&format!("/api/v1/portfolios/{id}/analytics")).await.json().await.unwrap();
    let meta = results["symbols"].as_array().unwrap().iter().find(|symbol| symbol["symbol"] == "META").unwrap();
    assert!(meta["notes"][0].as_str().unwrap().starts_with("no prices between "), "{meta}");
    let home = server.get("/").await.text().await.unwrap();
    assert!(home.contains("taken as price and total return alike"));
}

#[tokio::test]
async fn says_at_start_that_benchmark_is_missing() {
    let (server, _folder) = server_with(&[("KO.csv", "Date,Close\n2025-01-02,50\n".to_owned())]).await;
    let home = server.get("/").await.text().await.unwrap();
    assert!(home.contains("The price files have no benchmark (SPY)."));
    let id = set_up(&server, &["KO"]).await;
    assert_eq!(server.status(&id).await["error"]["code"], "benchmark_missing");
}
