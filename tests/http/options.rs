//! Tests option positions with and without quotes, all the way from the price files to the results
//! page.

use serde_json::Value;

use crate::harness::{TestServer, messages};

/// Uploads the option positions in `tests/reference` and waits until the run ends. Returns the
/// server and the portfolio's id.
async fn with_quotes() -> (TestServer, String) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    let server = TestServer::with_environment(vec![
        ("MARKET_DATA", format!("csv:{folder}/quotes.csv")),
        ("FACTORS", format!("{folder}/gaps-factors.toml")),
    ])
    .await;
    let positions = include_str!("../reference/quotes-positions.csv");
    let created: Value = server.upload("Options", "80000", positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    (server, id)
}

#[tokio::test]
async fn keeps_unquoted_options_out_of_unavailable_symbols() {
    let (server, id) = with_quotes().await;
    let status = server.status(&id).await;
    // The first phase fetches the prices of three shares. Its only warning says that one underlying
    // share has no prices.
    assert_eq!((&status["phases"][0]["total"], &status["phases"][0]["warnings"]), (&3.into(), &1.into()));
    assert_eq!(status["summary"]["unavailable_symbols"], Value::Array(Vec::new()));
    assert_eq!(status["summary"]["positions_unavailable"], 0);
}

#[tokio::test]
async fn logs_number_of_quoted_options() {
    let (server, id) = with_quotes().await;
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let line = "Implied volatility: computed for 3 of 8 open options; 6 have a quote";
    assert!(
        messages(&log["activity_log"]).iter().any(|message| message == line),
        "{:?}",
        messages(&log["activity_log"])
    );
}

#[tokio::test]
async fn shows_implied_volatility_with_date_or_reason() {
    let (server, id) = with_quotes().await;
    let html = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    for shown in [
        "<th scope=\"col\">Implied</th>",
        ">26.6%<",
        ">25.9% on 2025-08-13<",
        ">not available: it has no price of its own<",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn exports_implied_volatility_exactly() {
    let (server, id) = with_quotes().await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    let positions = results["volatility"]["positions"].as_array().unwrap();
    let position = positions.iter().find(|position| position["symbol"] == "AAA260116C105").unwrap();
    let text = server.get(&format!("/api/v1/portfolios/{id}/analytics/volatility.csv")).await.text().await.unwrap();
    let cells: Vec<&str> = text.lines().find(|line| line.starts_with("AAA260116C105,")).unwrap().split(',').collect();
    let [.., implied, date, reason] = cells[..] else { panic!("{cells:?}") };
    assert_eq!((implied.parse().ok(), date, reason), (position["implied"].as_f64(), "2025-08-22", ""));
    assert_eq!(position["implied_reason"], Value::Null);
}

#[tokio::test]
async fn hides_implied_volatility_column_without_quotes() {
    let server = TestServer::start().await;
    let id = server.create("Shares").await;
    server.wait_for_end(&id).await;
    let html = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(html.contains("Percentile") && !html.contains(">Implied<"));
}

#[tokio::test]
async fn reports_closed_positions_without_prices() {
    let server = TestServer::start().await;
    let positions = "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share\n\
        AAPL,1,126,2022-11-01,,\nHZNP,10,90,2022-06-15,2022-09-01,80\n";
    let created: Value = server.upload("Closed", "0", positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    server.wait_for_end(id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    let closed = &results["positions"][1];
    assert_eq!((&closed["pricing"], &closed["market_value"]), (&"unavailable".into(), &Value::Null));
    let html = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(
        html.contains("no prices, left out")
            && html.contains("1 of 2 positions analyzed; 1 left out because HZNP has no prices.")
    );
}

/// Uploads positions to a server with sample prices, and returns the results and the server.
async fn results_on_sample_prices(positions: &str) -> (TestServer, String, Value) {
    let server = TestServer::start().await;
    let created: Value = server.upload("Options", "10000", positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    (server, id, results)
}

const OPTION_HEADER: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Underlying Symbol,\
    Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share\n";

/// Tests ten calls on RRC with a strike of 32.5. RRC closed at 32.012 on Thursday, 2022-04-14, and
/// above the strike on the Monday after. The calls expire on Good Friday or on the Saturday.
#[tokio::test]
async fn settles_options_that_expire_on_closed_days() {
    for expiration in ["2022-04-15", "2022-04-16"] {
        let call = format!("RRCC,10,1.40,2022-03-01,OPTIONS,RRC,32.5,{expiration},CALL,,\n");
        let (_, _, results) = results_on_sample_prices(&format!("{OPTION_HEADER}{call}")).await;
        assert_eq!(results["positions"][0]["market_value"], 0.0, "{expiration}");
        for day in results["snapshots"].as_array().unwrap() {
            let is_over = day["date"].as_str() >= Some("2022-04-14");
            assert!(!is_over || day["equity"] == 10_000.0, "{expiration}: {day}");
        }
    }
}
