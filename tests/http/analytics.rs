//! `/api/v1/portfolios/{id}/analytics`

use serde_json::Value;

use crate::{harness::TestServer, scripted::Script};

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
