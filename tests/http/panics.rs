//! Tests that a panic in a request handler fails only that request. The response contains an error
//! id that users can report, but reveals nothing about the server's internals.

use scripted::Script;
use serde_json::Value;

use crate::harness::TestServer;

#[tokio::test]
async fn turns_panics_into_errors_with_ids() {
    let server = TestServer::with_script(Script { list_panics: true, ..Script::default() }).await;
    let response = server.get("/api/v1/onboarding/portfolios").await;
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["error"]["code"], "internal_error");
    assert!(body["error"]["id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok(), "{text}");
    assert!(!text.contains("secret") && !text.contains("/a/path"), "{text}");

    let page = server.get("/").await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (500, &"text/html; charset=utf-8".parse().unwrap())
    );
    let html = page.text().await.unwrap();
    assert!(html.contains("<h1>Something Went Wrong</h1>") && html.contains("Error id "), "{html}");
    assert!(!html.contains("secret") && !html.contains("/a/path"), "{html}");

    server.script(Script::default());
    assert_eq!(server.get("/").await.status(), 200, "later requests succeed");
}
