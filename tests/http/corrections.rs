//! Tests corrections: *Correct positions* leads to the check page with the portfolio's file, and
//! *Start Setup* there starts the next attempt of the same portfolio.

use std::str::FromStr;

use reqwest::{Response, multipart::Form};
use scripted::Script;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

use crate::harness::{ONE_UNKNOWN, THREE_POSITIONS, TestServer, encoded, form, messages};

const PORTFOLIOS: &str = "/api/v1/onboarding/portfolios";
const FORM: &str = "application/x-www-form-urlencoded";

async fn upload(server: &TestServer, csv: &str) -> String {
    let created: Value = server.upload("Growth", "1500.5", csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    id
}

/// Opens the correction of a portfolio, and returns the id of its preview.
async fn correct(server: &TestServer, id: &str) -> String {
    let response = server.post(&format!("{PORTFOLIOS}/{id}/correct")).await;
    assert_eq!(response.status(), 201);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["check_url"], format!("/portfolios/new/{}", body["preview_id"].as_str().unwrap()));
    body["preview_id"].as_str().unwrap().to_owned()
}

async fn start(server: &TestServer, body: &Value) -> Response {
    server.client.post(format!("{}{PORTFOLIOS}", server.base)).json(body).send().await.unwrap()
}

async fn press(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = server.client.post(format!("{}{path}", server.base)).header("content-type", FORM);
    request.body(encoded(fields)).send().await.unwrap()
}

fn location(response: &Response) -> String {
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap().to_owned()
}

async fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

async fn page(server: &TestServer, path: &str) -> String {
    server.get(path).await.text().await.unwrap()
}

