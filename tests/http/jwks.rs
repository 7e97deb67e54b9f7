//! Tests how the server handles the token issuer's signing keys when they are replaced, withdrawn,
//! slow to fetch, malformed or missing.

use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::{Value, json};
use test_support::tokens::{Key, elliptic_curve_key, first, second, short_key};

use crate::{
    harness::TestServer,
    issuer::{Issuer, KeyResponse},
};

async fn list(server: &TestServer, token: &str) -> Response {
    let request = server.client.get(format!("{}/api/v1/onboarding/portfolios", server.base));
    request.bearer_auth(token).send().await.unwrap()
}

async fn status(server: &TestServer, token: &str) -> u16 {
    list(server, token).await.status().as_u16()
}

/// Returns a token that names a signing key that the issuer does not publish.
fn token_with_unknown_key(issuer: &Issuer, number: usize) -> String {
    first().sign(&json!({"alg": "RS256", "kid": format!("unknown {number}")}), &issuer.claims())
}

/// Waits until the server reports that it is not ready because it has not received the issuer's
/// keys.
async fn wait_until_only_keys_are_missing(server: &TestServer) {
    for _ in 0..1_000 {
        let ready = server.get("/readyz").await;
        assert_eq!(ready.status(), 503);
        if ready.text().await.unwrap().contains("keys") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the server never reported the missing keys");
}

#[tokio::test]
async fn fetches_new_keys_and_drops_withdrawn_ones() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let (old, new) = (first().token(&issuer.claims()), second().token(&issuer.claims()));
    assert_eq!((status(&server, &old).await, status(&server, &old).await), (200, 200));
    issuer.publish(&[second()]);
    assert_eq!(status(&server, &old).await, 200, "no request made the server fetch keys again");
    assert_eq!(status(&server, &new).await, 200);
    assert_eq!(status(&server, &old).await, 401, "a withdrawn key is rejected, although it verified a token before");
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn fetches_keys_once_for_many_unknown_keys() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let before = issuer.fetches();
    for round in 0..5 {
        let tokens: Vec<_> = (0..20).map(|number| token_with_unknown_key(&issuer, 20 * round + number)).collect();
        let statuses = futures::future::join_all(tokens.iter().map(|token| status(&server, token))).await;
        assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    }
    assert_eq!(issuer.fetches(), before + 1);
}

#[tokio::test]
async fn verifies_known_keys_while_issuer_is_slow() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    issuer.set_response(KeyResponse::After(Duration::from_mins(1), vec![first().public()]));
    let started = Instant::now();
    let token = token_with_unknown_key(&issuer, 0);
    let slow = status(&server, &token);
    let quick = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // This token is new to the server. It arrives while the first request is still waiting for
        // the issuer's keys.
        let sent = Instant::now();
        (status(&server, &issuer.token_of("user_1")).await, sent.elapsed())
    };
    let (slow, (quick, elapsed)) = tokio::join!(slow, quick);
    assert!(quick == 200 && elapsed < Duration::from_secs(2), "{quick} in {elapsed:?}");
    assert_eq!(slow, 401);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn keeps_known_keys_when_fetch_fails() {
    let responses = [
        KeyResponse::Keys(Vec::new()),
        KeyResponse::Keys(vec![elliptic_curve_key("second"), short_key("second")]),
        KeyResponse::Status(500),
        KeyResponse::Status(404),
        KeyResponse::Text("{\"keys\": [".to_owned()),
        KeyResponse::Text("<html>Sign in to the network</html>".to_owned()),
        KeyResponse::Huge(vec![second().public()]),
        KeyResponse::Redirect,
    ];
    for response in responses {
        let issuer = Issuer::start().await;
        let server = issuer.server().await;
        issuer.set_response(response.clone());
        assert_eq!(status(&server, &second().token(&issuer.claims())).await, 401, "{response:?}");
        assert_eq!(issuer.fetches(), 2, "{response:?}");
        assert_eq!(status(&server, &issuer.token_of("user_1")).await, 200, "{response:?}");
        assert_eq!(issuer.stray_requests(), 0);
    }
}

#[tokio::test]
async fn returns_503_without_keys_and_recovers() {
    for unusable in [
        KeyResponse::Status(500),
        KeyResponse::Keys(Vec::new()),
        KeyResponse::Keys(vec![elliptic_curve_key("first"), short_key("first")]),
    ] {
        let issuer = Issuer::start_with(unusable).await;
        let mut server = issuer.stopped_server();
        server.boot_without_waiting().await;
        let token = issuer.token_of("user_1");
        let response = list(&server, &token).await;
        assert_eq!(response.status(), 503);
        assert!(!response.headers().contains_key("www-authenticate"));
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "sign_in_unavailable");
        assert_eq!(list(&server, "").await.status(), 401, "a missing token is detected without keys");
        wait_until_only_keys_are_missing(&server).await;
        assert_eq!(server.get("/healthz").await.status(), 200);

        issuer.publish(&[first()]);
        server.wait_until_ready().await;
        assert_eq!(status(&server, &token).await, 200);
    }
}

#[tokio::test]
async fn ignores_unsupported_keys_in_the_set() {
    let issuer = Issuer::start_with(KeyResponse::Keys(vec![
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "edwards", "x": "AAAA"}),
        json!({"kid": "nothing else"}),
        json!(17),
        elliptic_curve_key("curve"),
        short_key("short"),
        first().public(),
    ]))
    .await;
    let server = issuer.server().await;
    let token_with = |kid: &str| Key::sign(first(), &json!({"alg": "RS256", "kid": kid}), &issuer.claims());
    assert_eq!(status(&server, &issuer.token_of("user_1")).await, 200);
    for kid in ["edwards", "curve", "short", "nothing else"] {
        assert_eq!(status(&server, &token_with(kid)).await, 401, "{kid}");
    }
}
