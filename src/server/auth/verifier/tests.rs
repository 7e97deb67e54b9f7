//! Tests the order in which a token is checked, and which checks are repeated for a token that was
//! already verified.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use serde_json::{Value, json};
use test_support::tokens::{Key, first, key_set, second};

use super::{
    super::jwks_client::{FetchError, KeySource},
    Keys, Refusal, Session, TokenRules, Verifier,
};

const NOW: i64 = 1_800_000_000;

/// A key source that publishes the keys chosen by the test, and counts how often they are fetched.
#[derive(Default)]
struct Published {
    keys: Mutex<Vec<Value>>,
    fetches: AtomicUsize,
}

#[async_trait]
impl KeySource for Published {
    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        Ok(key_set(&self.keys.lock().unwrap()).into_bytes())
    }
}

impl Published {
    fn publish(&self, keys: &[&Key]) {
        *self.keys.lock().unwrap() = keys.iter().map(|key| key.public()).collect();
    }
}

/// Returns a key source that publishes the first test key, and a verifier that has loaded this key.
async fn verifier() -> (Arc<Published>, Arc<Verifier>) {
    let source = Arc::new(Published::default());
    source.publish(&[first()]);
    let rules = TokenRules { issuer: "https://issuer.example".to_owned(), authorized_parties: Vec::new() };
    let verifier = Arc::new(Verifier::new(rules, Keys::new(source.clone())));
    let background = verifier.clone();
    tokio::spawn(async move { background.keys().keep_fresh().await });
    while verifier.keys().generation().is_none() {
        tokio::task::yield_now().await;
    }
    (source, verifier)
}

fn claims() -> Value {
    json!({"iss": "https://issuer.example", "sub": "user_1", "sid": "sess_1", "exp": NOW + 60})
}

async fn verify(verifier: &Verifier, token: &str) -> Result<Session, Refusal> {
    verifier.verify(token, NOW * 1000).await
}

#[tokio::test(start_paused = true)]
async fn accepts_good_token() {
    let (_, verifier) = verifier().await;
    let session = Session { user_id: "user_1".to_owned(), session_id: "sess_1".to_owned(), actor: None };
    assert_eq!(verify(&verifier, &first().token(&claims())).await, Ok(session));
}

#[tokio::test(start_paused = true)]
async fn checks_header_before_fetching_keys() {
    let (source, verifier) = verifier().await;
    let fetches = source.fetches.load(Ordering::SeqCst);
    for (header, expected) in [
        (json!({"alg": "RS512", "kid": "new"}), Refusal::Algorithm),
        (json!({"alg": "HS256", "kid": "new"}), Refusal::Algorithm),
        (json!({"alg": "none", "kid": "new"}), Refusal::Malformed),
        (json!({"alg": "RS256", "kid": "new", "crit": ["exp"]}), Refusal::Critical),
        (json!({"alg": "RS256", "kid": "new", "crit": []}), Refusal::Critical),
        (json!({"alg": "RS256", "kid": "new", "typ": "at+jwt"}), Refusal::Type),
        (json!({"alg": "RS256"}), Refusal::UnknownKey),
        (json!({"alg": "RS256", "kid": ""}), Refusal::UnknownKey),
    ] {
        assert_eq!(verify(&verifier, &first().sign(&header, &claims())).await, Err(expected), "{header}");
    }
    assert_eq!(source.fetches.load(Ordering::SeqCst), fetches, "no header causes a fetch");
}

#[tokio::test(start_paused = true)]
async fn checks_signature_before_claims() {
    let (_, verifier) = verifier().await;
    let header = first().header();
    for claims in [json!({}), json!({"exp": 0}), json!({"sub": 17}), json!("not an object"), claims()] {
        assert_eq!(verify(&verifier, &second().sign(&header, &claims)).await, Err(Refusal::Signature), "{claims}");
    }
}

#[tokio::test(start_paused = true)]
async fn refuses_oversized_token() {
    let (_, verifier) = verifier().await;
    let mut long = claims();
    long["more"] = json!("x".repeat(8_000));
    assert_eq!(verify(&verifier, &first().token(&long)).await, Err(Refusal::TooLong));
    long["more"] = json!("x".repeat(4_000));
    assert!(verify(&verifier, &first().token(&long)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn rechecks_lifetime_of_verified_token() {
    let (_, verifier) = verifier().await;
    let mut claims = claims();
    claims["nbf"] = json!(NOW - 10);
    let token = first().token(&claims);
    assert!(verify(&verifier, &token).await.is_ok());
    assert!(verifier.verify(&token, (NOW + 89) * 1000).await.is_ok());
    assert_eq!(verifier.verify(&token, (NOW + 90) * 1000).await, Err(Refusal::Expired));
    assert_eq!(verifier.verify(&token, (NOW - 41) * 1000).await, Err(Refusal::NotYet), "the clock was set back");
    assert!(verify(&verifier, &token).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn refuses_token_after_its_key_is_withdrawn() {
    let (source, verifier) = verifier().await;
    let token = first().token(&claims());
    assert!(verify(&verifier, &token).await.is_ok());
    source.publish(&[second()]);
    assert!(verify(&verifier, &second().token(&claims())).await.is_ok(), "this fetches the new keys");
    assert_eq!(verify(&verifier, &token).await, Err(Refusal::UnknownKey));
}

#[tokio::test(start_paused = true)]
async fn reports_missing_keys_instead_of_bad_token() {
    let rules = TokenRules { issuer: String::new(), authorized_parties: Vec::new() };
    let verifier = Verifier::new(rules, Keys::new(Arc::new(Published::default())));
    assert_eq!(verify(&verifier, &first().token(&claims())).await, Err(Refusal::NoKeys));
    assert_eq!(verify(&verifier, "").await, Err(Refusal::Missing), "a missing token is reported without keys");
}