#[tokio::test]
async fn corrects_symbol_in_next_attempt() {
    let server = TestServer::start().await;
    let id = upload(&server, ONE_UNKNOWN).await;
    let preview = correct(&server, &id).await;
    let corrected = json!({"preview_id": preview, "reading": {"symbols": {"NOSUCH": "AAPL"}}});
    let first: Value = start(&server, &corrected).await.json().await.unwrap();
    assert_eq!((&first["portfolio_id"], &first["attempt"]), (&json!(id), &json!(2)));
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    let again: Value = start(&server, &corrected).await.json().await.unwrap();
    assert_eq!((&again["portfolio_id"], &again["attempt"]), (&json!(id), &json!(2)));
    let earlier = page(&server, &format!("/api/v1/onboarding/status/{id}/logs?attempt=1")).await;
    assert!(earlier.contains("NOSUCH: Symbol unavailable"), "{earlier}");
    assert_eq!(server.json(PORTFOLIOS).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn keeps_name_cash_and_reading() {
    let server = TestServer::start().await;
    let undated = "Symbol,Quantity,Entry Price Per Share\nAAPL,10,71.712\n";
    let check = location(
        &server.client.post(format!("{}/", server.base)).multipart(form("Growth", undated)).send().await.unwrap(),
    );
    let fields =
        [("portfolio_name", "Growth"), ("cash_balance", "1500.5"), ("entry_date", "whole_window"), ("action", "start")];
    let live = location(&press(&server, &check, &fields).await);
    let id = live.rsplit('=').next().unwrap();
    server.wait_for_end(id).await;
    let correction = location(&press(&server, &format!("/portfolios/{id}/correct"), &[]).await);
    let html = page(&server, &correction).await;
    for kept in ["correcting \"Growth\"", "value=\"1500.5\"", "held throughout"] {
        assert!(html.contains(kept), "{kept}: {html}");
    }
    assert!(!html.contains("id=\"to-fix\""), "its questions are answered: {html}");
    let corrected = location(&press(&server, &correction, &[("portfolio_name", "Income"), ("action", "start")]).await);
    assert_eq!(corrected, live);
    let status = server.wait_for_end(id).await;
    assert_eq!((&status["portfolio_name"], &status["attempt"]), (&json!("Income"), &json!(2)));
    assert_eq!(location(&server.get(&correction).await), live, "an old tab leads to the portfolio");
}

#[tokio::test]
async fn notices_changed_positions() {
    let server = TestServer::start().await;
    let id = upload(&server, THREE_POSITIONS).await;
    let preview = correct(&server, &id).await;
    start(&server, &json!({"preview_id": preview, "reading": {"edits": {"2": {"quantity": 20}}}})).await;
    let status = server.wait_for_end(&id).await;
    assert!(status["phases"].as_array().unwrap().iter().all(|phase| phase["reused"] == false), "{status}");
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let reason =
        "Nothing reused from attempt 1: the positions, data source, its last day, factors or app changed since then";
    assert!(messages(&log["activity_log"]).contains(&reason.to_owned()));
    let results = server.json(&format!("/api/v1/portfolios/{id}/analytics")).await;
    assert_eq!(results["positions"][0]["quantity"], 20.0);
}

#[tokio::test]
async fn counts_positions_of_each_attempt() {
    let server = TestServer::start().await;
    let id = upload(&server, THREE_POSITIONS).await;
    let preview = correct(&server, &id).await;
    start(&server, &json!({"preview_id": preview, "reading": {"left_out": [2]}})).await;
    assert_eq!(server.wait_for_end(&id).await["positions_total"], 2);
    let earlier = page(&server, &format!("/onboarding/progress?portfolioId={id}&attempt=1")).await;
    assert!(earlier.contains("\"positions_total\":3"), "{earlier}");
}

#[tokio::test]
async fn returns_correction_that_is_open() {
    let server = TestServer::start().await;
    let id = upload(&server, THREE_POSITIONS).await;
    assert_eq!(correct(&server, &id).await, correct(&server, &id).await);
}

#[tokio::test]
async fn refuses_correction_during_a_run() {
    let server = TestServer::start().await;
    let id = upload(&server, THREE_POSITIONS).await;
    let preview = correct(&server, &id).await;
    server.script(Script { delay_ms: 60_000, ..Script::default() });
    server.post(&format!("{PORTFOLIOS}/{id}/retry?from=start")).await;
    let refused = (409, "already_running".to_owned());
    assert_eq!(code(server.post(&format!("{PORTFOLIOS}/{id}/correct")).await).await, refused);
    assert_eq!(code(start(&server, &json!({"preview_id": preview})).await).await, refused);
    let fields = [("portfolio_name", "Growth"), ("action", "start")];
    for (path, fields) in
        [(format!("/portfolios/{id}/correct"), &[][..]), (format!("/portfolios/new/{preview}"), &fields)]
    {
        let response = press(&server, &path, fields).await;
        assert_eq!(response.status(), 409, "{path}");
        assert!(response.text().await.unwrap().contains("A setup of this portfolio is already running."), "{path}");
    }
}

#[tokio::test]
async fn offers_no_correction_without_stored_file() {
    let server = TestServer::start().await;
    let id = upload(&server, ONE_UNKNOWN).await;
    let live = format!("/onboarding/progress?portfolioId={id}");
    let html = page(&server, &live).await;
    assert!(html.contains("Correct positions") && !html.contains("Upload Again"), "{html}");
    let mut database = SqliteConnectOptions::from_str(&server.database_url()).unwrap().connect().await.unwrap();
    sqlx::query("DELETE FROM portfolio_files").execute(&mut database).await.unwrap();
    let html = page(&server, &live).await;
    assert!(!html.contains("Correct positions") && html.contains("Upload Again"), "{html}");
    assert_eq!(code(server.post(&format!("{PORTFOLIOS}/{id}/correct")).await).await, (404, "no_file".to_owned()));
}

#[tokio::test]
async fn keeps_correction_when_file_is_changed() {
    let server = TestServer::start().await;
    let id = upload(&server, ONE_UNKNOWN).await;
    let check = format!("/portfolios/new/{}", correct(&server, &id).await);
    let upload_page = location(&press(&server, &check, &[("action", "change_file")]).await);
    let html = page(&server, &upload_page).await;
    let correction = html.split_once("name=\"corrects\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let file = form("Growth", THREE_POSITIONS).text("corrects", correction.clone());
    let sent = server.client.post(format!("{}/", server.base)).multipart(file).send().await.unwrap();
    assert_eq!(location(&sent), check);
    let started: Value = start(&server, &json!({"preview_id": correction})).await.json().await.unwrap();
    assert_eq!((&started["portfolio_id"], &started["attempt"]), (&json!(id), &json!(2)));
    assert_eq!(server.wait_for_end(&id).await["status"], "completed");
    let file = server.get(&format!("{PORTFOLIOS}/{id}/file")).await;
    assert_eq!(file.text().await.unwrap(), THREE_POSITIONS);
}

#[tokio::test]
async fn keeps_hidden_field_without_new_file() {
    let server = TestServer::start().await;
    let id = upload(&server, ONE_UNKNOWN).await;
    let correction = correct(&server, &id).await;
    let empty = Form::new().text("portfolio_name", "Growth").text("corrects", correction.clone());
    let response = server.client.post(format!("{}/", server.base)).multipart(empty).send().await.unwrap();
    assert_eq!(response.status(), 422);
    let html = response.text().await.unwrap();
    assert!(html.contains(&format!("name=\"corrects\" value=\"{correction}\"")), "{html}");
    assert!(!html.contains("Try a sample portfolio"), "the sample would not correct anything: {html}");
}

#[tokio::test]
async fn names_symbols_without_prices_to_correct() {
    let server = TestServer::start().await;
    let id = upload(
        &server,
        "Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,100,2021-03-08\nHZNP,1,90,2021-06-15\n",
    )
    .await;
    let check = format!("/portfolios/new/{}", correct(&server, &id).await);
    let html = page(&server, &check).await;
    assert!(html.contains("HZNP (line 3)") && html.contains("name=\"symbol_HZNP\""), "{html}");
    let fields = [("portfolio_name", "Growth"), ("symbol_HZNP", "MSFT"), ("action", "update")];
    assert_eq!(location(&press(&server, &check, &fields).await), check);
    assert!(!page(&server, &check).await.contains("Symbols without prices"));
}
