//! Tests two warnings in the server's log. One says that the clocks of the server and the token
//! issuer differ. The other says that a request has the session cookies of several users.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{harness::TestServer, issuer::Issuer};

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn token(issuer: &Issuer, user: &str, begins: i64, ends: i64) -> String {
    let times = json!({"sub": user, "iat": now() + begins, "nbf": now() + begins, "exp": now() + ends});
    first().token(&issuer.claims_with(times))
}

async fn status(server: &TestServer, cookie: String) -> (StatusCode, Value) {
    let request = server.client.get(format!("{}/api/v1/onboarding/portfolios", server.base));
    let response = request.header("cookie", cookie).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

/// Returns the warnings in the server's log that contain the given text.
fn warnings(server: &TestServer, text: &str) -> Vec<String> {
    let log = server.log();
    log.lines().filter(|line| line.contains("WARN") && line.contains(text)).map(str::to_owned).collect()
}

#[tokio::test]
async fn warns_once_a_minute_of_clock_skew() {
    let issuer = Issuer::start().await;
    let server = TestServer::start_process(issuer.environment()).await;
    for number in 0..3 {
        let early = token(&issuer, "user_1", 20, 80 + number);
        assert_eq!(status(&server, format!("__session={early}")).await.0, StatusCode::OK);
    }
    let lines = warnings(&server, "clock skew");
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains("seconds=20") || lines[0].contains("seconds=19"), "{lines:#?}");
}

#[tokio::test]
async fn warns_of_skew_that_signs_people_out() {
    let issuer = Issuer::start().await;
    for (begins, ends) in [(45, 105), (-105, -45)] {
        let server = TestServer::start_process(issuer.environment()).await;
        let skewed = token(&issuer, "user_1", begins, ends);
        assert_eq!(status(&server, format!("__session={skewed}")).await.0, StatusCode::UNAUTHORIZED);
        let lines = warnings(&server, "clock skew");
        assert_eq!(lines.len(), 1, "{begins}: {}", server.log());
        assert!(
            ["44", "45", "46"].iter().any(|seconds| lines[0].contains(&format!("seconds={seconds}"))),
            "{lines:#?}"
        );
    }
}

#[tokio::test]
async fn ignores_sessions_that_ended_long_ago() {
    let issuer = Issuer::start().await;
    let server = TestServer::start_process(issuer.environment()).await;
    let old = token(&issuer, "user_1", -7_260, -7_200);
    assert_eq!(status(&server, format!("__session={old}")).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(warnings(&server, "clock skew"), Vec::<String>::new());
}

#[tokio::test]
async fn logs_and_reports_cookies_of_two_users() {
    let issuer = Issuer::start().await;
    let server = TestServer::start_process(issuer.environment()).await;
    let (own, planted) = (token(&issuer, "user_1", 0, 60), token(&issuer, "user_2", 0, 60));
    let (code, body) = status(&server, format!("__session={planted}; __session_a={own}")).await;
    assert_eq!((code, &body["error"]["code"]), (StatusCode::UNAUTHORIZED, &json!("unauthenticated")));
    assert!(body["error"]["message"].as_str().unwrap().contains("cookies"), "{body}");
    let lines = warnings(&server, "cookies");
    assert_eq!(lines.len(), 1, "{}", server.log());
    let request = server.client.get(&server.base).header("accept", "text/html");
    let page = request.header("cookie", format!("__session={planted}; __session_a={own}")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("cookies"));
    assert!(!server.log().contains(own.split('.').nth(1).unwrap()));
}
