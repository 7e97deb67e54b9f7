//! Requests that no handler understands are refused like all others: in the words of the door, with nothing of the
//! program in them.

use serde_json::{Value, json};

use crate::harness::TestServer;

#[tokio::test]
async fn programs_get_json_whatever_is_wrong_with_a_request() {
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
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_eq!(answer.headers().contains_key("allow"), status == 405, "{method} {path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!((&body["error"]["code"], &body["error"]["details"]), (&json!(code), &json!([])), "{method} {path}");
    }
}

#[tokio::test]
async fn people_get_a_page() {
    let server = TestServer::start().await;
    for (method, path, status) in [
        ("GET", "/portfolios/%ff", 400),
        ("GET", "/onboarding/progress?attempt=x&portfolioId=17", 400),
        ("PUT", "/", 405),
    ] {
        let request = server.client.request(method.parse().unwrap(), format!("{}{path}", server.base));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("<h1>Something Went Wrong</h1>") && !page.contains("deserialize"), "{page}");
    }
}
