//! `/api/v1/portfolios/{id}/analytics`

use scripted::Script;
use serde_json::Value;

use crate::harness::TestServer;

#[tokio::test]
async fn before_the_first_phase_there_are_no_results() {
    let server = TestServer::with_script(Script { delay_ms: 60_000, ..Script::default() }).await;
    let id = server.create("Early").await;
    let answer = server.get(&format!("/api/v1/portfolios/{id}/analytics")).await;
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], "not_ready");
}

#[tokio::test]
async fn equity_today_is_equity_yesterday_plus_profit_on_every_date() {
    let server = TestServer::start().await;
    let id = server.create("Identity").await;
    server.until_over(&id).await;
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
async fn values_are_those_of_the_sample_prices() {
    let server = TestServer::start().await;
    let id = server.create("Values").await;
    server.until_over(&id).await;
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
async fn a_table_as_a_file_has_the_numbers_of_the_api_to_the_last_digit() {
    let server = TestServer::start().await;
    let id = server.create("Files").await;
    server.until_over(&id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    let answer = server.get(&format!("/api/v1/portfolios/{id}/analytics/snapshots.csv")).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(header("content-disposition"), "attachment; filename=\"snapshots.csv\"");
    let text = answer.text().await.unwrap();
    let last: Vec<&str> = text.lines().last().unwrap().split(',').collect();
    let day = &results["snapshots"][253];
    assert_eq!((text.lines().count(), last[0]), (255, day["date"].as_str().unwrap()));
    for (at, field) in [(1, "equity"), (2, "cash"), (7, "pnl"), (9, "drawdown")] {
        assert_eq!(last[at].parse::<f64>().ok(), day[field].as_f64(), "{field}");
    }
}

#[tokio::test]
async fn every_table_is_a_file_with_as_many_cells_in_each_row() {
    let server = TestServer::start().await;
    let id = server.create("Files").await;
    server.until_over(&id).await;
    for table in portfolio_setup::server::results::csv::Table::ALL {
        let answer = server.get(&format!("/api/v1/portfolios/{id}/analytics/{}", table.file_name())).await;
        assert_eq!(answer.status(), 200, "{table:?}");
        let bytes = answer.bytes().await.unwrap();
        // The reader refuses rows of unequal length.
        assert!(csv::Reader::from_reader(bytes.as_ref()).records().all(|row| row.is_ok()), "{table:?}");
    }
}

#[tokio::test]
async fn a_table_that_there_is_not_is_named_so() {
    let server = TestServer::start().await;
    let id = server.create("Files").await;
    server.until_over(&id).await;
    let answer = server.get(&format!("/api/v1/portfolios/{id}/analytics/secrets.csv")).await;
    assert_eq!(answer.status(), 404);
    let error = &answer.json::<Value>().await.unwrap()["error"];
    assert_eq!(error["code"], "no_such_table");
    assert!(error["message"].as_str().unwrap().contains("positions.csv, snapshots.csv"), "{error}");
}

/// A symbol may begin with a sign; a spreadsheet must not compute it.
#[tokio::test]
async fn a_symbol_that_looks_like_a_formula_is_a_text_in_the_file() {
    let server = TestServer::start().await;
    let positions = "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,126,2022-12-27\n-2.5,1,90,2021-06-15\n";
    let created: Value = server.upload("Formula", "0", positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    server.until_over(id).await;
    let text = server.get(&format!("/api/v1/portfolios/{id}/analytics/positions.csv")).await.text().await.unwrap();
    assert!(text.lines().nth(2).unwrap().starts_with("'-2.5,1,"), "{text}");
}
