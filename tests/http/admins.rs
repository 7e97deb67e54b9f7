//! Tests that admins can read other users' portfolios, and that the audit log records these reads.
//! While an admin keeps a page open, the audit log gets at most one line a minute. It does not
//! record when admins read their own portfolios.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::multipart::Form;
use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{
    harness::{ONE_UNKNOWN, THREE_POSITIONS, TestServer, form},
    issuer::Issuer,
};

/// Returns a session token for this user that is valid now, according to the system clock.
fn token(issuer: &Issuer, user: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    first().token(&issuer.claims_with(json!({"sub": user, "iat": now, "nbf": now, "exp": now + 600})))
}

/// Starts a server with the given environment variables. Returns it with its token issuer and the
/// tokens of an ordinary user and an admin.
async fn with_admin(variables: &[(&'static str, &str)]) -> (Issuer, TestServer, [String; 2]) {
    let issuer = Issuer::start().await;
    let mut environment = issuer.environment();
    environment.push(("ADMIN_USER_IDS", "user_admin".to_owned()));
    environment.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let tokens = ["user_1", "user_admin"].map(|user| token(&issuer, user));
    (issuer, TestServer::start_process(environment).await, tokens)
}

async fn portfolio(server: &TestServer, token: &str) -> String {
    create(server, form("Looked at", THREE_POSITIONS), token).await
}

async fn create(server: &TestServer, form: Form, token: &str) -> String {
    let request = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base)).bearer_auth(token);
    let created: Value = request.multipart(form).send().await.unwrap().json().await.unwrap();
    created["portfolio_id"].as_str().unwrap().to_owned()
}

async fn get(server: &TestServer, path: &str, token: &str) -> reqwest::Response {
    server.client.get(format!("{}{path}", server.base)).bearer_auth(token).send().await.unwrap()
}

async fn get_status(server: &TestServer, path: &str, token: &str) -> u16 {
    get(server, path, token).await.status().as_u16()
}

/// Returns the lines of the audit log that mention the given portfolio.
fn audit_lines(server: &TestServer, id: &str) -> Vec<String> {
    let log = server.log();
    log.lines().filter(|line| line.contains("audit") && line.contains(id)).map(str::to_owned).collect()
}

#[tokio::test]
async fn audits_admin_reads_once_at_any_log_level() {
    let (_issuer, server, [owner, admin]) = with_admin(&[("RUST_LOG", "error")]).await;
    let id = portfolio(&server, &owner).await;
    let paths = [
        format!("/onboarding/progress?portfolioId={id}"),
        format!("/portfolios/{id}"),
        format!("/api/v1/onboarding/status/{id}"),
        format!("/api/v1/onboarding/status/{id}/logs?attempt=all"),
        format!("/api/v1/portfolios/{id}/analytics"),
        format!("/api/v1/portfolios/{id}/analytics/positions.csv"),
    ];
    for (count, path) in (1..).zip(&paths) {
        get_status(&server, path, &owner).await;
        get_status(&server, path, &admin).await;
        let lines = audit_lines(&server, &id);
        assert_eq!(lines.len(), count, "{path}: {lines:#?}");
        let route = path.split('?').next().unwrap();
        for word in ["user_admin", "user_1", "GET", route] {
            assert!(lines[count - 1].contains(word), "{word}: {}", lines[count - 1]);
        }
    }
}

#[tokio::test]
async fn audits_open_admin_pages_once_a_minute() {
    let (_issuer, server, [owner, admin]) = with_admin(&[]).await;
    let (theirs, own) = (portfolio(&server, &owner).await, portfolio(&server, &admin).await);
    for _ in 0..5 {
        for id in [&theirs, &own] {
            let poll = format!("/api/page/status?portfolio_id={id}&attempt=1&version=0&after=0");
            assert_eq!(get_status(&server, &poll, &admin).await, 200);
        }
    }
    let lines = audit_lines(&server, &theirs);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(audit_lines(&server, &own), [""; 0]);
}

#[tokio::test]
async fn offers_owner_actions_only_to_the_owner() {
    let (_issuer, server, [owner, admin]) = with_admin(&[]).await;
    let id = create(&server, form("Fails", ONE_UNKNOWN), &owner).await;
    let page = format!("/onboarding/progress?portfolioId={id}");
    // The live page offers Cancel while a run is in progress. Once it has ended, the page offers
    // Correct positions, because the only symbol of the file is unknown.
    let offers =
        |html: String| [format!("{id}/cancel"), format!("{id}/correct")].iter().any(|form| html.contains(form));
    let has_notice = |html: &str| html.contains("Viewing as admin (read-only).");
    let (owner_page, admin_page) = (get(&server, &page, &owner).await, get(&server, &page, &admin).await);
    let (owner_page, admin_page) = (owner_page.text().await.unwrap(), admin_page.text().await.unwrap());
    assert_eq!((has_notice(&owner_page), has_notice(&admin_page)), (false, true));
    assert_eq!((offers(owner_page), offers(admin_page)), (true, false));
}
