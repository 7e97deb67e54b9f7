//! Tests the results of a run as JSON and CSV: `/api/v1/portfolios/{id}/analytics`.

use std::fmt::Write;

use portfolio_setup::server::{
    store::{FileSource, NewPortfolio},
    util::clock,
};
use scripted::Script;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{TestServer, messages};

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

#[tokio::test]
async fn serves_risk_of_todays_book() {
    let server = TestServer::start().await;
    let id = server.create("Risk").await;
    server.wait_for_end(&id).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    for field in ["comparison", "risk", "closed"] {
        assert!(results.get(field).is_some(), "{field}");
    }
    let risk = &results["risk"];
    assert_eq!((&risk["observations"], &risk["reason"]), (&252.into(), &Value::Null));
    let parts = risk["contributions"].as_array().unwrap();
    assert_eq!(parts.iter().map(|part| &part["symbol"]).collect::<Vec<_>>(), ["AAPL", "KO", "MSFT"]);
    let sum: f64 = parts.iter().map(|part| number(part, "volatility")).sum();
    assert!((sum - number(risk, "volatility")).abs() < 1e-12);
    for tail in ["95", "99"] {
        assert!(number(&risk["expected_shortfall"], tail) >= number(&risk["var"], tail));
    }
    assert!(results["symbols"][0]["styles_with_market"]["MTUM"]["beta"].is_f64());
    let style = results["exposures"].as_array().unwrap().iter().find(|entry| entry["kind"] == "style").unwrap();
    assert!(style["with_market"]["exposure"].is_f64());
    let file = server.get(&format!("/api/v1/portfolios/{id}/analytics/contributions.csv")).await.text().await.unwrap();
    assert_eq!((file.lines().next(), file.lines().count()), (Some("symbol,weight,volatility,return,pnl"), 4));
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

/// Stores a portfolio whose positions have the format of the store, and waits until its run ends.
/// Returns the portfolio's id and its results.
async fn analyze(server: &TestServer, cash: f64, positions: Value) -> (String, Value) {
    let id = Uuid::new_v4();
    let new = NewPortfolio {
        id,
        owner: "local".to_owned(),
        name: "Stored".to_owned(),
        cash,
        positions: serde_json::from_value(positions).unwrap(),
        created_ms: clock::now_ms(),
        form_key: None,
        file: FileSource::None,
    };
    server.setups().create(new).await.unwrap();
    server.wait_for_end(&id.to_string()).await;
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    (id.to_string(), results)
}

fn share(symbol: &str, quantity: f64, price: f64, date: &str) -> Value {
    json!({"symbol": symbol, "quantity": quantity, "entry_price": price, "entry_date": date, "class": {"type": "public"}})
}

fn number(day: &Value, field: &str) -> f64 {
    day[field].as_f64().unwrap()
}

/// Tests trades on closed days: AAPL was entered on Thanksgiving, XOM on a Saturday, and KO was
/// sold on Independence Day. Cash and value must change on the same row.
#[tokio::test]
async fn moves_cash_and_value_on_one_row() {
    let server = TestServer::start().await;
    let mut sold = share("KO", 100.0, 59.28, "2022-03-01");
    sold["exit"] = json!({"date": "2022-07-04", "price": 63.10});
    let positions = json!([share("AAPL", 100.0, 150.63, "2022-11-24"), share("XOM", 50.0, 106.92, "2022-12-24"), sold]);
    let (_, results) = analyze(&server, 20_000.0, positions).await;
    let days = results["snapshots"].as_array().unwrap();
    let after = |date: &str| {
        let at = days.iter().position(|day| day["date"].as_str() >= Some(date)).unwrap();
        let change = |field| number(&days[at], field) - number(&days[at - 1], field);
        (days[at]["date"].as_str().unwrap().to_owned(), change("cash"), number(&days[at], "pnl"))
    };
    let close = |symbol: &str, date: &str| {
        let prices = include_str!("../../data/prices.csv");
        let column = prices.lines().next().unwrap().split(',').position(|name| name == symbol).unwrap();
        let line = prices.lines().find(|line| line.starts_with(date)).unwrap();
        line.split(',').nth(column).unwrap().parse::<f64>().unwrap()
    };
    for (closed, open, cash, own_profit) in [
        ("2022-11-24", "2022-11-25", -15_063.0, 100.0 * (close("AAPL", "2022-11-25") - 150.63)),
        ("2022-07-04", "2022-07-05", 6_310.0, 100.0 * (63.10 - close("KO", "2022-07-01"))),
    ] {
        let (date, moved, profit) = after(closed);
        assert_eq!(date, open);
        assert!((moved - cash).abs() < 1e-6 && (profit - own_profit).abs() < 1e-6, "{date}: {moved} {profit}");
    }
    let (date, moved, profit) = after("2022-12-24");
    let aapl = 100.0 * (close("AAPL", "2022-12-27") - close("AAPL", "2022-12-23"));
    let expected = 50.0 * (close("XOM", "2022-12-27") - 106.92) + aapl;
    assert_eq!((date.as_str(), moved), ("2022-12-27", -5_346.0));
    assert!((profit - expected).abs() < 1e-6, "{profit} {expected}");
}

/// Tests one purchase that was partly sold, and a day trade beside an open lot of the same day.
#[tokio::test]
async fn keeps_both_parts_of_partly_sold_lot() {
    let server = TestServer::start().await;
    let sold = |mut position: Value, date: &str, price: f64| {
        position["exit"] = json!({"date": date, "price": price});
        position
    };
    let positions = json!([
        share("AAPL", 60.0, 161.99, "2022-03-01"),
        sold(share("AAPL", 40.0, 161.99, "2022-03-01"), "2022-09-01", 157.24),
        sold(share("MSFT", 10.0, 291.45, "2022-03-01"), "2022-03-01", 293.10),
        share("MSFT", 25.0, 290.80, "2022-03-01"),
        share("KO", 100.0, 59.28, "2022-03-01"),
    ]);
    let (_, results) = analyze(&server, 10_000.0, positions).await;
    assert_eq!(results["complete"], true);
    let positions = results["positions"].as_array().unwrap();
    let pricing: Vec<_> = positions.iter().map(|position| position["pricing"].as_str().unwrap()).collect();
    assert_eq!(pricing, ["market", "closed", "closed", "market", "market"]);
    let value = |at: usize| positions[at]["market_value"].as_f64().unwrap();
    assert!((value(0) - 60.0 * 125.674).abs() < 1e-6 && value(1) == 0.0 && (value(3) - 25.0 * 233.434).abs() < 1e-6);
    assert!(positions.iter().all(|position| position["market_beta"]["252d"]["beta"].is_number()));
    let last = results["snapshots"].as_array().unwrap().last().unwrap();
    assert!((number(last, "equity") - 10_000.0 - value(0) - value(3) - value(4)).abs() < 1e-6);
    let symbols: Vec<_> =
        results["symbols"].as_array().unwrap().iter().map(|symbol| symbol["symbol"].as_str().unwrap()).collect();
    assert_eq!(
        (symbols, &results["correlations"]["symbols"]),
        (vec!["AAPL", "KO", "MSFT"], &json!(["AAPL", "KO", "MSFT"]))
    );
}

/// Tests a put that expired worthless: a row that closes it at 0 on its expiration must equal a row
/// without an exit.
#[tokio::test]
async fn equals_put_closed_at_zero_with_open_one() {
    let server = TestServer::start().await;
    let mut put = share("AAPL220916P00120000", 2.0, 3.10, "2022-06-01");
    put["class"] = json!({
        "type": "options", "underlying": "AAPL", "strike": 120.0, "expiration": "2022-09-16", "kind": "put"
    });
    let (_, open) = analyze(&server, 10_000.0, json!([put])).await;
    put["exit"] = json!({"date": "2022-09-16", "price": 0.0});
    let (_, closed) = analyze(&server, 10_000.0, json!([put])).await;
    assert_eq!((&open["snapshots"], &open["portfolio"]), (&closed["snapshots"], &closed["portfolio"]));
    let last = &open["snapshots"].as_array().unwrap().last().unwrap()["equity"];
    assert_eq!((last, &closed["positions"][0]["pricing"]), (&json!(10_000.0), &json!("closed")));
}

/// Writes price files with a market, a share and three funds that do not vary: one grows by 0.02% a
/// day, one does so with prices rounded to four places, and one is always worth 1.00.
fn steady_funds() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    let first: chrono::NaiveDate = "2024-01-01".parse().unwrap();
    let mut table = "Date,SPY,AAA,GROW,GROW4,ONE\n".to_owned();
    for row in 0..300_u32 {
        let (at, growth) = (f64::from(row), 100.0 * 1.0002_f64.powi(row.cast_signed()));
        let (market, share) = (100.0 + at.sin(), 50.0 + (1.7 * at).sin());
        let date = first + chrono::Days::new(u64::from(row));
        writeln!(table, "{date},{market:.3},{share:.3},{growth},{growth:.4},1.00").unwrap();
    }
    std::fs::write(folder.path().join("prices.csv"), table).unwrap();
    std::fs::write(folder.path().join("factors.toml"), "market = \"SPY\"\nstyles = [\"AAA\"]\n").unwrap();
    folder
}

