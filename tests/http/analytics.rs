//! Tests the results of a run as JSON and CSV: `/api/v1/portfolios/{id}/analytics`.

use scripted::Script;
use serde_json::Value;

use crate::harness::TestServer;

#[tokio::test]
async fn has_no_results_before_the_first_phase() {
    let server = TestServer::with_script(Script { delay_ms: 60_000, ..Script::default() }).await;
    let id = server.create("Early").await;
    let response = server.get(&format!("/api/v1/portfolios/{id}/analytics")).await;
    assert_eq!(response.status(), 409);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], "not_ready");
}

#[tokio::test]
async fn adds_each_days_profit_to_equity() {
    let server = TestServer::start().await;
    let id = server.create("Identity").await;
    server.wait_for_end(&id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    let days = results["snapshots"].as_array().unwrap();
    assert_eq!(days.len(), 254);
    for pair in days.windows(2) {
        let number = |day: &Value, field: &str| day[field].as_f64().unwrap();
        assert_eq!(
            number(&pair[1], "equity"),
            number(&pair[0], "equity") + number(&pair[1], "pnl"),
            "{}",
            pair[1]["date"]
        );
        assert_eq!(number(&pair[1], "equity"), number(&pair[1], "cash") + number(&pair[1], "net"));
    }
}

#[tokio::test]
async fn values_positions_at_sample_prices() {
    let server = TestServer::start().await;
    let id = server.create("Values").await;
    server.wait_for_end(&id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    assert_eq!(results["as_of"], "2022-12-28");
    let prices = include_str!("../../data/prices.csv");
    let column = |symbol| prices.lines().next().unwrap().split(',').position(|name| name == symbol).unwrap();
    let last: Vec<f64> = prices.lines().last().unwrap().split(',').map(|cell| cell.parse().unwrap_or(0.0)).collect();
    let expected = [10.0 * last[column("AAPL")], 5.0 * last[column("MSFT")], -20.0 * last[column("KO")]];
    for (position, expected) in results["positions"].as_array().unwrap().iter().zip(expected) {
        assert!((position["market_value"].as_f64().unwrap() - expected).abs() < 1e-6);
    }
    let equity = results["snapshots"][253]["equity"].as_f64().unwrap();
    assert!((equity - (1000.0 + expected.iter().sum::<f64>())).abs() < 1e-6);
}

#[tokio::test]
async fn exports_same_digits_as_the_api() {
    let server = TestServer::start().await;
    let id = server.create("Files").await;
    server.wait_for_end(&id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    let response = server.get(&format!("/api/v1/portfolios/{id}/analytics/snapshots.csv")).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(header("content-disposition"), "attachment; filename=\"snapshots.csv\"");
    let text = response.text().await.unwrap();
    let last: Vec<&str> = text.lines().last().unwrap().split(',').collect();
    let day = &results["snapshots"][253];
    assert_eq!((text.lines().count(), last[0]), (255, day["date"].as_str().unwrap()));
    for (index, field) in [(1, "equity"), (2, "cash"), (7, "pnl"), (9, "drawdown")] {
        assert_eq!(last[index].parse::<f64>().ok(), day[field].as_f64(), "{field}");
    }
}

#[tokio::test]
async fn exports_rows_of_equal_length() {
    let server = TestServer::start().await;
    let id = server.create("Files").await;
    server.wait_for_end(&id).await;
    for table in portfolio_setup::server::results::csv::Table::ALL {
        let response = server.get(&format!("/api/v1/portfolios/{id}/analytics/{}", table.file_name())).await;
        assert_eq!(response.status(), 200, "{table:?}");
        let bytes = response.bytes().await.unwrap();
        // The CSV reader fails if any row does not have as many fields as the header.
        assert!(csv::Reader::from_reader(bytes.as_ref()).records().all(|row| row.is_ok()), "{table:?}");
    }
}

#[tokio::test]
async fn reports_unknown_tables() {
    let server = TestServer::start().await;
    let id = server.create("Files").await;
    server.wait_for_end(&id).await;
    let response = server.get(&format!("/api/v1/portfolios/{id}/analytics/secrets.csv")).await;
    assert_eq!(response.status(), 404);
    let error = &response.json::<Value>().await.unwrap()["error"];
    assert_eq!(error["code"], "no_such_table");
    assert!(error["message"].as_str().unwrap().contains("positions.csv, snapshots.csv"), "{error}");
}

/// A symbol may start with a minus sign, but a spreadsheet must not take it for a formula.
#[tokio::test]
async fn escapes_formula_like_symbols_in_csv() {
    let server = TestServer::start().await;
    let positions = "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,126,2022-12-27\n-2.5,1,90,2021-06-15\n";
    let created: Value = server.upload("Formula", "0", positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    server.wait_for_end(id).await;
    let text = server.get(&format!("/api/v1/portfolios/{id}/analytics/positions.csv")).await.text().await.unwrap();
    assert!(text.lines().nth(2).unwrap().starts_with("'-2.5,1,"), "{text}");
}
