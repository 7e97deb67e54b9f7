//! Tests quotas per user, and forms that are submitted twice.

use reqwest::Response;
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{THREE_POSITIONS, TestServer, form};

/// Starts a server that uses the sample data and has a limit per user. The environment variable
/// `name` sets the limit to `value`.
async fn server_with_quota(name: &'static str, value: &str) -> TestServer {
    TestServer::with_environment(vec![("MARKET_DATA", "bundled".to_owned()), (name, value.to_owned())]).await
}

async fn error(response: Response) -> (u16, String, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    let text = |field: &str| body["error"][field].as_str().unwrap().to_owned();
    (status, text("code"), text("message"))
}

#[tokio::test]
async fn refuses_portfolio_over_quota() {
    let server = server_with_quota("QUOTA_PORTFOLIOS", "1").await;
    let first = server.create("One").await;
    server.wait_for_end(&first).await;
    let (status, code, message) = error(server.upload("Two", "", THREE_POSITIONS).await).await;
    assert_eq!((status, code.as_str()), (409, "quota_reached"));
    assert!(message.contains("Delete one"), "{message}");
    let url = format!("{}/api/v1/onboarding/portfolios/{first}", server.base);
    assert_eq!(server.client.delete(url).send().await.unwrap().status(), 204);
    assert_eq!(server.upload("Two", "", THREE_POSITIONS).await.status(), 201);
}

#[tokio::test]
async fn refuses_attempt_over_quota() {
    let server = server_with_quota("QUOTA_ATTEMPTS", "2").await;
    let id = server.create("Again and again").await;
    server.wait_for_end(&id).await;
    let retry = format!("/api/v1/onboarding/portfolios/{id}/retry");
    assert_eq!(server.post(&retry).await.status(), 202);
    server.wait_for_end(&id).await;
    let (status, code, _) = error(server.post(&retry).await).await;
    assert_eq!((status, code.as_str()), (409, "quota_reached"));
}

#[tokio::test]
async fn keeps_form_that_quota_refuses() {
    let server = server_with_quota("QUOTA_PORTFOLIOS", "1").await;
    server.create("One").await;
    let form = form("A name to keep", THREE_POSITIONS);
    let refused = server.client.post(format!("{}/", server.base)).multipart(form).send().await.unwrap();
    assert_eq!(refused.status(), 409);
    let page = refused.text().await.unwrap();
    for kept in ["Your setup hasn't started", "Delete one", "A name to keep", "AAPL,10,71.712"] {
        assert!(page.contains(kept), "{kept}: {page}");
    }
}

#[tokio::test]
async fn tells_browser_why_retry_is_refused() {
    let server = server_with_quota("QUOTA_ATTEMPTS", "1").await;
    let id = server.create("Once").await;
    server.wait_for_end(&id).await;
    let url = format!("{}/api/v1/onboarding/portfolios/{id}/retry", server.base);
    let refused = server.client.post(url).header("accept", "text/html").send().await.unwrap();
    assert_eq!(refused.status(), 409);
    assert!(refused.text().await.unwrap().contains("Upload it again as a new one."));
}

/// Submits the upload form as a browser does. Returns the URL to which the server redirects the
/// browser.
async fn submit_form(server: &TestServer, token: Uuid, csv: &str) -> String {
    let form = form("Growth", csv).text("form_token", token.to_string());
    let sent = server.client.post(format!("{}/", server.base)).multipart(form).send().await.unwrap();
    assert_eq!(sent.status(), 303);
    sent.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn leads_second_click_to_first_setup() {
    let server = TestServer::start().await;
    let page = server.get("/").await.text().await.unwrap();
    let token = page.split_once("name=\"form_token\" value=\"").unwrap().1.split('"').next().unwrap();
    let token: Uuid = token.parse().unwrap();
    let (first, second) =
        tokio::join!(submit_form(&server, token, THREE_POSITIONS), submit_form(&server, token, THREE_POSITIONS));
    assert_eq!(first, second);
    let count = async || server.json("/api/v1/onboarding/portfolios").await.as_array().unwrap().len();
    assert_eq!(count().await, 1);
    let other = "Symbol,Quantity,Entry Price Per Share,Entry Date\nKO,1,50,2019-12-31\n";
    assert_ne!(
        submit_form(&server, token, other).await,
        first,
        "another file in the same form makes another portfolio"
    );
    assert_eq!(count().await, 2);
}

#[tokio::test]
async fn accepts_form_without_token() {
    let server = TestServer::start().await;
    for _ in 0..2 {
        let form = form("Growth", THREE_POSITIONS).text("form_token", "no token");
        let sent = server.client.post(format!("{}/", server.base)).multipart(form).send().await.unwrap();
        assert_eq!(sent.status(), 303);
    }
    assert_eq!(server.json("/api/v1/onboarding/portfolios").await.as_array().unwrap().len(), 2);
}
