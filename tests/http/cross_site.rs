//! Tests forms submitted from this site and from other sites, by browsers that send
//! `Sec-Fetch-Site` and by browsers that do not.

use reqwest::{StatusCode, multipart::Form};
use serde_json::Value;

use crate::{
    harness::{THREE_POSITIONS, TestServer, form},
    issuer::Issuer,
};

async fn submit(server: &TestServer, accept: &str, headers: &[(&str, &str)], body: Form) -> reqwest::Response {
    let mut request = server.client.post(&server.base).header("accept", accept);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.multipart(body).send().await.unwrap()
}

/// With the referrer policy `no-referrer`, browsers would send `Origin: null` even for this site's
/// own forms, and the server would reject them.
#[tokio::test]
async fn sends_referrer_policy_with_every_response() {
    let server = TestServer::start().await;
    for path in ["/", "/favicon.svg", "/nothing", "/api/nothing", "/healthz", "/metrics", "/api/page/status"] {
        let response = server.get(path).await;
        assert_eq!(response.headers()["referrer-policy"], "same-origin", "{path}");
    }
}

#[tokio::test]
async fn sends_referrer_policy_on_the_metrics_address() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = TestServer::start_process(vec![("METRICS_ADDR", address.to_string())]).await;
    let response = server.client.get(format!("http://{address}/metrics")).send().await.unwrap();
    let policy = response.headers().get("referrer-policy");
    assert!(policy.is_some_and(|policy| policy == "same-origin"), "{policy:?}");
}

#[tokio::test]
async fn accepts_forms_by_origin_without_fetch_metadata() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    for (host, origin) in [
        ("app.example", "http://app.example"),
        ("app.example:3000", "http://app.example:3000"),
        ("app.example:443", "https://app.example"),
        ("app.example", "https://app.example:443"),
        ("App.Example", "https://app.example"),
    ] {
        let cookie = format!("__session={}", issuer.token_of("user_1"));
        let headers = [("host", host), ("origin", origin), ("cookie", &cookie)];
        let response = submit(&server, "text/html", &headers, form("Mine", THREE_POSITIONS)).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{host}, {origin}");
    }
}

#[tokio::test]
async fn names_the_cause_of_a_hidden_origin() {
    let server = TestServer::start().await;
    let response = submit(&server, "*/*", &[("origin", "null")], form("Mine", THREE_POSITIONS)).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["code"], "cross_site");
    let message = body["error"]["message"].as_str().unwrap();
    assert!(message.contains("Origin: null") && message.contains("reload"), "{message}");
    let foreign = submit(&server, "*/*", &[("origin", "https://evil.example")], form("Mine", THREE_POSITIONS)).await;
    let foreign: Value = foreign.json().await.unwrap();
    assert!(foreign["error"]["message"].as_str().unwrap().contains("another site"), "{foreign}");
}

#[tokio::test]
async fn shows_a_refused_form_as_a_page() {
    let server = TestServer::start().await;
    for headers in [[("origin", "null")], [("origin", "https://evil.example")], [("sec-fetch-site", "cross-site")]] {
        let response = submit(&server, "text/html,*/*;q=0.8", &headers, form("Mine", THREE_POSITIONS)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?}");
        let page = response.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Something Went Wrong"), "{headers:?}: {page}");
    }
}

/// A browser that opens the site under a foreign host name gets an error page.
#[tokio::test]
async fn shows_a_foreign_host_as_a_page() {
    let server = TestServer::start().await;
    let request = server.client.get(&server.base).header("host", "evil.example").header("accept", "text/html");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let page = response.text().await.unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("localhost"), "{page}");
}
