//! Tests malformed requests. API clients get an error as JSON, and browsers get an error page.
//! Neither reveals anything about the server's internals.

use serde_json::{Value, json};

use crate::harness::TestServer;

#[tokio::test]
async fn returns_json_errors_to_programs() {
    let server = TestServer::start().await;
    for (method, path, status, code) in [
        ("GET", "/api/v1/onboarding/status/%ff", 400, "malformed_request"),
        ("GET", "/api/v1/portfolios/%ff/analytics/positions.csv", 400, "malformed_request"),
        ("GET", "/api/v1/onboarding/status/17?after=x", 400, "invalid_query"),
        ("PUT", "/api/v1/onboarding/portfolios", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/onboarding/status/17", 405, "method_not_allowed"),
        ("GET", "/api/nothing", 404, "no_such_route"),
    ] {
        let request = server.client.request(method.parse().unwrap(), format!("{}{path}", server.base));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        assert_eq!(response.headers().contains_key("allow"), status == 405, "{method} {path}");
        let body: Value = response.json().await.unwrap();
        assert_eq!((&body["error"]["code"], &body["error"]["details"]), (&json!(code), &json!([])), "{method} {path}");
    }
}

#[tokio::test]
async fn returns_error_pages_to_browsers() {
    let server = TestServer::start().await;
    for (method, path, status) in [
        ("GET", "/portfolios/%ff", 400),
        ("GET", "/onboarding/progress?attempt=x&portfolioId=17", 400),
        ("PUT", "/", 405),
    ] {
        let request = server.client.request(method.parse().unwrap(), format!("{}{path}", server.base));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{method} {path}");
        let page = response.text().await.unwrap();
        assert!(page.contains("<h1>Something Went Wrong</h1>") && !page.contains("deserialize"), "{page}");
    }
}

/// By default, Leptos server functions redirect a browser to its `Referer`, even after an error.
/// The requests with which the live page polls the status must not be redirected.
#[tokio::test]
async fn never_redirects_polls() {
    let server = TestServer::start().await;
    let id = server.create("Polled").await;
    server.wait_for_end(&id).await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    let good = format!("portfolio_id={id}&attempt=1&version=0&after=0");
    for (query, status) in [
        (good.clone(), 200),
        (good.replace(&id, unknown), 404),
        (good.replace(&id, "17"), 404),
        (good.replace(&id, "%ff"), 404),
        (String::new(), 400),
        (format!("portfolio_id={id}"), 400),
        (good.replace("attempt=1", "attempt=x"), 400),
        (good.replace("version=0", "version=-1"), 400),
        (good.replace("after=0", "after=99999999999999999999"), 400),
        (good.replace("after=0", "after=%ff"), 400),
        (format!("{good}&after=1"), 400),
    ] {
        for accept in ["text/html,application/xhtml+xml", "application/json"] {
            let request = server.client.get(format!("{}/api/page/status?{query}", server.base));
            let request = request.header("accept", accept).header("referer", "https://evil.example/page");
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{query}, {accept}");
            assert!(!response.headers().contains_key("location"), "{query}, {accept}");
            let body: Value = response.json().await.unwrap();
            let code = if status == 400 { json!("invalid_query") } else { Value::Null };
            assert_eq!(body["error"]["code"], code, "{query}, {accept}: {body}");
        }
    }
}

#[tokio::test]
async fn responds_to_head_requests_for_polls() {
    let server = TestServer::start().await;
    let id = server.create("Head").await;
    let path = format!("/api/page/status?portfolio_id={id}&attempt=1&version=0&after=0");
    let response = server.client.head(format!("{}{path}", server.base)).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn redirects_no_other_path_of_server_functions() {
    let server = TestServer::start().await;
    for (method, path) in [
        ("POST", "/api/page/status"),
        ("GET", "/api/page/status/"),
        ("GET", "/api/page/nothing"),
        ("POST", "/api/page/nothing"),
        ("GET", "/api/page"),
    ] {
        let request = server.client.request(method.parse().unwrap(), format!("{}{path}", server.base));
        let request = request.header("accept", "text/html").header("referer", "https://evil.example/page");
        let response = request.send().await.unwrap();
        assert!(response.status().is_client_error(), "{method} {path}: {}", response.status());
        assert!(!response.headers().contains_key("location"), "{method} {path}");
    }
}
