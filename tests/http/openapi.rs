//! Tests that the OpenAPI document matches the API. Also tests the health and metrics routes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::TestServer;

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn documents_every_request_of_the_contract() {
    let server = TestServer::start().await;
    let document = server.json("/api/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap() >= "3.1");
    let paths = document["paths"].as_object().unwrap();
    let requests: Vec<String> = paths
        .iter()
        .flat_map(|(path, methods)| keys(methods).into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    assert_eq!(
        requests.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from([
            "get /api/v1/onboarding/csv-template",
            "get /api/v1/onboarding/portfolios",
            "post /api/v1/onboarding/portfolios",
            "post /api/v1/onboarding/portfolios/preview",
            "get /api/v1/onboarding/portfolios/{id}/file",
            "post /api/v1/onboarding/portfolios/{id}/correct",
            "get /api/v1/onboarding/portfolios/{id}/links",
            "post /api/v1/onboarding/portfolios/{id}/links",
            "delete /api/v1/onboarding/portfolios/{id}/links/{link_id}",
            "patch /api/v1/onboarding/portfolios/{id}",
            "get /api/v1/onboarding/layouts",
            "delete /api/v1/onboarding/layouts",
            "delete /api/v1/onboarding/layouts/{layout_id}",
            "delete /api/v1/onboarding/portfolios/{id}",
            "post /api/v1/onboarding/portfolios/{id}/cancel",
            "post /api/v1/onboarding/portfolios/{id}/retry",
            "get /api/v1/onboarding/status/{id}",
            "get /api/v1/onboarding/status/{id}/logs",
            "get /api/v1/portfolios/{id}/analytics",
            "get /api/v1/portfolios/{id}/analytics/{table}",
            "get /healthz",
            "get /readyz",
        ])
    );
}

#[tokio::test]
async fn returns_documented_status_fields() {
    let server = TestServer::start().await;
    let id = server.create("Three").await;
    let status = server.wait_for_end(&id).await;
    let document = server.json("/api/openapi.json").await;
    let fields = |name: &str| keys(&document["components"]["schemas"][name]["properties"]);
    assert_eq!(keys(&status), fields("Status"));
    assert_eq!(keys(&status["phases"][0]), fields("PhaseStatus"));
    assert_eq!(keys(&status["activity_log"][0]), fields("LogEntry"));
    assert_eq!(keys(&status["summary"]), fields("Summary"));
}

#[tokio::test]
async fn lists_every_request_without_scripts() {
    let server = TestServer::start().await;
    let html = server.get("/api/docs").await.text().await.unwrap();
    let document = server.json("/api/openapi.json").await;
    for path in keys(&document["paths"]) {
        assert!(html.contains(path), "{path}");
    }
    assert!(html.contains("<h1>API reference</h1>") && !html.contains("<script"));
}

#[tokio::test]
async fn reports_not_ready_but_alive_while_stopping() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/readyz").await.status(), 200);
    server.setups().stop().await;
    assert_eq!(server.get("/readyz").await.status(), 503);
    assert_eq!(server.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn moves_metrics_to_configured_address() {
    let server = TestServer::start().await;
    let id = server.create("Measured").await;
    server.wait_for_end(&id).await;
    let text = server.get("/metrics").await.text().await.unwrap();
    assert!(text.contains("portfolio_setup_runs{state=\"computing\"}") && !text.contains("Measured"), "{text}");

    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = TestServer::start_process(vec![("METRICS_ADDR", address.to_string())]).await;
    assert_eq!(server.get("/metrics").await.status(), 404);
    let elsewhere = server.client.get(format!("http://{address}/metrics")).send().await.unwrap();
    assert!(elsewhere.text().await.unwrap().contains("portfolio_setup_taking_jobs 1"));
}
