//! Functions that check authentication with arbitrary session headers, and the parser with
//! arbitrary published key sets. The fuzz targets in `fuzz/` call these functions.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use axum::http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};
use tokio::{runtime::Runtime, time::Duration};

use super::{
    Auth, Refusal, SignIn,
    claims::{Claims, TokenRules},
    credentials, jwks,
    jwks_client::{FetchError, KeySource},
    keys::Keys,
    skew::OncePerMinute,
    verifier::Verifier,
};

/// A published key set with one public key, whose private key was deleted.
const KEYS: &[u8] = include_bytes!("../../../fuzz/keys.json");

/// A token that was signed before the private key was deleted. It is the only token that can be
/// valid.
const SIGNED: &str = include_str!("../../../fuzz/signed.txt");

/// A time at which the signed token is valid, as a Unix time in milliseconds.
const NOW_MS: i64 = 1_800_000_000_000;

/// Checks authentication with arbitrary input.
///
/// A line that starts with `A` is an `Authorization` header, and one that starts with `C` a
/// `Cookie` header. Any other line is checked as the claims of a token whose signature is valid.
/// The word `SIGNED` in a header is replaced by the valid token, because fuzzing would never come
/// up with a valid signature.
///
/// # Panics
/// Panics if a check fails.
pub fn session_token(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let (name, value) = match line.split_first() {
            Some((b'A', value)) => (AUTHORIZATION, value),
            Some((b'C', value)) => (COOKIE, value),
            _ => {
                check_claims(line);
                continue;
            }
        };
        if let Ok(value) = HeaderValue::from_bytes(&with_token(value)) {
            headers.append(name, value);
        }
    }
    match credentials::tokens(&headers) {
        Ok(tokens) => assert!((1..=8).contains(&tokens.len()), "{tokens:?}"),
        Err(refusal) => {
            let is_expected =
                matches!(refusal, Refusal::Missing | Refusal::Ambiguous | Refusal::Malformed | Refusal::TooManyCookies);
            assert!(is_expected, "{refusal}");
        }
    }
    let (runtime, auth) = auth_with_fuzz_key();
    match runtime.block_on(auth.session(&headers)) {
        Ok(session) => {
            assert_eq!((&*session.user_id, &*session.session_id, &session.actor), ("user_1", "sess_1", &None));
            // Only the signed token may grant a session.
            let sent = credentials::tokens(&headers).unwrap_or_default();
            assert!(sent.contains(&SIGNED.trim()), "{sent:?}");
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

/// Checks the parser of published key sets with arbitrary bytes.
///
/// # Panics
/// Panics if a check fails.
pub fn key_set(bytes: &[u8]) {
    let Ok(keys) = jwks::parse(bytes) else { return };
    assert!(!keys.is_empty());
    for (kid, key) in &keys {
        assert!(!kid.is_empty());
        // Verifying with any parsed key must not panic, and only the key that signed the token may
        // accept it.
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        rules.required_spec_claims.clear();
        let read = jsonwebtoken::decode::<Claims>(SIGNED.trim(), &key.decoding_key(), &rules);
        assert!(read.is_err() || jwks::parse(KEYS).is_ok_and(|keys| keys.values().any(|known_key| known_key == key)));
    }
}

fn check_claims(line: &[u8]) {
    let Ok(claims) = serde_json::from_slice::<Claims>(line) else { return };
    if let Ok((session, lifetime)) = claims.check(&rules(), NOW_MS) {
        assert!(!session.user_id.is_empty() && !session.session_id.is_empty(), "{session:?}");
        assert!(lifetime.expires_ms() > NOW_MS);
        // Parsing the line as a `Value` can fail although its claims are valid. The line may also
        // contain claims that the server ignores, with numbers that are out of range for a `Value`.
        let Ok(sent) = serde_json::from_slice::<serde_json::Value>(line) else { return };
        assert_eq!(sent["iss"], "https://issuer.example");
        assert_eq!(sent["azp"], "https://app.example");
        assert_ne!(sent["sts"], "pending");
        assert_eq!(session.actor.is_some(), !sent["act"].is_null(), "an actor is never overlooked");
    }
}

fn rules() -> TokenRules {
    let authorized_parties = vec!["https://app.example".to_owned()];
    TokenRules { issuer: "https://issuer.example".to_owned(), authorized_parties }
}

/// Replaces the first `SIGNED` in a header with the valid token.
fn with_token(value: &[u8]) -> Vec<u8> {
    let word = b"SIGNED";
    let Some(at) = value.windows(word.len()).position(|part| part == word) else { return value.to_vec() };
    [&value[..at], SIGNED.trim().as_bytes(), &value[at + word.len()..]].concat()
}

struct FuzzKeys;

#[async_trait]
impl KeySource for FuzzKeys {
    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        Ok(KEYS.to_vec())
    }
}

/// Returns an authenticator that has loaded the fuzz key. It is created once per process.
fn auth_with_fuzz_key() -> &'static (Runtime, Auth) {
    static AUTH: OnceLock<(Runtime, Auth)> = OnceLock::new();
    AUTH.get_or_init(|| {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("cannot create a runtime: {error}"),
        };
        let verifier = Box::new(Verifier::new(rules(), Keys::new(Arc::new(FuzzKeys))));
        let auth = Auth {
            sign_in: SignIn::Clerk(verifier),
            admins: Vec::new(),
            clock: Arc::new(|| NOW_MS),
            conflicts: OncePerMinute::default(),
        };
        // The first poll of `run` loads the keys; `run` itself never returns.
        let first_poll = runtime.block_on(async { tokio::time::timeout(Duration::ZERO, auth.run()).await });
        assert!(first_poll.is_err() && auth.is_ready());
        (runtime, auth)
    })
}

#[cfg(test)]
mod tests {
    use test_support::fuzz_seeds;

    use super::{KEYS, SIGNED, jwks};

    #[test]
    fn holds_for_every_session_token_seed() {
        fuzz_seeds::each_of("session_token", super::session_token);
    }

    #[test]
    fn holds_for_every_key_set_seed() {
        fuzz_seeds::each_of("key_set", super::key_set);
    }

    /// Checks that the signed token is valid. Otherwise fuzzing would never reach the code that
    /// runs after the signature check.
    #[test]
    fn accepts_signed_fuzz_token() {
        assert_eq!(jwks::parse(KEYS).unwrap().len(), 1);
        let mut headers = super::HeaderMap::new();
        headers.insert(super::AUTHORIZATION, format!("Bearer {}", SIGNED.trim()).parse().unwrap());
        let (runtime, auth) = super::auth_with_fuzz_key();
        assert_eq!(runtime.block_on(auth.session(&headers)).unwrap().user_id, "user_1");
    }
}
