//! Tests access rights. Each request is sent five times: by the owner of a portfolio, by another
//! user, by an admin, by a client without a session, and by a client whose session has expired. The
//! test fails if the OpenAPI document describes a request that is missing from the table.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, Response};
use serde_json::{Value, json};
use test_support::tokens::first;

use crate::{
    harness::{THREE_POSITIONS, TestServer, form},
    issuer::{Issuer, NOW},
};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";
const NAME: &str = "Zebra Crossing Holdings";
/// Two of the portfolio's three symbols. They must not appear in responses to other users. The
/// third symbol, `KO`, is too short to search for.
const SYMBOLS: [&str; 2] = ["AAPL", "MSFT"];

/// A request, and the expected HTTP status for each sender: owner, stranger, admin, no session,
/// expired session.
type Row = (&'static str, [u16; 5]);

/// The requests that the OpenAPI document describes. The deletion comes last because the other
/// requests need the portfolio.
const DOCUMENTED: [Row; 22] = [
    ("get /healthz", [200, 200, 200, 200, 200]),
    ("get /readyz", [200, 200, 200, 200, 200]),
    ("get /api/v1/onboarding/csv-template", [200, 200, 200, 200, 200]),
    ("get /api/v1/onboarding/portfolios", [200, 200, 200, 401, 401]),
    ("post /api/v1/onboarding/portfolios", [201, 201, 201, 401, 401]),
    ("post /api/v1/onboarding/portfolios/preview", [200, 200, 200, 401, 401]),
    ("patch /api/v1/onboarding/portfolios/{id}", [200, 404, 404, 401, 401]),
    ("get /api/v1/onboarding/portfolios/{id}/file", [200, 404, 200, 401, 401]),
    ("get /api/v1/onboarding/portfolios/{id}/links", [200, 404, 404, 401, 401]),
    ("post /api/v1/onboarding/portfolios/{id}/links", [201, 404, 404, 401, 401]),
    ("delete /api/v1/onboarding/portfolios/{id}/links/{link_id}", [404, 404, 404, 401, 401]),
    ("get /api/v1/onboarding/layouts", [200, 200, 200, 401, 401]),
    ("delete /api/v1/onboarding/layouts", [204, 204, 204, 401, 401]),
    ("delete /api/v1/onboarding/layouts/{layout_id}", [404, 404, 404, 401, 401]),
    ("get /api/v1/onboarding/status/{id}", [200, 404, 200, 401, 401]),
    ("get /api/v1/onboarding/status/{id}/logs", [200, 404, 200, 401, 401]),
    ("get /api/v1/portfolios/{id}/analytics", [200, 404, 200, 401, 401]),
    ("get /api/v1/portfolios/{id}/analytics/{table}", [200, 404, 200, 401, 401]),
    ("post /api/v1/onboarding/portfolios/{id}/cancel", [409, 404, 404, 401, 401]),
    ("post /api/v1/onboarding/portfolios/{id}/correct", [201, 404, 404, 401, 401]),
    ("post /api/v1/onboarding/portfolios/{id}/retry", [202, 404, 404, 401, 401]),
    ("delete /api/v1/onboarding/portfolios/{id}", [204, 404, 404, 401, 401]),
];

/// Requests for pages, for public files, and for the route that the live page polls. Also requests
/// that the OpenAPI document describes, but with different parameters.
const OTHERS: [Row; 20] = [
    ("get /", [200, 200, 200, 401, 401]),
    ("get /api/openapi.json", [200, 200, 200, 200, 200]),
    ("get /.well-known/security.txt", [200, 200, 200, 200, 200]),
    ("get /onboarding/progress?portfolioId={id}", [200, 404, 200, 401, 401]),
    ("get /onboarding/progress?portfolioId={id}&attempt=1", [200, 404, 200, 401, 401]),
    ("get /portfolios/new/{id}", [404, 404, 404, 401, 401]),
    ("post /portfolios/new/{id}", [404, 404, 404, 401, 401]),
    ("post /portfolios/new", [303, 303, 303, 401, 401]),
    ("post /portfolios/{id}/correct", [303, 404, 404, 401, 401]),
    ("post /portfolios/{id}/rename", [303, 404, 404, 401, 401]),
    ("get /portfolios/{id}", [200, 404, 200, 401, 401]),
    ("get /portfolios/{id}/links", [200, 404, 404, 401, 401]),
    ("post /portfolios/{id}/links", [200, 404, 404, 401, 401]),
    ("post /portfolios/{id}/links/{link_id}/delete", [303, 404, 404, 401, 401]),
    ("get /shared/AAAA", [404, 404, 404, 404, 404]),
    ("get /admin", [404, 404, 200, 401, 401]),
    ("get /api/page/status?portfolio_id={id}&attempt=1&version=0&after=0", [200, 404, 200, 401, 401]),
    ("get /api/v1/onboarding/status/{id}?after=0", [200, 404, 200, 401, 401]),
    ("get /api/v1/onboarding/status/{id}/logs?attempt=all&format=json", [200, 404, 200, 401, 401]),
    ("get /api/v1/onboarding/status/{id}/logs?attempt=7", [404, 404, 404, 401, 401]),
];

/// A response without its date and nonce, because these differ in every response.
#[derive(Debug, PartialEq, Eq)]
struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Reply {
    async fn read(response: Response) -> Self {
        let mut headers: BTreeMap<_, _> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.remove("date");
        let status = response.status().as_u16();
        let mut body = response.text().await.unwrap();
        // Every page has a new random nonce, both in its content security policy and in its
        // scripts.
        if let Some(policy) = headers.get_mut("content-security-policy")
            && let Some((_, nonce)) = policy.clone().split_once("'nonce-")
        {
            let nonce = nonce.split_once('\'').unwrap().0;
            *policy = policy.replace(nonce, "");
            body = body.replace(nonce, "");
        }
        Self { status, headers, body }
    }
}

async fn send(server: &TestServer, route: &str, id: &str, token: Option<&str>) -> Reply {
    let (method, path) = route.split_once(' ').unwrap();
    let path = path
        .replace("{id}", id)
        .replace("{table}", "positions.csv")
        .replace("{layout_id}", UNKNOWN)
        .replace("{link_id}", UNKNOWN);
    let method: Method = method.to_uppercase().parse().unwrap();
    let mut request = server.client.request(method, format!("{}{path}", server.base));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    match route {
        "post /api/v1/onboarding/portfolios"
        | "post /api/v1/onboarding/portfolios/preview"
        | "post /portfolios/new" => request = request.multipart(form("Another", THREE_POSITIONS)),
        "post /portfolios/new/{id}" => {
            request = request.header("content-type", "application/x-www-form-urlencoded").body("action=start");
        }
        "post /portfolios/{id}/rename" => {
            let name = crate::harness::encoded(&[("portfolio_name", NAME)]);
            request = request.header("content-type", "application/x-www-form-urlencoded").body(name);
        }
        "patch /api/v1/onboarding/portfolios/{id}" => request = request.json(&json!({"portfolio_name": NAME})),
        _ => {}
    }
    Reply::read(request.send().await.unwrap()).await
}

/// Uploads a portfolio, waits until its run ends, and returns the portfolio's id.
async fn portfolio(server: &TestServer, token: &str) -> String {
    let request = server.client.post(format!("{}/api/v1/onboarding/portfolios", server.base)).bearer_auth(token);
    let created: Value = request.multipart(form(NAME, THREE_POSITIONS)).send().await.unwrap().json().await.unwrap();
    let id = created["portfolio_id"].as_str().unwrap().to_owned();
    wait_for_end(server, &id, token).await;
    id
}

async fn wait_for_end(server: &TestServer, id: &str, token: &str) {
    for _ in 0..1_000 {
        let response = send(server, "get /api/v1/onboarding/status/{id}", id, Some(token)).await;
        if !response.body.contains("\"status\":\"running\",") || response.status == 404 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the run never ended");
}

#[tokio::test]
async fn checks_every_request_for_every_role() {
    let issuer = Issuer::start().await;
    let mut server = issuer.stopped_server();
    let mut environment = issuer.environment();
    environment.push(("ADMIN_USER_IDS", "user_0,user_admin".to_owned()));
    environment.push(("SECURITY_CONTACT", "mailto:security@example.com".to_owned()));
    server.set_environment(environment);
    server.boot().await;
    let (owner, stranger, admin) =
        (issuer.token_of("user_1"), issuer.token_of("user_2"), issuer.token_of("user_admin"));
    let expired = first().token(&issuer.claims_with(json!({"exp": NOW - 60})));
    let id = portfolio(&server, &owner).await;

    for (route, [to_owner, to_stranger, to_admin, to_anonymous, to_expired]) in OTHERS.into_iter().chain(DOCUMENTED) {
        // The owner sends the request last, because only the owner's requests can change the
        // portfolio.
        for (who, token, expected) in [
            ("no session", None, to_anonymous),
            ("expired session", Some(&expired), to_expired),
            ("stranger", Some(&stranger), to_stranger),
            ("admin", Some(&admin), to_admin),
            ("owner", Some(&owner), to_owner),
        ] {
            let token = token.map(String::as_str);
            let response = send(&server, route, &id, token).await;
            assert_eq!(response.status, expected, "{route}, {who}: {}", response.body);
            let is_read = route.starts_with("get ") && route.contains("{id}");
            // Admins can read everything of a portfolio except its links.
            let has_access = who == "owner" || (who == "admin" && is_read && !route.ends_with("/links"));
            if !has_access {
                assert!(!response.body.contains(NAME), "{route}, {who}: {}", response.body);
                let is_leaked = |symbol: &&str| route.contains("{id}") && response.body.contains(*symbol);
                assert!(!SYMBOLS.iter().any(is_leaked), "{route}, {who}: {}", response.body);
            }
            if route.contains("{id}") && !has_access {
                assert_eq!(
                    response,
                    send(&server, route, UNKNOWN, token).await,
                    "{route}, {who}: as if it did not exist"
                );
            }
        }
        wait_for_end(&server, &id, &owner).await;
    }
}

#[tokio::test]
async fn covers_every_documented_request() {
    let server = TestServer::start().await;
    let document = server.json("/api/openapi.json").await;
    let documented: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
        .collect();
    let expected: BTreeSet<String> = DOCUMENTED.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(documented, expected);
}
