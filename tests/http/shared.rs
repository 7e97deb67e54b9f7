//! Tests the page behind a read-only link: what it shows, what it never shows, and who may read it.

use portfolio_setup::server::web::BURST;
use reqwest::{Response, StatusCode};
use scripted::Script;
use serde_json::Value;
use status::Phase;

use crate::{
    harness::{ONE_UNKNOWN, THREE_POSITIONS, TestServer, form},
    issuer::Issuer,
};

/// Positions whose quantities and prices appear nowhere else: options, a private position, a short
/// position, an entry price that the market has to supply, and a symbol without prices.
const REVEALING: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Underlying Symbol,\
    Strike Price,Expiration Date,Option Type\n\
    AAPL,7317,61.57,2021-03-15,PUBLIC,,,,\n\
    MSFT,-5273,97.39,2021-03-15,PUBLIC,,,,\n\
    NONESUCH,8191,83.77,2021-03-15,PUBLIC,,,,\n\
    FUND,6037,71.93,2021-03-15,PRIVATE,,,,\n\
    AAPL230616C00150000,3571,9.83,2021-03-15,OPTIONS,AAPL,150,2023-06-16,CALL\n";

/// The digits of every quantity, entry price and cash amount in [`REVEALING`].
const SECRETS: [&str; 11] =
    ["7317", "5273", "8191", "6037", "3571", "61.57", "97.39", "83.77", "71.93", "9.83", "48611"];

/// Makes a link and returns its path.
async fn make_link(server: &TestServer, id: &str) -> String {
    let made: Value = server.post(&format!("/api/v1/onboarding/portfolios/{id}/links")).await.json().await.unwrap();
    made["url"].as_str().unwrap().strip_prefix(&server.base).unwrap().to_owned()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn shows_status_and_log_without_session() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let token = issuer.token_of("user_1");
    let upload = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base)).bearer_auth(&token);
    let created: Value = upload.multipart(form("Growth", THREE_POSITIONS)).send().await.unwrap().json().await.unwrap();
    let links =
        format!("{}/api/v1/onboarding/portfolios/{}/links", server.base, created["portfolio_id"].as_str().unwrap());
    let made: Value = server.client.post(links).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    let response = server.client.get(made["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    for words in [
        "Growth",
        "Phase progress",
        "1. Market Data Collection",
        "9. Correlations",
        "Activity log",
        "This link works until",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("user_1") && !page.contains("igned in"), "{page}");
}

