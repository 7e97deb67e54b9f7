//! Tests the status of a run, requested through the API (`/api/v1/onboarding/status/{id}`) and
//! through the route that the live page polls.

use std::io::Read;

use portfolio_setup::server::util::viewer::Viewer;
use scripted::Script;
use serde_json::Value;

use crate::harness::{TestServer, messages};

#[tokio::test]
async fn distinguishes_malformed_ids_from_unknown_ones() {
    let server = TestServer::start().await;
    let bad = server.get("/api/v1/onboarding/status/17").await;
    assert_eq!(bad.status(), 400);
    assert_eq!(bad.json::<Value>().await.unwrap()["error"]["code"], "invalid_portfolio_id");
    let unknown = server.get("/api/v1/onboarding/status/00000000-0000-4000-8000-000000000000").await;
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.json::<Value>().await.unwrap()["error"]["code"], "portfolio_not_found");
}

#[tokio::test]
async fn rejects_invalid_parameters_in_json() {
    let server = TestServer::start().await;
    let response = server.get("/api/v1/onboarding/status/00000000-0000-4000-8000-000000000000?after=soon").await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["code"], "invalid_query");
}

#[tokio::test]
async fn returns_last_fifty_entries_or_all_later() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let status = server.wait_for_end(&id).await;
    let last = status["last_seq"].as_u64().unwrap();
    assert!(last > 50);
    assert_eq!(messages(&status["activity_log"]).len(), 50);
    let all = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
    let seqs: Vec<_> =
        all["activity_log"].as_array().unwrap().iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=last).collect::<Vec<_>>());
}

/// Checks that `first_seq` of each phase is the number of the phase's first log entry.
fn check_first_lines(status: &Value) {
    let entries = status["activity_log"].as_array().unwrap();
    for phase in status["phases"].as_array().unwrap() {
        let first = entries.iter().find(|entry| entry["phase_id"] == phase["phase_id"]);
        assert_eq!(phase["first_seq"], first.map_or(Value::Null, |entry| entry["seq"].clone()), "{phase}");
        assert_eq!(first.is_some(), phase["status"] != "pending", "{phase}");
    }
}

#[tokio::test]
async fn numbers_first_line_of_each_phase() {
    let mut server = TestServer::with_script(Script { delay_ms: 300, ..Script::default() }).await;
    let id = server.create("Growth").await;
    server.wait_until(&id, |status| status["last_seq"].as_u64() >= Some(3)).await;
    let path = format!("/api/v1/onboarding/status/{id}?after=0");
    check_first_lines(&server.json(&path).await);
    server.script(Script::default());
    server.wait_for_end(&id).await;
    let ended = server.json(&path).await;
    check_first_lines(&ended);
    assert!(ended["phases"][8]["first_seq"].as_u64() > ended["phases"][0]["first_seq"].as_u64());
    // After a restart, the status comes from the store.
    server.restart().await;
    assert_eq!(server.json(&path).await["phases"], ended["phases"]);
}

#[tokio::test]
async fn raises_percent_to_100_only_at_the_end() {
    let server = TestServer::with_script(Script { delay_ms: 10, ..Script::default() }).await;
    let id = server.create("Watched").await;
    let mut shown = 0;
    loop {
        let status = server.status(&id).await;
        let percent = status["overall_progress"]["percent_complete"].as_u64().unwrap();
        assert!(percent >= shown, "{percent} after {shown}");
        assert_eq!(percent == 100, status["status"] == "completed");
        shown = percent;
        if status["status"] != "running" {
            break;
        }
    }
    assert_eq!(shown, 100);
}

#[tokio::test]
async fn skips_unchanged_status() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    server.wait_for_end(&id).await;
    let path = format!("/api/v1/onboarding/status/{id}");
    let tag = server.get(&path).await.headers()["etag"].clone();
    let again = server.client.get(format!("{}{path}", server.base)).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn sends_only_time_fields_without_changes() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let status = server.wait_for_end(&id).await;
    let (attempt, version, last) = (&status["attempt"], &status["version"], &status["last_seq"]);
    let response = server
        .json(&format!(
            "/api/page/status?portfolio_id={id}&attempt={attempt}&version={version}&after={last}&found=1000"
        ))
        .await;
    assert_eq!(response.as_object().unwrap().keys().collect::<Vec<_>>(), ["unchanged"]);
}

#[tokio::test]
async fn tells_pages_the_build_of_server() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let page = server.get(&format!("/onboarding/progress?portfolioId={id}")).await.text().await.unwrap();
    let build = page.split("build='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert_eq!(build.len(), 12);
    for (poll, status) in [(format!("portfolio_id={id}&attempt=1&version=0&after=0"), 200), (String::new(), 400)] {
        let response = server.get(&format!("/api/page/status?{poll}")).await;
        assert_eq!((response.status().as_u16(), response.headers()["x-build"].to_str().unwrap()), (status, build));
    }
}

