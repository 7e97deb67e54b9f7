//! Tests the read-only links of a portfolio: making, listing and taking them back, through the API
//! and through the page.

use portfolio_setup::server::util::clock::from_rfc3339;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{
    harness::{THREE_POSITIONS, TestServer, encoded, form},
    issuer::Issuer,
};

fn api(id: &str) -> String {
    format!("/api/v1/onboarding/portfolios/{id}/links")
}

async fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

/// Makes a link through the API that works for the default time.
async fn make(server: &TestServer, id: &str) -> Value {
    let response = server.post(&api(id)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    response.json().await.unwrap()
}

/// Submits the form that makes a link, as a browser does, and returns the page.
async fn submit(server: &TestServer, id: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let mut request =
        server.client.post(format!("{}/portfolios/{id}/links", server.base)).header("accept", "text/html");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = with_form(request, "1").send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

/// Adds a form with the lifetime of a link to a request.
fn with_form(request: RequestBuilder, hours: &str) -> RequestBuilder {
    let body = encoded(&[("expires_in_hours", hours)]);
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

fn hours_left(link: &Value) -> i64 {
    let time = |text: &Value| from_rfc3339(text.as_str().unwrap()).unwrap();
    (time(&link["expires_at"]) - time(&link["created_at"])) / 3_600_000
}

#[tokio::test]
async fn makes_link_and_shows_address_once() {
    let server = TestServer::start().await;
    let id = server.create("Shared").await;
    let made = make(&server, &id).await;
    let url = made["url"].as_str().unwrap();
    let token = url.strip_prefix(&format!("{}/shared/", server.base)).unwrap();
    assert_eq!(token.len(), 43, "256 bits in base64url");
    assert_eq!(server.client.get(url).send().await.unwrap().status(), 200);
    let listed = server.json(&api(&id)).await;
    assert_eq!(listed[0]["link_id"], made["link_id"]);
    assert_eq!(listed[0]["expires_at"], made["expires_at"]);
    assert_eq!(hours_left(&listed[0]), 24);
    assert!(!listed.to_string().contains(token) && listed[0].get("url").is_none(), "{listed}");
    let page = server.get(&format!("/portfolios/{id}/links")).await.text().await.unwrap();
    assert!(page.contains("Take back") && !page.contains(token), "{page}");
}

#[tokio::test]
async fn takes_lifetime_from_query_form_or_json() {
    let server = TestServer::start().await;
    let id = server.create("Shared").await;
    let url = format!("{}{}", server.base, api(&id));
    let post = |query: &str| server.client.post(format!("{url}{query}"));
    for request in
        [post("?expires_in_hours=168"), with_form(post(""), "168"), post("").json(&json!({"expires_in_hours": 168}))]
    {
        assert_eq!(request.send().await.unwrap().status(), 201);
        assert_eq!(hours_left(&server.json(&api(&id)).await[0]), 168);
    }
    for (request, expected) in [
        (post("?expires_in_hours=0"), "invalid_expires_in_hours"),
        (post("?expires_in_hours=169"), "invalid_expires_in_hours"),
        (post("?expires_in_hours=long"), "invalid_query"),
        (with_form(post(""), "long"), "malformed_body"),
        (post("").json(&json!({"expires_in_hours": -1})), "malformed_body"),
    ] {
        assert_eq!(code(request.send().await.unwrap()).await, (400, expected.to_owned()));
    }
    assert_eq!(server.json(&api(&id)).await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn stops_sharing_when_taken_back_or_deleted() {
    let server = TestServer::start().await;
    let id = server.create("Shared").await;
    let [first, second] = [make(&server, &id).await, make(&server, &id).await];
    let shared = async |link: &Value| server.client.get(link["url"].as_str().unwrap()).send().await.unwrap().status();
    let link = format!("{}{}/{}", server.base, api(&id), first["link_id"].as_str().unwrap());
    assert_eq!(server.client.delete(&link).send().await.unwrap().status(), 204);
    assert_eq!((shared(&first).await.as_u16(), shared(&second).await.as_u16()), (404, 200));
    assert_eq!(code(server.client.delete(&link).send().await.unwrap()).await, (404, "link_not_found".to_owned()));
    server.wait_for_end(&id).await;
    let portfolio = format!("{}/api/v1/onboarding/portfolios/{id}", server.base);
    assert_eq!(server.client.delete(portfolio).send().await.unwrap().status(), 204);
    assert_eq!(shared(&second).await, 404);
}

#[tokio::test]
async fn limits_links_of_portfolio_to_twenty() {
    let server = TestServer::start().await;
    let id = server.create("Shared").await;
    for _ in 0..20 {
        make(&server, &id).await;
    }
    assert_eq!(code(server.post(&api(&id)).await).await, (409, "quota_reached".to_owned()));
    let (status, page) = submit(&server, &id, &[]).await;
    assert_eq!(status, 409);
    assert!(page.contains("This portfolio has 20 links already. Take one back, then try again."), "{page}");
    let first = server.get(&format!("{}?limit=15", api(&id))).await;
    let next = first.headers()["link"].to_str().unwrap().to_owned();
    let next = next.strip_prefix('<').unwrap().split('>').next().unwrap();
    let (first, second) = (first.json::<Vec<Value>>().await.unwrap(), server.get(next).await);
    assert!(second.headers().get("link").is_none());
    let second: Vec<Value> = second.json().await.unwrap();
    assert_eq!((first.len(), second.len()), (15, 5));
    for (query, expected) in [("limit=0", "invalid_limit"), ("limit=201", "invalid_limit")] {
        assert_eq!(code(server.get(&format!("{}?{query}", api(&id))).await).await, (400, expected.to_owned()));
    }
    let unknown = format!("{}?before=00000000-0000-4000-8000-000000000000", api(&id));
    assert_eq!(code(server.get(&unknown).await).await, (400, "invalid_before".to_owned()));
}

#[tokio::test]
async fn makes_and_takes_back_links_by_form() {
    let server = TestServer::start().await;
    let id = server.create("Shared & <b>").await;
    let (status, page) = submit(&server, &id, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Shared &amp; &lt;b&gt;"), "{page}");
    assert!(page.contains(&format!("value=\"{}/shared/", server.base)) && page.contains("class=\"qr-code\""), "{page}");
    let listed = server.json(&api(&id)).await;
    assert_eq!(hours_left(&listed[0]), 1);
    let take_back = format!("/portfolios/{id}/links/{}/delete", listed[0]["link_id"].as_str().unwrap());
    assert!(page.contains(&take_back), "{page}");
    for _ in 0..2 {
        let response = server.post(&take_back).await;
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], format!("/portfolios/{id}/links"));
    }
    assert_eq!(server.json(&api(&id)).await, json!([]));
}

#[tokio::test]
async fn refuses_link_forms_of_other_sites() {
    let server = TestServer::start().await;
    let id = server.create("Shared").await;
    let (status, _) = submit(&server, &id, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(status, 403);
    let link = make(&server, &id).await;
    let take_back = format!("{}/portfolios/{id}/links/{}/delete", server.base, link["link_id"].as_str().unwrap());
    let refused = server.client.post(take_back).header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(server.json(&api(&id)).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lets_impersonators_list_links_only() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let owner = issuer.token_of("user_1");
    let acting = first().token(&issuer.claims_with(json!({"sub": "user_1", "act": {"sub": "user_9"}})));
    let upload = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base)).bearer_auth(&owner);
    let created: Value = upload.multipart(form("Mine", THREE_POSITIONS)).send().await.unwrap().json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap();
    let url = format!("{}{}", server.base, api(id));
    assert_eq!(server.client.get(&url).bearer_auth(&acting).send().await.unwrap().status(), 200);
    let refused = server.client.post(&url).bearer_auth(&acting).send().await.unwrap();
    assert_eq!(code(refused).await, (403, "impersonation_read_only".to_owned()));
    let page = format!("{}/portfolios/{id}/links", server.base);
    let html = |token: &str| server.client.get(&page).bearer_auth(token.to_owned()).send();
    let (own, theirs) = (html(&owner).await.unwrap(), html(&acting).await.unwrap());
    assert!(own.text().await.unwrap().contains("Make a link"));
    assert!(!theirs.text().await.unwrap().contains("Make a link"));
}

#[tokio::test]
async fn builds_address_from_host_and_proxy_scheme() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let owner = issuer.token_of("user_1");
    let upload = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base)).bearer_auth(&owner);
    let created: Value = upload.multipart(form("Mine", THREE_POSITIONS)).send().await.unwrap().json().await.unwrap();
    let url = format!("{}{}", server.base, api(created["portfolio_id"].as_str().unwrap()));
    let request =
        server.client.post(url).bearer_auth(owner).header("host", "app.example").header("x-forwarded-proto", "https");
    let made: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(made["url"].as_str().unwrap().starts_with("https://app.example/shared/"), "{made}");
}