#[tokio::test]
async fn says_that_steady_funds_do_not_vary() {
    let folder = steady_funds();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let environment = vec![("MARKET_DATA", format!("csv:{}", path("prices.csv"))), ("FACTORS", path("factors.toml"))];
    let server = TestServer::with_environment(environment).await;
    let funds = ["GROW", "GROW4", "ONE"];
    let held = ["AAA", "GROW", "GROW4", "ONE"].map(|symbol| share(symbol, 10.0, 50.0, "2024-03-01"));
    let (id, results) = analyze(&server, 0.0, json!(held)).await;
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let log = messages(&log["activity_log"]);
    for (at, fund) in funds.into_iter().enumerate() {
        let (metrics, position) = (&results["symbols"][at + 1], &results["positions"][at + 1]);
        assert_eq!(metrics["symbol"], fund);
        assert_eq!((&metrics["sharpe"], &metrics["ridge"]), (&Value::Null, &Value::Null));
        assert_eq!(position["market_beta"], json!({"90d": null, "252d": null}));
        for phrase in ["no beta (the series does not vary)", "the series does not vary, some metrics are missing"] {
            assert!(log.contains(&format!("{fund}: {phrase}")), "{fund}: {phrase}: {log:?}");
        }
    }
    let dropped = funds.map(|symbol| json!({"symbol": symbol, "reason": "the series does not vary"}));
    assert_eq!(
        (&results["correlations"]["symbols"], &results["correlations"]["dropped"]),
        (&json!(["AAA"]), &json!(dropped))
    );
}