#[tokio::test]
async fn hides_quantities_values_and_actions() {
    let server = TestServer::start().await;
    let created: Value = server.upload("Quiet", "48611", REVEALING).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    let path = make_link(&server, id).await;
    assert_eq!(server.wait_for_end(id).await["status"], "completed");
    let page = server.get(&path).await.text().await.unwrap();
    assert!(page.contains("Completed with warnings") && page.contains("NONESUCH"), "{page}");
    // The style sheet and the notice of the mode are the same on every page.
    for secret in SECRETS {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    for other in ["$", id, "/api/", "<form", "<button", "/portfolios/"] {
        assert!(!page.contains(other), "{other}: {page}");
    }
}

/// The log of the API is what the shared page shows, so no message may have an amount.
#[tokio::test]
async fn logs_no_amounts_and_no_quantities() {
    let server = TestServer::start().await;
    let created: Value = server.upload("Quiet", "48611", REVEALING).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    server.wait_for_end(id).await;
    let log =
        server.get(&format!("/api/v1/onboarding/status/{id}/logs?include_debug=true")).await.text().await.unwrap();
    assert!(log.contains("END OF LOG") && !log.contains('$'), "{log}");
    assert!(!SECRETS.iter().any(|secret| log.contains(secret)), "{log}");
}

#[tokio::test]
async fn forbids_listing_and_storing_shared_pages() {
    let server = TestServer::start().await;
    let id = server.create("Shared").await;
    let path = make_link(&server, &id).await;
    for path in [path.as_str(), "/shared/unknown"] {
        let response = server.get(path).await;
        assert_eq!(header(&response, "x-robots-tag"), Some("noindex"), "{path}");
        assert_eq!(header(&response, "cache-control"), Some("no-store"), "{path}");
        assert_eq!(header(&response, "referrer-policy"), Some("same-origin"), "{path}");
        assert!(response.text().await.unwrap().contains("<meta name=\"robots\" content=\"noindex\">"), "{path}");
    }
}

#[tokio::test]
async fn refreshes_while_running_unless_paused() {
    let server = TestServer::with_script(Script { hold: Some(Phase::MarketData), ..Script::default() }).await;
    let id = server.create("Running").await;
    let path = make_link(&server, &id).await;
    let running = server.get(&path).await;
    assert_eq!(header(&running, "refresh"), Some("5"));
    let running = running.text().await.unwrap();
    assert!(running.contains("Running \u{b7} ") && running.contains("?updates=paused"), "{running}");
    let paused = server.get(&format!("{path}?updates=paused")).await;
    assert_eq!(header(&paused, "refresh"), None);
    assert!(paused.text().await.unwrap().contains("Resume updates"));
    server.script(Script::default());
    server.wait_for_end(&id).await;
    let ended = server.get(&path).await;
    assert_eq!(header(&ended, "refresh"), None);
    assert!(!ended.text().await.unwrap().contains("updates every"));
}

#[tokio::test]
async fn shows_newest_attempt_and_its_failure() {
    let server = TestServer::start().await;
    let created: Value = server.upload("Fails", "0", ONE_UNKNOWN).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    let path = make_link(&server, id).await;
    server.wait_for_end(id).await;
    let page = server.get(&path).await.text().await.unwrap();
    assert!(page.contains("Failed \u{b7} ") && page.contains("Error: Market Data Collection failed:"), "{page}");
}

#[tokio::test]
async fn responds_alike_to_all_dead_links() {
    let server = TestServer::start().await;
    let id = server.create("Shared").await;
    let link: Value = server.post(&format!("/api/v1/onboarding/portfolios/{id}/links")).await.json().await.unwrap();
    let path = link["url"].as_str().unwrap().strip_prefix(&server.base).unwrap().to_owned();
    let link = format!("{}/api/v1/onboarding/portfolios/{id}/links/{}", server.base, link["link_id"].as_str().unwrap());
    server.client.delete(link).send().await.unwrap();
    let unknown = format!("/shared/{}", "A".repeat(43));
    for path in [path.as_str(), &unknown, "/shared/x", "/shared/%ff", &format!("/shared/{}", "A".repeat(5_000))] {
        let response = server.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        let page = response.text().await.unwrap();
        assert!(page.contains("This link has expired or was taken back."), "{path}: {page}");
    }
}

#[tokio::test]
async fn bounds_the_lines_of_shared_logs() {
    let server = TestServer::start().await;
    let unknown: String =
        (0..600).flat_map(|number| ["X".to_owned(), number.to_string(), ",1,50,2021-03-15\n".to_owned()]).collect();
    let created: Value = server.upload("Long", "0", &format!("{THREE_POSITIONS}{unknown}")).await.json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    let path = make_link(&server, id).await;
    server.wait_for_end(id).await;
    let total = server.status(id).await["last_seq"].as_u64().unwrap();
    let page = server.get(&path).await.text().await.unwrap();
    let shown = page.matches("<li value=").count();
    assert!((100..=500).contains(&shown) && shown < usize::try_from(total).unwrap(), "{shown} of {total}");
    assert!(page.contains(&format!("The newest {shown} of {total} lines, newest first.")), "{page}");
    assert!(page.contains("Batch processing completed successfully"), "{page}");
    // A phase whose first line is not on the page has no link to it.
    let links: Vec<&str> = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!((1..9).contains(&links.len()), "{links:?}");
    assert!(links.iter().all(|line| page.contains(&format!("id=\"{line}\""))), "{links:?}");
}

#[tokio::test]
async fn rate_limits_readers_of_links() {
    let issuer = Issuer::start().await;
    let mut server = issuer.stopped_server();
    server.set_rate_limit_clock(std::sync::Arc::new(|| 0));
    server.boot().await;
    for _ in 0..BURST {
        assert_eq!(server.get("/shared/unknown").await.status(), 404);
    }
    let limited = server.get("/shared/unknown").await;
    assert_eq!((limited.status().as_u16(), header(&limited, "retry-after")), (429, Some("1")));
}

#[tokio::test]
async fn audits_link_without_its_token() {
    let server = TestServer::start_process(vec![("RUST_LOG", "debug".to_owned())]).await;
    let id = server.create("Shared").await;
    let path = make_link(&server, &id).await;
    for _ in 0..3 {
        assert_eq!(server.get(&path).await.status(), 200);
    }
    let log = server.log();
    let reads = log.lines().filter(|line| line.contains("portfolio read through a link") && line.contains(&id));
    assert_eq!(reads.count(), 1, "{log}");
    let token = path.rsplit('/').next().unwrap();
    assert!(!log.contains(token) && log.contains("path=\"/shared/\""), "{log}");
}
