//! An admin reads what is somebody else's, and each look is on record; what is theirs alone is
//! nobody's business.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::multipart::Form;
use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{
    harness::{ONE_UNKNOWN, THREE_POSITIONS, TestServer, form},
    issuer::Issuer,
};

/// A token that holds by the clock of this machine.
fn token(issuer: &Issuer, user: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    first().token(&issuer.claims_with(json!({"sub": user, "iat": now, "nbf": now, "exp": now + 600})))
}

/// A server with these variables, and the tokens of a user and of an admin.
async fn with_an_admin(variables: &[(&'static str, &str)]) -> (Issuer, TestServer, [String; 2]) {
    let issuer = Issuer::start().await;
    let mut environment = issuer.environment();
    environment.push(("ADMIN_USER_IDS", "user_admin".to_owned()));
    environment.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let tokens = ["user_1", "user_admin"].map(|user| token(&issuer, user));
    (issuer, TestServer::in_a_process(environment).await, tokens)
}

async fn portfolio(server: &TestServer, token: &str) -> String {
    created(server, form("Looked at", THREE_POSITIONS), token).await
}

async fn created(server: &TestServer, form: Form, token: &str) -> String {
    let request = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base)).bearer_auth(token);
    let created: Value = request.multipart(form).send().await.unwrap().json().await.unwrap();
    created["portfolio_id"].as_str().unwrap().to_owned()
}

async fn answer(server: &TestServer, path: &str, token: &str) -> reqwest::Response {
    server.client.get(format!("{}{path}", server.base)).bearer_auth(token).send().await.unwrap()
}

async fn get(server: &TestServer, path: &str, token: &str) -> u16 {
    answer(server, path, token).await.status().as_u16()
}

/// Lines about looks at this portfolio.
fn looks(server: &TestServer, id: &str) -> Vec<String> {
    let log = server.log();
    log.lines().filter(|line| line.contains("audit") && line.contains(id)).map(str::to_owned).collect()
}

#[tokio::test]
async fn audits_admin_reads_once_at_any_log_level() {
    let (_issuer, server, [owner, admin]) = with_an_admin(&[("RUST_LOG", "error")]).await;
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
        get(&server, path, &owner).await;
        get(&server, path, &admin).await;
        let lines = looks(&server, &id);
        assert_eq!(lines.len(), count, "{path}: {lines:#?}");
        let asked = path.split('?').next().unwrap();
        for word in ["user_admin", "user_1", "GET", asked] {
            assert!(lines[count - 1].contains(word), "{word}: {}", lines[count - 1]);
        }
    }
}

#[tokio::test]
async fn audits_open_admin_pages_once_a_minute() {
    let (_issuer, server, [owner, admin]) = with_an_admin(&[]).await;
    let (theirs, own) = (portfolio(&server, &owner).await, portfolio(&server, &admin).await);
    for _ in 0..5 {
        for id in [&theirs, &own] {
            let poll = format!("/api/page/status?portfolio_id={id}&attempt=1&version=0&after=0");
            assert_eq!(get(&server, &poll, &admin).await, 200);
        }
    }
    let lines = looks(&server, &theirs);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(looks(&server, &own), [""; 0]);
}

#[tokio::test]
async fn offers_owner_actions_only_to_the_owner() {
    let (_issuer, server, [owner, admin]) = with_an_admin(&[]).await;
    let id = created(&server, form("Fails", ONE_UNKNOWN), &owner).await;
    let page = format!("/onboarding/progress?portfolioId={id}");
    // The buttons are those of a setup that goes on or of one that ended: each has one.
    let offers = |html: String| [format!("{id}/cancel"), format!("{id}/retry")].iter().any(|form| html.contains(form));
    let told = |html: &str| html.contains("Viewing as admin (read-only).");
    let (theirs, seen) = (answer(&server, &page, &owner).await, answer(&server, &page, &admin).await);
    let (theirs, seen) = (theirs.text().await.unwrap(), seen.text().await.unwrap());
    assert_eq!((told(&theirs), told(&seen)), (false, true));
    assert_eq!((offers(theirs), offers(seen)), (true, false));
}
