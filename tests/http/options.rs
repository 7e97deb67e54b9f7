//! Options with prices of their own and without, from price files to the page.

use serde_json::Value;

use crate::harness::{TestServer, messages};

/// A finished setup over the options of the reference, and its id.
async fn with_quotes() -> (TestServer, String) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    let server = TestServer::in_environment(vec![
        ("MARKET_DATA", format!("csv:{folder}/quotes.csv")),
        ("FACTORS", format!("{folder}/gaps-factors.toml")),
    ])
    .await;
    let positions = include_str!("../reference/quotes-positions.csv");
    let created: Value = server.upload("Options", "80000", positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    server.until_over(&id).await;
    (server, id)
}

#[tokio::test]
async fn an_option_without_a_price_of_its_own_is_no_unavailable_symbol() {
    let (server, id) = with_quotes().await;
    let status = server.status(&id).await;
    // Three shares; the underlying that nobody knows is the only warning of the first phase.
    assert_eq!((&status["phases"][0]["total"], &status["phases"][0]["warnings"]), (&3.into(), &1.into()));
    assert_eq!(status["summary"]["unavailable_symbols"], Value::Array(Vec::new()));
    assert_eq!(status["summary"]["positions_unavailable"], 0);
}

#[tokio::test]
async fn the_log_says_how_many_open_options_have_a_quote() {
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
async fn the_page_shows_what_an_option_implies_of_which_day_and_why_another_implies_nothing() {
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
async fn the_file_has_the_implied_volatility_of_the_api_to_the_last_digit() {
    let (server, id) = with_quotes().await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    let positions = results["volatility"]["positions"].as_array().unwrap();
    let of = positions.iter().find(|of| of["symbol"] == "AAA260116C105").unwrap();
    let text = server.get(&format!("/api/v1/portfolios/{id}/analytics/volatility.csv")).await.text().await.unwrap();
    let cells: Vec<&str> = text.lines().find(|line| line.starts_with("AAA260116C105,")).unwrap().split(',').collect();
    let [.., implied, date, reason] = cells[..] else { panic!("{cells:?}") };
    assert_eq!((implied.parse().ok(), date, reason), (of["implied"].as_f64(), "2025-08-22", ""));
    assert_eq!(of["implied_reason"], Value::Null);
}

#[tokio::test]
async fn without_quotes_the_page_has_no_column_for_them() {
    let server = TestServer::start().await;
    let id = server.create("Shares").await;
    server.until_over(&id).await;
    let html = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(html.contains("Percentile") && !html.contains(">Implied<"));
}

#[tokio::test]
async fn a_closed_position_without_prices_is_said_to_be_left_out() {
    let server = TestServer::start().await;
    let positions = "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share\n\
        AAPL,1,126,2022-11-01,,\nHZNP,10,90,2022-06-15,2022-09-01,80\n";
    let created: Value = server.upload("Closed", "0", positions).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    server.until_over(id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    let closed = &results["positions"][1];
    assert_eq!((&closed["pricing"], &closed["market_value"]), (&"unavailable".into(), &Value::Null));
    let html = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(html.contains("no prices, left out") && html.contains("1 position left out (no prices)."));
}
