//! What must hold for whatever is sent as a session, and for whatever is published as keys. `fuzz/` calls it with what
//! nobody would send.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use axum::http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};
use tokio::{runtime::Runtime, time::Duration};

use super::{
    Auth, Refusal, Way,
    claims::{Claims, TokenRules},
    credentials, jwks,
    jwks_client::{FetchError, KeySource},
    keys::Keys,
    skew::OncePerMinute,
    verifier::Verifier,
};

/// The public half of a key; the other half is gone.
const KEYS: &[u8] = include_bytes!("../../../fuzz/keys.json");

/// What was signed with it while it was there: the only token that can be good.
const SIGNED: &str = include_str!("../../../fuzz/signed.txt");

/// A moment at which that token holds.
const NOW_MS: i64 = 1_800_000_000_000;

/// Lines as the headers of a request: `A` before an `Authorization`, `C` before a `Cookie`; others are the claims of a
/// token whose signature is good. `SIGNED` stands for the good token, so that fuzzing need not find it.
///
/// # Panics
/// Where something does not hold.
pub fn session_token(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let (name, value) = match line.split_first() {
            Some((b'A', value)) => (AUTHORIZATION, value),
            Some((b'C', value)) => (COOKIE, value),
            _ => {
                claims(line);
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
    let (runtime, auth) = sign_in();
    match runtime.block_on(auth.session(&headers)) {
        Ok(session) => {
            assert_eq!((&*session.user_id, &*session.session_id, &session.actor), ("user_1", "sess_1", &None));
            // Nothing but what was signed lets anybody in.
            let sent = credentials::tokens(&headers).unwrap_or_default();
            assert!(sent.contains(&SIGNED.trim()), "{sent:?}");
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

/// A published key set.
///
/// # Panics
/// Where something does not hold.
pub fn key_set(bytes: &[u8]) {
    let Ok(keys) = jwks::parse(bytes) else { return };
    assert!(!keys.is_empty());
    for (kid, key) in &keys {
        assert!(!kid.is_empty());
        // It must be possible to use it, whatever it is.
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        rules.required_spec_claims.clear();
        let read = jsonwebtoken::decode::<Claims>(SIGNED.trim(), &key.decoding_key(), &rules);
        assert!(read.is_err() || jwks::parse(KEYS).is_ok_and(|known| known.values().any(|one| one == key)));
    }
}

fn claims(line: &[u8]) {
    let Ok(claims) = serde_json::from_slice::<Claims>(line) else { return };
    if let Ok((session, lifetime)) = claims.check(&rules(), NOW_MS) {
        assert!(!session.user_id.is_empty() && !session.session_id.is_empty(), "{session:?}");
        assert!(lifetime.ends_ms() > NOW_MS);
        // A claim that nobody reads may be a number beyond all that a `Value` can hold.
        let Ok(sent) = serde_json::from_slice::<serde_json::Value>(line) else { return };
        assert_eq!(sent["iss"], "https://issuer.example");
        assert_eq!(sent["azp"], "https://app.example");
        assert_ne!(sent["sts"], "pending");
        assert_eq!(session.actor.is_some(), !sent["act"].is_null(), "whoever acts as another is never overlooked");
    }
}

fn rules() -> TokenRules {
    let authorized_parties = vec!["https://app.example".to_owned()];
    TokenRules { issuer: "https://issuer.example".to_owned(), authorized_parties }
}

/// The first `SIGNED` of a header made the token.
fn with_token(value: &[u8]) -> Vec<u8> {
    let word = b"SIGNED";
    let Some(at) = value.windows(word.len()).position(|part| part == word) else { return value.to_vec() };
    [&value[..at], SIGNED.trim().as_bytes(), &value[at + word.len()..]].concat()
}

struct Published;

#[async_trait]
impl KeySource for Published {
    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        Ok(KEYS.to_vec())
    }
}

/// Sign-in with that key published, made once.
fn sign_in() -> &'static (Runtime, Auth) {
    static SIGN_IN: OnceLock<(Runtime, Auth)> = OnceLock::new();
    SIGN_IN.get_or_init(|| {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("no runtime: {error}"),
        };
        let verifier = Box::new(Verifier::new(rules(), Keys::new(Arc::new(Published))));
        let auth = Auth {
            way: Way::Clerk(verifier),
            admins: Vec::new(),
            clock: Arc::new(|| NOW_MS),
            conflicts: OncePerMinute::default(),
        };
        // The keys come with the first poll.
        let loaded = runtime.block_on(async { tokio::time::timeout(Duration::ZERO, auth.run()).await });
        assert!(loaded.is_err() && auth.is_ready());
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

    /// Otherwise fuzzing would show nothing of what happens behind a good signature.
    #[test]
    fn accepts_signed_fuzz_token() {
        assert_eq!(jwks::parse(KEYS).unwrap().len(), 1);
        let mut headers = super::HeaderMap::new();
        headers.insert(super::AUTHORIZATION, format!("Bearer {}", SIGNED.trim()).parse().unwrap());
        let (runtime, auth) = super::sign_in();
        assert_eq!(runtime.block_on(auth.session(&headers)).unwrap().user_id, "user_1");
    }
}
