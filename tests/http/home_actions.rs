//! Tests the actions of the home page: rename, delete, refresh, retry and replace. They are plain
//! forms, and the same page of the list follows.

use reqwest::Response;
use scripted::Script;
use serde_json::Value;
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use std::str::FromStr;

use crate::{
    harness::{ONE_UNKNOWN, THREE_POSITIONS, TestServer, encoded},
    issuer::Issuer,
};

const LIST: &str = "/api/v1/onboarding/portfolios";

async fn press(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = server.client.post(format!("{}{path}", server.base)).header("accept", "text/html");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(encoded(fields)).send().await.unwrap()
}

fn location(response: &Response) -> &str {
    assert_eq!(response.status(), 303);
    response.headers()["location"].to_str().unwrap()
}

async fn home(server: &TestServer) -> String {
    server.get("/").await.text().await.unwrap().replace("<!>", "")
}

async fn ended(server: &TestServer, name: &str, csv: &str) -> String {
    let created: Value = server.upload(name, "1000", csv).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    server.wait_for_end(&id).await;
    id
}

async fn execute(server: &TestServer, sql: &'static str) {
    let options = SqliteConnectOptions::from_str(&server.database_url()).unwrap();
    let mut connection = options.connect().await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn renames_from_home_page() {
    let server = TestServer::start().await;
    let id = ended(&server, "Old", THREE_POSITIONS).await;
    let response = press(&server, &format!("/portfolios/{id}/rename"), &[("portfolio_name", " New ")]).await;
    assert_eq!(location(&response), format!("/?done=renamed#portfolio-{id}"));
    assert_eq!(server.json(LIST).await[0]["portfolio_name"], "New");
    let page = server.get("/?done=renamed").await.text().await.unwrap();
    assert!(page.contains("Portfolio renamed."), "{page}");
}

#[tokio::test]
async fn refuses_name_that_is_empty() {
    let server = TestServer::start().await;
    let id = ended(&server, "Old", THREE_POSITIONS).await;
    let response = press(&server, &format!("/portfolios/{id}/rename"), &[("portfolio_name", " ")]).await;
    assert_eq!(response.status(), 422);
    assert!(response.text().await.unwrap().contains("Portfolio Not Renamed"));
    assert_eq!(server.json(LIST).await[0]["portfolio_name"], "Old");
}

#[tokio::test]
async fn deletes_and_returns_to_same_page() {
    let server = TestServer::start().await;
    let id = ended(&server, "Gone", THREE_POSITIONS).await;
    let place = format!("2026-01-09T12:00:00.000Z,{id}");
    let response = press(&server, &format!("/portfolios/{id}/delete"), &[("before", &place)]).await;
    let home = format!("/?before={place}&done=deleted");
    assert_eq!(location(&response), format!("{home}#portfolios-title"));
    let page = server.get(&home).await.text().await.unwrap();
    assert!(page.contains("Portfolio deleted, with its log and results.") && page.contains("No older"), "{page}");
    assert_eq!(server.json(LIST).await, serde_json::json!([]));
    assert_eq!(press(&server, &format!("/portfolios/{id}/delete"), &[]).await.status(), 404);
}

#[tokio::test]
async fn refuses_changes_while_setup_is_running() {
    let server = TestServer::with_script(Script { delay_ms: 60_000, ..Script::default() }).await;
    let id = server.create("Busy").await;
    for (action, title) in [("delete", "Portfolio Not Deleted"), ("rename", "Portfolio Not Renamed")] {
        let response = press(&server, &format!("/portfolios/{id}/{action}"), &[("portfolio_name", "New")]).await;
        assert_eq!(response.status(), 409, "{action}");
        let page = response.text().await.unwrap();
        assert!(page.contains(title) && page.contains("Cancel it first, then try again."), "{page}");
    }
    let page = home(&server).await;
    assert!(page.contains("cancel the setup first") && !page.contains("/delete\""), "{page}");
}

#[tokio::test]
async fn hides_foreign_portfolios_from_forms() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let token = |user: &str| issuer.token_of(user);
    let upload = server.client.post(format!("{}{LIST}", server.base)).bearer_auth(token("user_1"));
    let form = crate::harness::form("Mine", THREE_POSITIONS);
    let created: Value = upload.multipart(form).send().await.unwrap().json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    for action in ["rename", "delete"] {
        for (token, status) in [(Some(token("user_2")), 404), (None, 401)] {
            let request = server.client.post(format!("{}/portfolios/{id}/{action}", server.base));
            let request = request.header("content-type", "application/x-www-form-urlencoded").body("portfolio_name=x");
            let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{action}");
            assert!(!response.text().await.unwrap().contains("Mine"), "{action}");
        }
    }
}

