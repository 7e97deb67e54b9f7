//! The issuer's keys: changed, withdrawn, late, broken or never there.

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

/// A token that names a key which nobody publishes.
fn unknown(issuer: &Issuer, number: usize) -> String {
    first().sign(&json!({"alg": "RS256", "kid": format!("unknown {number}")}), &issuer.claims())
}

/// Waits until the queue of setups is at work.
async fn until_only_the_keys_are_missing(server: &TestServer) {
    for _ in 0..1_000 {
        let ready = server.get("/readyz").await;
        assert_eq!(ready.status(), 503);
        if ready.text().await.unwrap().contains("keys") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never says that the keys are missing");
}

#[tokio::test]
async fn fetches_new_keys_and_drops_withdrawn_ones() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let (old, new) = (first().token(&issuer.claims()), second().token(&issuer.claims()));
    assert_eq!((status(&server, &old).await, status(&server, &old).await), (200, 200));
    issuer.publish(&[second()]);
    assert_eq!(status(&server, &old).await, 200, "nobody has asked since");
    assert_eq!(status(&server, &new).await, 200);
    assert_eq!(status(&server, &old).await, 401, "although it was verified before");
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn fetches_keys_once_for_many_unknown_keys() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    let before = issuer.fetches();
    for round in 0..5 {
        let tokens: Vec<_> = (0..20).map(|number| unknown(&issuer, 20 * round + number)).collect();
        let asked = futures::future::join_all(tokens.iter().map(|token| status(&server, token))).await;
        assert!(asked.iter().all(|status| *status == 401), "{asked:?}");
    }
    assert_eq!(issuer.fetches(), before + 1);
}

#[tokio::test]
async fn verifies_known_keys_while_issuer_is_slow() {
    let issuer = Issuer::start().await;
    let server = issuer.server().await;
    issuer.set_response(KeyResponse::After(Duration::from_mins(1), vec![first().public()]));
    let started = Instant::now();
    let token = unknown(&issuer, 0);
    let slow = status(&server, &token);
    let quick = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Verified for the first time, while the other one waits.
        let asked = Instant::now();
        (status(&server, &issuer.token_of("user_1")).await, asked.elapsed())
    };
    let (slow, (quick, took)) = tokio::join!(slow, quick);
    assert!(quick == 200 && took < Duration::from_secs(2), "{quick} in {took:?}");
    assert_eq!(slow, 401);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn keeps_known_keys_when_fetch_fails() {
    let answers = [
        KeyResponse::Keys(Vec::new()),
        KeyResponse::Keys(vec![elliptic_curve_key("second"), short_key("second")]),
        KeyResponse::Status(500),
        KeyResponse::Status(404),
        KeyResponse::Text("{\"keys\": [".to_owned()),
        KeyResponse::Text("<html>Sign in to the network</html>".to_owned()),
        KeyResponse::Huge(vec![second().public()]),
        KeyResponse::Redirect,
    ];
    for answer in answers {
        let issuer = Issuer::start().await;
        let server = issuer.server().await;
        issuer.set_response(answer.clone());
        assert_eq!(status(&server, &second().token(&issuer.claims())).await, 401, "{answer:?}");
        assert_eq!(issuer.fetches(), 2, "{answer:?}");
        assert_eq!(status(&server, &issuer.token_of("user_1")).await, 200, "{answer:?}");
        assert_eq!(issuer.lured(), 0);
    }
}

#[tokio::test]
async fn returns_503_without_keys_and_recovers() {
    for nothing in [
        KeyResponse::Status(500),
        KeyResponse::Keys(Vec::new()),
        KeyResponse::Keys(vec![elliptic_curve_key("first"), short_key("first")]),
    ] {
        let issuer = Issuer::start_with(nothing).await;
        let mut server = issuer.stopped_server();
        server.begin().await;
        let token = issuer.token_of("user_1");
        let answer = list(&server, &token).await;
        assert_eq!(answer.status(), 503);
        assert!(!answer.headers().contains_key("www-authenticate"));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], "sign_in_unavailable");
        assert_eq!(list(&server, "").await.status(), 401, "that there is no token is known");
        until_only_the_keys_are_missing(&server).await;
        assert_eq!(server.get("/healthz").await.status(), 200);

        issuer.publish(&[first()]);
        server.until_ready().await;
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
    let by = |kid: &str| Key::sign(first(), &json!({"alg": "RS256", "kid": kid}), &issuer.claims());
    assert_eq!(status(&server, &issuer.token_of("user_1")).await, 200);
    for kid in ["edwards", "curve", "short", "nothing else"] {
        assert_eq!(status(&server, &by(kid)).await, 401, "{kid}");
    }
}
