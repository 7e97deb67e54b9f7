//! Tests logs downloaded as text and as JSON: `/api/v1/onboarding/status/{id}/logs`.

use scripted::Script;
use serde_json::Value;

use crate::harness::{TestServer, messages};

#[tokio::test]
async fn writes_same_lines_to_both_files() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    server.wait_for_end(&id).await;
    let shown = messages(&server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await["activity_log"]);
    let json = server.json(&format!("/api/v1/onboarding/status/{id}/logs?format=json")).await;
    assert_eq!(messages(&json["activity_log"]), shown);
    let text = server.get(&format!("/api/v1/onboarding/status/{id}/logs")).await.text().await.unwrap();
    let lines: Vec<_> = text.lines().filter_map(|line| line.split_once("] ").map(|(_, message)| message)).collect();
    assert_eq!(lines, shown);
    assert!(text.ends_with(&format!("\n{0}\nEND OF LOG\n{0}\n", "=".repeat(80))));
}

#[tokio::test]
async fn names_file_after_portfolio_and_time() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let headers = server.get(&format!("/api/v1/onboarding/status/{id}/logs?format=json")).await.headers().clone();
    let name = headers["content-disposition"].to_str().unwrap();
    let start = format!("attachment; filename=\"portfolio_setup_log_{id}_");
    let time = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix("Z.json\"")).unwrap();
    assert_eq!(time.len(), "20260109T120000".len());
    assert_eq!(headers["cache-control"], "no-store");
}

#[tokio::test]
async fn marks_log_files_of_running_setups() {
    let server = TestServer::with_script(Script { delay_ms: 300, ..Script::default() }).await;
    let id = server.create("Running").await;
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(3)).await;
    let text = server.get(&format!("/api/v1/onboarding/status/{id}/logs")).await.text().await.unwrap();
    assert!(text.contains("Final Status: running"), "{text}");
    let entries = text.lines().filter(|line| line.contains("] ")).count();
    assert!(text.contains(&format!("(run in progress: {entries} entries so far)")), "{text}");
}

#[tokio::test]
async fn includes_debug_entries_on_request() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    server.wait_for_end(&id).await;
    let plain = server.get(&format!("/api/v1/onboarding/status/{id}/logs")).await.text().await.unwrap();
    let debug =
        server.get(&format!("/api/v1/onboarding/status/{id}/logs?include_debug=true")).await.text().await.unwrap();
    assert!(!plain.contains("[DEBUG]") && debug.contains("[DEBUG]"));
    assert!(debug.lines().count() > plain.lines().count());
}

#[tokio::test]
async fn shows_log_in_browser_on_request() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    server.wait_for_end(&id).await;
    let path = format!("/api/v1/onboarding/status/{id}/logs?format=json&inline=true");
    let headers = server.get(&path).await.headers().clone();
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("inline; filename="));
    assert_eq!(
        (&headers["content-type"], &headers["x-content-type-options"]),
        (&"application/json".parse().unwrap(), &"nosniff".parse().unwrap())
    );
}

#[tokio::test]
async fn answers_browsers_with_error_pages() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (path, status, words) in [
        (format!("{id}/logs?format=pdf"), 400, "The format must be txt or json."),
        (format!("{id}/logs?include_debug=perhaps"), 400, "A query parameter has an invalid value"),
        (format!("{id}/logs?attempt=7"), 404, "have that attempt"),
        (format!("{unknown}/logs"), 404, "This portfolio"),
    ] {
        let url = format!("{}/api/v1/onboarding/status/{path}", server.base);
        let response = server.client.get(url).header("accept", "text/html,*/*").send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert!(response.headers().get("content-disposition").is_none(), "{path}");
        let page = response.text().await.unwrap();
        assert!(page.contains("<!DOCTYPE html>") && page.contains(words), "{path}: {page}");
    }
}

#[tokio::test]
async fn rejects_unknown_log_formats() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let response = server.get(&format!("/api/v1/onboarding/status/{id}/logs?format=pdf")).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], "invalid_format");
}

#[tokio::test]
async fn names_each_unavailable_symbol_once() {
    let script = Script { unknown: [("KO".to_owned(), "delisted".to_owned())].into(), ..Script::default() };
    let server = TestServer::with_script(script).await;
    let id = server.create("One missing").await;
    server.wait_for_end(&id).await;
    let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let named: Vec<_> = messages(&log["activity_log"]).into_iter().filter(|line| line.contains("KO")).collect();
    assert_eq!(named, ["KO: Symbol unavailable (delisted)"]);
}
