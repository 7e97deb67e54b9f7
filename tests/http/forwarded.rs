//! Tests that a server with `AUTH=dev` refuses forwarded requests. A proxy on the same machine
//! would otherwise make requests from anywhere look local.

use reqwest::StatusCode;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{harness::TestServer, issuer::Issuer};

/// Headers that common proxies and tunnels add to the requests they forward.
const FORWARDED: [(&str, &str); 13] = [
    ("forwarded", "for=203.0.113.7"),
    ("via", "1.1 proxy.example"),
    ("x-forwarded-for", "203.0.113.7"),
    ("x-forwarded-host", "portfolios.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "443"),
    ("x-forwarded-server", "edge.example"),
    ("x-real-ip", "203.0.113.7"),
    ("x-client-ip", "203.0.113.7"),
    ("cf-connecting-ip", "203.0.113.7"),
    ("true-client-ip", "203.0.113.7"),
    ("fly-client-ip", "203.0.113.7"),
    ("x-forwarded-for", ""),
];

#[tokio::test]
async fn refuses_forwarded_requests_without_sign_in() {
    let server = TestServer::start().await;
    let id = server.create("Local alone").await;
    for (name, value) in FORWARDED {
        for path in [
            "/".to_owned(),
            "/api/v1/onboarding/portfolios".to_owned(),
            format!("/onboarding/progress?portfolioId={id}"),
            format!("/api/page/status?portfolio_id={id}&attempt=1&version=0&after=0"),
            "/metrics".to_owned(),
        ] {
            let response =
                server.client.get(format!("{}{path}", server.base)).header(name, value).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}, {name}");
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["error"]["code"], "forwarded_without_sign_in", "{path}, {name}");
            let message = body["error"]["message"].as_str().unwrap();
            assert!(message.contains("proxy") && message.contains("AUTH=clerk"), "{message}");
        }
    }
}

#[tokio::test]
async fn shows_browsers_the_refusal_as_a_page() {
    let server = TestServer::start().await;
    server.create("Local alone").await;
    let request =
        server.client.get(&server.base).header("accept", "text/html").header("x-forwarded-for", "203.0.113.7");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let page = response.text().await.unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("AUTH=clerk"), "{page}");
    assert!(!page.contains("Local alone"), "{page}");
}

/// By default, nginx forwards requests over HTTP/1.0, with the upstream server's host name and
/// `Connection: close`, and adds no headers of its own.
#[tokio::test]
async fn refuses_requests_forwarded_by_unconfigured_nginx() {
    let server = TestServer::start().await;
    let host = server.base.strip_prefix("http://").unwrap();
    let status_line = async |head: &str| {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(format!("{head}\r\n\r\n").as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response.lines().next().unwrap().to_owned()
    };
    let forwarded = status_line(&format!("GET / HTTP/1.0\r\nHost: {host}\r\nConnection: close")).await;
    assert!(forwarded.contains(" 403 "), "{forwarded}");
    let direct = status_line(&format!("GET / HTTP/1.0\r\nHost: {host}")).await;
    assert!(direct.contains(" 200 "), "{direct}");
    let direct = status_line(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close")).await;
    assert!(direct.contains(" 200 "), "{direct}");
}

#[tokio::test]
async fn accepts_forwarded_requests_with_sign_in() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let request = server.client.get(format!("{}/api/v1/onboarding/portfolios", server.base));
    let request = request.bearer_auth(issuer.token_of("user_1"));
    let request = request.header("x-forwarded-for", "203.0.113.7").header("via", "1.1 proxy.example");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}
