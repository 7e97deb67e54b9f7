//! Tests how portfolios are created, listed and deleted: `/api/v1/onboarding/portfolios`.

use positions::{sample_csv, template_csv};
use scripted::Script;
use serde_json::Value;

use crate::harness::{THREE_POSITIONS, TestServer};

#[tokio::test]
async fn creates_portfolio_and_starts_its_run() {
    let server = TestServer::start().await;
    let response = server.upload("Growth", "1000", THREE_POSITIONS).await;
    assert_eq!(response.status(), 201);
    let created: Value = response.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    assert_eq!(created["portfolio_name"], "Growth");
    assert_eq!(created["attempt"], 1);
    assert_eq!(created["progress_url"], format!("/onboarding/progress?portfolioId={id}"));
    assert_eq!(created["status_url"], format!("/api/v1/onboarding/status/{id}"));
    assert_eq!(server.wait_for_end(id).await["status"], "completed");
}

#[tokio::test]
async fn completes_upload_of_unchanged_template() {
    let server = TestServer::start().await;
    let template = server.get("/api/v1/onboarding/csv-template").await;
    assert_eq!(template.headers()["content-type"], "text/csv; charset=utf-8");
    let template = template.text().await.unwrap();
    assert_eq!(template, template_csv());
    let created: Value = server.upload("From the template", "", &template).await.json().await.unwrap();
    let status = server.wait_for_end(created["portfolio_id"].as_str().unwrap()).await;
    assert_eq!((&status["status"], &status["summary"]["positions_unavailable"]), (&"completed".into(), &0.into()));
}

#[tokio::test]
async fn returns_all_problems_of_form_and_file() {
    let server = TestServer::start().await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,0,-1,2019-12-31\n,1,1,soon\n";
    let response = server.upload(" ", "lots", csv).await;
    assert_eq!(response.status(), 422);
    let error = &response.json::<Value>().await.unwrap()["error"];
    assert_eq!(error["code"], "invalid_portfolio");
    let found: Vec<_> = error["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            (problem["row"].as_u64(), problem["column"].as_str().unwrap(), problem["code"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        found,
        [
            (None, "portfolio_name", "required"),
            (None, "cash_balance", "not_a_number"),
            (Some(2), "Quantity", "zero_quantity"),
            (Some(2), "Entry Price Per Share", "not_positive"),
            (Some(3), "Symbol", "required"),
            (Some(3), "Entry Date", "invalid_date"),
        ]
    );
    assert_eq!(server.json("/api/v1/onboarding/portfolios").await, serde_json::json!([]));
}

#[tokio::test]
async fn explains_entry_after_last_sample_price() {
    let server = TestServer::start().await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,1,2023-01-03\n";
    let error = server.upload("Late", "", csv).await.json::<Value>().await.unwrap();
    let problem = &error["error"]["details"][0];
    assert_eq!(problem["code"], "after_last_price");
    let message = problem["message"].as_str().unwrap();
    assert!(message.contains("2022-12-28") && message.contains("MARKET_DATA=tiingo"), "{message}");
}

#[tokio::test]
async fn accepts_unknown_columns_with_warnings() {
    let server = TestServer::start().await;
    let csv = "Symbol,Quantity,Entry Price Per Share,Entry Date,Broker\nAAPL,1,71,2019-12-31,X\n";
    let response = server.upload("Extra", "", csv).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.json::<Value>().await.unwrap()["warnings"][0]["column"], "Broker");
}

#[tokio::test]
async fn rejects_bodies_other_than_multipart() {
    let server = TestServer::start().await;
    let url = format!("{}/api/v1/onboarding/portfolios", server.base);
    let response = server.client.post(url).header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(response.status(), 415);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], "not_multipart");
}

#[tokio::test]
async fn rejects_uploads_over_ten_megabytes() {
    let server = TestServer::start().await;
    let response = server.upload("Huge", "", &"#".repeat(10_100_000)).await;
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn lists_newest_portfolios_first() {
    let server = TestServer::start().await;
    let first = server.create("First").await;
    server.wait_for_end(&first).await;
    let second = server.create("Second").await;
    server.wait_for_end(&second).await;
    let list = server.json("/api/v1/onboarding/portfolios").await;
    assert_eq!((&list[0]["portfolio_id"], &list[1]["portfolio_id"]), (&second.into(), &first.into()));
    assert_eq!((&list[0]["status"], &list[0]["percent_complete"]), (&"completed".into(), &100.into()));
}

#[tokio::test]
async fn deletes_portfolio_with_all_its_data() {
    let server = TestServer::start().await;
    let id = server.create("Short-lived").await;
    server.wait_for_end(&id).await;
    let url = format!("{}/api/v1/onboarding/portfolios/{id}", server.base);
    assert_eq!(server.client.delete(&url).send().await.unwrap().status(), 204);
    for path in [format!("/api/v1/onboarding/status/{id}"), format!("/api/v1/portfolios/{id}/analytics")] {
        assert_eq!(server.get(&path).await.status(), 404, "{path}");
    }
    assert_eq!(server.client.delete(&url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn rejects_deletion_of_running_setups() {
    let server = TestServer::with_script(Script { delay_ms: 200, ..Script::default() }).await;
    let id = server.create("Busy").await;
    let url = format!("{}/api/v1/onboarding/portfolios/{id}", server.base);
    assert_eq!(server.client.delete(url).send().await.unwrap().status(), 409);
}

#[tokio::test]
async fn rejects_uploads_from_other_sites() {
    let server = TestServer::start().await;
    let url = format!("{}/api/v1/onboarding/portfolios", server.base);
    let response = server.client.post(url).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], "cross_site");
}

/// In a DNS rebinding attack, another site's host name resolves to this machine, so the browser
/// treats requests from that site as same-origin.
#[tokio::test]
async fn rejects_foreign_host_names_without_sign_in() {
    let server = TestServer::start().await;
    for path in ["/", "/api/v1/onboarding/portfolios", "/api/page/status", "/metrics", "/pkg/portfolio-setup.js"] {
        let request = server.client.get(format!("{}{path}", server.base)).header("host", "evil.example:3000");
        let response = request.header("sec-fetch-site", "same-origin").send().await.unwrap();
        assert_eq!(response.status(), 403, "{path}");
        assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], "foreign_host");
    }
}

#[tokio::test]
async fn reports_all_warnings_of_the_sample() {
    let server = TestServer::start().await;
    let created: Value = server.upload("Sample", "50000", sample_csv()).await.json().await.unwrap();
    let status = server.wait_for_end(created["portfolio_id"].as_str().unwrap()).await;
    assert_eq!(status["status"], "completed");
    let summary = &status["summary"];
    assert_eq!((&summary["positions_analyzed"], &summary["positions_total"]), (&18.into(), &20.into()));
    assert_eq!(summary["trading_days"], 254);
    assert_eq!(status["phases"][0]["warnings"], 2);
    let all_completed = status["phases"].as_array().unwrap().iter().all(|phase| phase["status"] == "completed");
    assert!(all_completed);
}
