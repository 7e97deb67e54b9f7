//! Tests the `Idempotency-Key` header of a retry: keys that the server accepts, rejects, or has
//! seen before.

use reqwest::{Response, header::HeaderValue};
use serde_json::{Value, json};

use crate::harness::TestServer;

const FORM: &str = "application/x-www-form-urlencoded";

async fn retry(server: &TestServer, id: &str, from: &str, keys: &[HeaderValue]) -> Response {
    let url = format!("{}/api/v1/onboarding/portfolios/{id}/retry?from={from}", server.base);
    let mut request = server.client.post(url);
    for key in keys {
        request = request.header("idempotency-key", key);
    }
    request.send().await.unwrap()
}

async fn code(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error"]["code"].clone())
}

async fn finished_portfolio(name: &str) -> (TestServer, String) {
    let server = TestServer::start().await;
    let id = server.create(name).await;
    server.wait_for_end(&id).await;
    (server, id)
}

fn text(key: &str) -> HeaderValue {
    HeaderValue::from_bytes(key.as_bytes()).unwrap()
}

#[tokio::test]
async fn refuses_unusable_idempotency_keys() {
    let (server, id) = finished_portfolio("Keys").await;
    let refused = (400, json!("invalid_idempotency_key"));
    for (name, keys) in [
        ("empty", vec![text("")]),
        ("256 characters", vec![text(&"k".repeat(256))]),
        ("60 KB", vec![text(&"k".repeat(60_000))]),
        ("not ASCII", vec![text("sch\u{fc}ssel")]),
        ("not UTF-8", vec![HeaderValue::from_bytes(b"\xff\xfe").unwrap()]),
        ("a space", vec![text("a b")]),
        ("a tab", vec![text("a\tb")]),
        ("two", vec![text("a"), text("b")]),
        ("the same twice", vec![text("a"), text("a")]),
    ] {
        assert_eq!(code(retry(&server, &id, "start", &keys).await).await, refused, "{name}");
    }
    assert_eq!(server.status(&id).await["attempts"], 1, "no run was started");
}

#[tokio::test]
async fn accepts_idempotency_keys_up_to_the_limit() {
    let (server, id) = finished_portfolio("Long keys").await;
    for key in ["!", "~", &"k".repeat(255)] {
        assert_eq!(retry(&server, &id, "start", &[text(key)]).await.status(), 202, "{key}");
        server.wait_for_end(&id).await;
    }
    assert_eq!(server.status(&id).await["attempts"], 4);
}

#[tokio::test]
async fn refuses_a_reused_key_with_other_parameters() {
    let (server, id) = finished_portfolio("Reused").await;
    let reused = (422, json!("idempotency_key_reused"));
    assert_eq!(retry(&server, &id, "start", &[text("k1")]).await.status(), 202);
    server.wait_for_end(&id).await;
    assert_eq!(code(retry(&server, &id, "failed", &[text("k1")]).await).await, reused);
    let again = retry(&server, &id, "start", &[text("k1")]).await;
    assert_eq!((again.status().as_u16(), again.json::<Value>().await.unwrap()["attempt"].clone()), (202, json!(2)));
    assert_eq!(retry(&server, &id, "failed", &[text("k2")]).await.status(), 202);
    server.wait_for_end(&id).await;
    assert_eq!(code(retry(&server, &id, "start", &[text("k2")]).await).await, reused);
    assert_eq!(server.status(&id).await["attempts"], 3, "no further run was started");
}

#[tokio::test]
async fn starts_one_attempt_for_a_form_sent_twice() {
    let (server, id) = finished_portfolio("Double click").await;
    let url = format!("{}/api/v1/onboarding/portfolios/{id}/retry", server.base);
    for _ in 0..2 {
        let form = server.client.post(&url).header("accept", "text/html").header("content-type", FORM);
        let response = form.body("from=start&idempotency_key=start-after-1").send().await.unwrap();
        assert_eq!(response.status(), 303);
        server.wait_for_end(&id).await;
    }
    assert_eq!(server.status(&id).await["attempts"], 2);
}

#[tokio::test]
async fn shows_a_refused_retry_as_a_page() {
    let (server, id) = finished_portfolio("Page").await;
    for (path, name, value) in [
        (format!("{id}/retry"), "idempotency-key", ""),
        (format!("{id}/retry"), "content-type", "application/x-www-form-urlencoded"),
        (format!("{id}/retry?from=failed&from=start"), "accept-language", "en"),
        ("17/retry".to_owned(), "accept-language", "en"),
        ("17/cancel".to_owned(), "accept-language", "en"),
    ] {
        let url = format!("{}/api/v1/onboarding/portfolios/{path}", server.base);
        let request = server.client.post(&url).header("accept", "text/html").header(name, value);
        let response = request.body("from=nowhere").send().await.unwrap();
        assert_eq!(response.status(), 400, "{path}, {name}");
        let page = response.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Something Went Wrong"), "{path}: {page}");
    }
}
