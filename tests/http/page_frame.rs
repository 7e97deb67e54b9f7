//! Tests what surrounds the content of every page: the product name, which links to the home page,
//! and a note that says who is signed in.

use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{
    harness::{THREE_POSITIONS, TestServer, form},
    issuer::{Issuer, NOW},
};

const HOME: &str = "<a href=\"/\">Portfolio Setup</a>";
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// Returns a URL path for each kind of page: home, live, results and links pages, the live and
/// results pages of an unknown portfolio, "not found", and the API reference.
fn pages(id: &str) -> [String; 8] {
    [
        "/".to_owned(),
        format!("/onboarding/progress?portfolioId={id}"),
        format!("/portfolios/{id}"),
        format!("/portfolios/{id}/links"),
        format!("/onboarding/progress?portfolioId={UNKNOWN}"),
        format!("/portfolios/{UNKNOWN}"),
        "/no-such-page".to_owned(),
        "/api/docs".to_owned(),
    ]
}

async fn page(server: &TestServer, path: &str, token: Option<&str>) -> String {
    let request = server.client.get(format!("{}{path}", server.base));
    let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
    request.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn names_product_and_user_on_every_page() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let own = issuer.token_of("user_1");
    let acting = first().token(&issuer.claims_with(json!({"sub": "user_1", "act": {"sub": "user_9"}})));
    let expired = first().token(&issuer.claims_with(json!({"exp": NOW - 60})));
    let request = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base)).bearer_auth(&own);
    let created: Value = request.multipart(form("Mine", THREE_POSITIONS)).send().await.unwrap().json().await.unwrap();
    for path in pages(created["portfolio_id"].as_str().unwrap()) {
        for (token, account) in [
            (Some(&own), "<span>Signed in as user_1</span>"),
            (Some(&acting), "<span>Acting as user_1</span>"),
            (Some(&expired), "<span>Not signed in</span>"),
            (None, "<span>Not signed in</span>"),
        ] {
            let html = page(&server, &path, token.map(String::as_str)).await;
            assert!(html.contains(HOME) && html.contains(account), "{path}, {account}: {html}");
        }
    }
}

#[tokio::test]
async fn shows_the_way_out_to_signed_in_users() {
    const ADDRESS: (&str, &str) = ("SIGN_IN_URL", "https://accounts.example.com/sign-in");
    const KEY: (&str, &str) = ("CLERK_PUBLISHABLE_KEY", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k");
    for (variables, way_out) in [
        (&[ADDRESS, KEY][..], "<a id=\"sign-out\" href=\"https://accounts.example.com/sign-in\">Sign-in page</a>"),
        (&[KEY], "<a id=\"sign-out\" href=\"/\" hidden>Sign out</a>"),
        (&[], "<span>Sign out where you signed in</span>"),
    ] {
        let issuer = Issuer::start().await;
        let mut server = issuer.stopped_server();
        let mut environment = issuer.environment();
        environment.retain(|(name, _)| *name != ADDRESS.0 && *name != KEY.0);
        environment.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
        server.set_environment(environment);
        server.boot().await;
        for path in pages(UNKNOWN) {
            let signed_in = page(&server, &path, Some(&issuer.token_of("user_1"))).await;
            assert!(signed_in.contains(way_out), "{path}, {way_out}: {signed_in}");
            assert!(!page(&server, &path, None).await.contains(way_out), "{path}, {way_out}");
        }
    }
}

#[tokio::test]
async fn names_development_mode_on_every_page() {
    let server = TestServer::start().await;
    let id = server.create("Mine").await;
    for path in pages(&id) {
        let html = page(&server, &path, None).await;
        assert!(html.contains(HOME) && html.contains("Development mode: no sign-in."), "{path}: {html}");
        assert!(html.contains("<span>Development mode: nothing to sign out of</span>"), "{path}: {html}");
        assert!(!html.contains("igned in"), "{path}: {html}");
    }
}