#[tokio::test]
async fn leads_to_form_for_another_file() {
    let server = TestServer::start().await;
    let id = ended(&server, "Growth", THREE_POSITIONS).await;
    let response = press(&server, &format!("/portfolios/{id}/correct"), &[("to", "file")]).await;
    let form = location(&response).to_owned();
    assert!(form.starts_with("/?preview="), "{form}");
    let page = server.get(&form).await.text().await.unwrap();
    let lead = "Choose the file that replaces your portfolio's positions.";
    assert!(page.contains(lead) && page.contains("value=\"Growth\""), "{page}");
}

#[tokio::test]
async fn lists_retry_for_failures_that_pass() {
    let server = TestServer::start().await;
    ended(&server, "Unknown symbol", ONE_UNKNOWN).await;
    assert!(!home(&server).await.contains("Retry setup"), "the same file fails again");
    server.script(Script { down: vec!["SP500".to_owned()], ..Script::default() });
    ended(&server, "Outage", THREE_POSITIONS).await;
    assert!(home(&server).await.contains("Retry setup"));
}

#[tokio::test]
async fn shows_value_return_and_curve() {
    let server = TestServer::start().await;
    let id = ended(&server, "Growth", THREE_POSITIONS).await;
    let (item, results) = (server.json(LIST).await, server.json(&format!("/api/v1/portfolios/{id}/analytics")).await);
    let last = results["snapshots"].as_array().unwrap().last().unwrap();
    assert_eq!((&item[0]["value"], &item[0]["as_of"]), (&last["equity"], &results["as_of"]));
    assert_eq!(item[0]["return"], results["portfolio"]["total_return"]);
    let page = home(&server).await;
    for shown in ["class=\"sparkline\"", " on Dec 28, 2022", &format!("<a href=\"/portfolios/{id}\">Growth</a>")] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let nothing_newer = "Nothing to refresh: the sample prices end on Dec 28, 2022.";
    assert!(page.contains(nothing_newer) && !page.contains("Refresh to latest prices"), "{page}");
}

#[tokio::test]
async fn keeps_value_of_reused_snapshots() {
    let server = TestServer::start().await;
    let id = ended(&server, "Growth", THREE_POSITIONS).await;
    let before = server.json(LIST).await;
    assert_eq!(server.post(&format!("{LIST}/{id}/retry")).await.status(), 202);
    server.wait_for_end(&id).await;
    let after = server.json(LIST).await;
    assert_eq!((&after[0]["attempt"], &after[0]["value"]), (&2.into(), &before[0]["value"]));
    assert!(after[0]["value"].is_number());
}

/// Runs of an earlier version have no value. The row then shows none, and offers a refresh.
#[tokio::test]
async fn shows_no_value_of_old_runs() {
    let server = TestServer::start().await;
    let id = ended(&server, "Old", THREE_POSITIONS).await;
    execute(&server, "UPDATE runs SET key_figures = NULL").await;
    let item = &server.json(LIST).await[0];
    for field in ["value", "return", "since", "as_of"] {
        assert!(item[field].is_null(), "{field}");
    }
    let page = home(&server).await;
    assert!(!page.contains("class=\"figures\"") && !page.contains(">$0"), "{page}");
    assert!(page.contains("Refresh to latest prices"), "{page}");
    let refreshed = press(&server, &format!("{LIST}/{id}/retry"), &[("from", "start")]).await;
    assert_eq!(location(&refreshed), format!("/onboarding/progress?portfolioId={id}"));
    server.wait_for_end(&id).await;
    assert!(server.json(LIST).await[0]["value"].is_number());
}

#[tokio::test]
async fn tells_age_of_results() {
    let server = TestServer::start().await;
    let id = ended(&server, "Growth", THREE_POSITIONS).await;
    let page = server.get(&format!("/portfolios/{id}")).await.text().await.unwrap().replace("<!>", "");
    let age = "As of <time datetime=\"2022-12-28\">Dec 28, 2022</time>, when the sample prices end.";
    assert!(page.contains(age) && !page.contains("Refresh to latest prices"), "{page}");
}
