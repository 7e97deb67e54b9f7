//! Caches verified tokens. A page sends the same token with many polls, and the cache saves
//! verifying its signature each time.
//!
//! The cache stores the SHA-256 of each token, so that no token stays in memory. A cached token is
//! accepted only while the key set that verified it is current. The size of the cache is limited:
//! the tokens that expire soonest are evicted first.

use std::{collections::HashMap, sync::Mutex};

use sha2::{Digest, Sha256};

use super::{Session, claims::Lifetime};
use crate::server::util::lock::lock;

/// Maximum number of tokens in the cache. A full cache takes about 2 MB.
const CAPACITY: usize = 10_000;

/// A cache of verified tokens.
#[derive(Debug, Default)]
pub struct VerifiedTokens {
    entries: Mutex<HashMap<TokenId, Verified>>,
}

/// The SHA-256 of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenId([u8; 32]);

impl TokenId {
    pub fn from_token(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// The session and the lifetime of a verified token.
#[derive(Clone, Debug)]
pub struct Verified {
    pub session: Session,
    pub lifetime: Lifetime,
    /// Generation of the key set that verified the token.
    pub generation: u64,
}

impl VerifiedTokens {
    /// Returns the cached session and lifetime of a token, if it was verified with the key set of
    /// this generation.
    pub fn get(&self, token: TokenId, generation: u64) -> Option<Verified> {
        lock(&self.entries).get(&token).filter(|verified| verified.generation == generation).cloned()
    }

    /// Caches the session and lifetime of a token. If the cache is full, first drops the tokens
    /// that have expired or were verified with another key set. If that frees no space, drops the
    /// tokens that expire soonest.
    pub fn insert(&self, token: TokenId, verified: Verified, now_ms: i64) {
        let mut tokens = lock(&self.entries);
        if tokens.len() >= CAPACITY {
            tokens.retain(|_, known| !known.lifetime.is_expired(now_ms) && known.generation == verified.generation);
        }
        if tokens.len() >= CAPACITY {
            // Evicts a tenth of the tokens at once, so that the next inserts need not scan the
            // cache again.
            let mut expiries: Vec<i64> = tokens.values().map(|known| known.lifetime.expires_ms()).collect();
            let (_, last_evicted, _) = expiries.select_nth_unstable(CAPACITY / 10);
            let last_evicted = *last_evicted;
            tokens.retain(|_, known| known.lifetime.expires_ms() > last_evicted);
        }
        tokens.insert(token, verified);
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Session, TokenId, Verified, VerifiedTokens};
    use crate::server::auth::claims::{Claims, TokenRules};

    /// Returns the session and the lifetime of a token that expires at the Unix time `seconds`.
    fn expires_at(seconds: i64) -> Verified {
        let claims = format!(r#"{{"sub": "user_1", "sid": "sess_1", "iss": "i", "exp": {seconds}}}"#);
        let claims: Claims = serde_json::from_str(&claims).unwrap();
        let rules = TokenRules { issuer: "i".to_owned(), authorized_parties: Vec::new() };
        let (session, lifetime) = claims.check(&rules, 0).unwrap();
        Verified { session, lifetime, generation: 1 }
    }

    fn session_of(tokens: &VerifiedTokens, token: &str, generation: u64) -> Option<Session> {
        tokens.get(TokenId::from_token(token), generation).map(|verified| verified.session)
    }

    #[test]
    fn finds_token_by_its_whole_text() {
        let tokens = VerifiedTokens::default();
        tokens.insert(TokenId::from_token("abc"), expires_at(10), 0);
        assert!(session_of(&tokens, "abc", 1).is_some());
        assert!(session_of(&tokens, "abd", 1).is_none() && session_of(&tokens, "ab", 1).is_none());
    }

    #[test]
    fn ignores_tokens_verified_with_other_keys() {
        let tokens = VerifiedTokens::default();
        tokens.insert(TokenId::from_token("abc"), expires_at(10), 0);
        assert!(session_of(&tokens, "abc", 2).is_none());
    }

    #[test]
    fn evicts_expired_tokens_first() {
        let tokens = VerifiedTokens::default();
        for number in 0..CAPACITY {
            let expiry = if number % 2 == 0 { 10 } else { 1_000 };
            tokens.insert(TokenId::from_token(&number.to_string()), expires_at(expiry), 0);
        }
        tokens.insert(TokenId::from_token("new"), expires_at(1_000), 20_000);
        assert_eq!(tokens.entries.lock().unwrap().len(), CAPACITY / 2 + 1);
        assert!(session_of(&tokens, "0", 1).is_none() && session_of(&tokens, "1", 1).is_some());
    }

    #[test]
    fn evicts_tokens_that_expire_soonest() {
        let tokens = VerifiedTokens::default();
        for number in 0..2 * CAPACITY {
            let expiry = 1_000 + i64::try_from(number).unwrap();
            tokens.insert(TokenId::from_token(&number.to_string()), expires_at(expiry), 0);
            assert!(tokens.entries.lock().unwrap().len() <= CAPACITY);
        }
        assert!(session_of(&tokens, "0", 1).is_none());
        assert!(session_of(&tokens, &(2 * CAPACITY - 1).to_string(), 1).is_some());
    }
}
