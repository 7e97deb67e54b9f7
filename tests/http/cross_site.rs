//! Forms of this site and of others, as browsers with and without `Sec-Fetch-Site` send them.

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

/// With `no-referrer` browsers send `Origin: null` even with the forms of the page itself.
#[tokio::test]
async fn sends_referrer_policy_with_every_answer() {
    let server = TestServer::start().await;
    for path in ["/", "/favicon.svg", "/nothing", "/api/nothing", "/healthz", "/metrics", "/api/page/status"] {
        let answer = server.get(path).await;
        assert_eq!(answer.headers()["referrer-policy"], "same-origin", "{path}");
    }
}

#[tokio::test]
async fn sends_referrer_policy_on_the_metrics_address() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = TestServer::in_a_process(vec![("METRICS_ADDR", address.to_string())]).await;
    let answer = server.client.get(format!("http://{address}/metrics")).send().await.unwrap();
    let policy = answer.headers().get("referrer-policy");
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
        let answer = submit(&server, "text/html", &headers, form("Mine", THREE_POSITIONS)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{host}, {origin}");
    }
}

#[tokio::test]
async fn names_the_cause_of_a_hidden_origin() {
    let server = TestServer::start().await;
    let answer = submit(&server, "*/*", &[("origin", "null")], form("Mine", THREE_POSITIONS)).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["code"], "cross_site");
    let words = body["error"]["message"].as_str().unwrap();
    assert!(words.contains("Origin: null") && words.contains("reload"), "{words}");
    let foreign = submit(&server, "*/*", &[("origin", "https://evil.example")], form("Mine", THREE_POSITIONS)).await;
    let foreign: Value = foreign.json().await.unwrap();
    assert!(foreign["error"]["message"].as_str().unwrap().contains("another site"), "{foreign}");
}

#[tokio::test]
async fn shows_a_refused_form_as_a_page() {
    let server = TestServer::start().await;
    for headers in [[("origin", "null")], [("origin", "https://evil.example")], [("sec-fetch-site", "cross-site")]] {
        let answer = submit(&server, "text/html,*/*;q=0.8", &headers, form("Mine", THREE_POSITIONS)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{headers:?}");
        let page = answer.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Something Went Wrong"), "{headers:?}: {page}");
    }
}

/// As above for the name under which the page was opened.
#[tokio::test]
async fn shows_a_foreign_host_as_a_page() {
    let server = TestServer::start().await;
    let request = server.client.get(&server.base).header("host", "evil.example").header("accept", "text/html");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let page = answer.text().await.unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("localhost"), "{page}");
}