#[tokio::test]
async fn marks_entry_prices_taken_from_the_market() {
    let server = TestServer::start().await;
    let taken = |mut position: Value, source: &str| {
        position["price_source"] = json!(source);
        position
    };
    let positions = json!([
        taken(share("AAPL", 10.0, 0.0, "2022-07-04"), "entry_close"),
        taken(share("KO", 10.0, 0.0, "2021-11-01"), "last_close"),
        share("MSFT", 1.0, 250.0, "2022-03-01"),
    ]);
    let (id, results) = analyze(&server, 1_000.0, positions).await;
    let entry = |at: usize| {
        let position = &results["positions"][at];
        (
            position["entry_price_source"].as_str().unwrap(),
            position["entry_price_date"].as_str(),
            position["unrealized_pnl"] == 0.0,
        )
    };
    assert_eq!(entry(0), ("entry_close", Some("2022-07-05"), false));
    assert_eq!(entry(1), ("last_close", Some("2022-12-28"), true));
    assert_eq!(entry(2), ("stated", None, false));
    let html = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(
        html.contains("Entry price taken from the market for 2 positions, because the file states none in dollars."),
        "{html}"
    );
    assert!(html.contains("Entry price taken from the market, 2022-07-05"));
    let table = server.get(&format!("/api/v1/portfolios/{id}/analytics/positions.csv")).await.text().await.unwrap();
    assert!(table.lines().nth(1).unwrap().contains(",entry_close,2022-07-05,"), "{table}");
}

#[tokio::test]
async fn says_when_equity_was_lost() {
    let server = TestServer::start().await;
    // XOM rose from 61 dollars to more than 110 during the year.
    let (id, results) = analyze(&server, 11_100.0, json!([share("XOM", -100.0, 60.0, "2021-12-01")])).await;
    let worst = results["portfolio"]["max_drawdown"].as_f64().unwrap();
    let lost = results["portfolio"]["equity_lost"].as_str().unwrap();
    assert_eq!((worst, &results["portfolio"]["total_return"]), (-1.0, &Value::Null));
    assert!(results["portfolio"]["returns_reason"].is_string());
    for day in results["snapshots"].as_array().unwrap() {
        assert!(day["date"].as_str() <= Some(lost) || day["return"].is_null(), "{day}");
    }
    let html = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap();
    assert!(html.contains("when equity fell to zero"));
}