#[tokio::test]
async fn sends_only_missing_entries() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let status = server.wait_for_end(&id).await;
    let (version, after) = (status["version"].as_u64().unwrap() - 1, status["last_seq"].as_u64().unwrap() - 3);
    let response =
        server.json(&format!("/api/page/status?portfolio_id={id}&attempt=1&version={version}&after={after}")).await;
    assert_eq!(messages(&response["changed"]["status"]["activity_log"]).len(), 3);
}

#[tokio::test]
async fn sends_all_watchers_the_same_bytes() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let status = server.wait_for_end(&id).await;
    let (version, after) = (status["version"].as_u64().unwrap() - 1, status["last_seq"].as_u64().unwrap() - 3);
    let path = format!("/api/page/status?portfolio_id={id}&attempt=1&version={version}&after={after}");
    let first = server.get(&path).await;
    assert_eq!(first.headers()["cache-control"], "private, no-cache");
    assert_eq!(first.headers()["content-type"], "application/json");
    let live = server.setups().live(Viewer::Owner("local"), id.parse().unwrap()).unwrap();
    // The test requests the status twice and expects the same bytes. The server renews its cached
    // response a few times per second, so the test tries again if that happened between the
    // requests.
    for _ in 0..50 {
        let cached = live.shared_status(portfolio_setup::server::util::clock::now_ms());
        let first = server.get(&path).await.bytes().await.unwrap();
        let second = server.get(&path).await.bytes().await.unwrap();
        if std::sync::Arc::ptr_eq(&cached, &live.shared_status(portfolio_setup::server::util::clock::now_ms())) {
            assert_eq!(first, second);
            assert_eq!(&*first, &*cached.changed(after, 0).unwrap().json(), "the response has the cached bytes");
            return;
        }
    }
    panic!("no two responses between two renewals of the cached bytes");
}

#[tokio::test]
async fn keeps_simultaneous_portfolios_apart() {
    let server = TestServer::with_script(Script { delay_ms: 5, ..Script::default() }).await;
    let csv = |symbol: &str| format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{symbol},1,50,2019-12-31\n");
    let mut ids = Vec::new();
    for symbol in ["AAPL", "XOM"] {
        let created: Value = server.upload(symbol, "", &csv(symbol)).await.json().await.unwrap();
        ids.push(created["portfolio_id"].as_str().unwrap().to_owned());
    }
    for (id, own, other) in [(&ids[0], "AAPL", "XOM"), (&ids[1], "XOM", "AAPL")] {
        server.wait_for_end(id).await;
        let log = server.json(&format!("/api/v1/onboarding/status/{id}?after=0")).await;
        let lines = messages(&log["activity_log"]).join("\n");
        assert!(lines.contains(&format!("Fetched {own}: 273 days of history")), "{lines}");
        assert!(!lines.contains(other), "{lines}");
    }
}

#[tokio::test]
async fn queues_runs_beyond_the_workers() {
    let server = TestServer::with_script(Script { delay_ms: 100, ..Script::default() }).await;
    for name in ["One", "Two"] {
        server.create(name).await;
    }
    let third = server.create("Three").await;
    assert_eq!(server.status(&third).await["queue_position"], 1);
    let status = server.wait_until(&third, |status| status["queue_position"].is_null()).await;
    assert_eq!(status["status"], "running");
}

#[tokio::test]
async fn compresses_status_without_changing_it() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    server.wait_for_end(&id).await;
    let url = format!("{}/api/v1/onboarding/status/{id}", server.base);
    let plain: Value = server.client.get(&url).send().await.unwrap().json().await.unwrap();
    let response = server.client.get(&url).header("accept-encoding", "br, gzip;q=0.8").send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.headers()["vary"], "accept-encoding");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*response.bytes().await.unwrap()).read_to_string(&mut text).unwrap();
    let mut unpacked: Value = serde_json::from_str(&text).unwrap();
    unpacked["server_time"] = plain["server_time"].clone();
    assert_eq!(unpacked, plain);
    let refused = server.client.get(&url).header("accept-encoding", "gzip;q=0").send().await.unwrap();
    assert!(!refused.headers().contains_key("content-encoding"));
}

#[tokio::test]
async fn renews_clock_fields_without_new_version() {
    let server = TestServer::start().await;
    let id = server.create("Growth").await;
    let first = server.wait_for_end(&id).await;
    let later = server.wait_until(&id, |status| status["server_time"] != first["server_time"]).await;
    assert_eq!(first["version"], later["version"]);
}
