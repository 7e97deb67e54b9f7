//! Tokens that were verified: the same one comes with every poll, and its signature need not be computed each time.
//!
//! Kept by their SHA-256, so that no token stays in memory; for as long as they hold, and under the keys that they were
//! verified with. A bounded number: those that end first go first.

use std::{collections::HashMap, sync::Mutex};

use sha2::{Digest, Sha256};

use super::{Session, claims::Lifetime};
use crate::server::util::lock::lock;

/// So many are kept, some 2 MB.
const MOST: usize = 10_000;

/// Tokens that were verified.
#[derive(Debug, Default)]
pub struct VerifiedTokens {
    kept: Mutex<HashMap<TokenId, Verified>>,
}

/// Stands for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenId([u8; 32]);

impl TokenId {
    /// That of this token.
    pub fn from_token(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// What a token was found to be.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Whose it is.
    pub session: Session,
    /// When it holds.
    pub lifetime: Lifetime,
    /// The generation of the keys that it was verified with.
    pub generation: u64,
}

impl VerifiedTokens {
    /// What is known of a token, given the keys that count now.
    pub fn get(&self, token: TokenId, generation: u64) -> Option<Verified> {
        lock(&self.kept).get(&token).filter(|verified| verified.generation == generation).cloned()
    }

    /// Keeps what was found.
    pub fn keep(&self, token: TokenId, verified: Verified, now_ms: i64) {
        let mut kept = lock(&self.kept);
        if kept.len() >= MOST {
            kept.retain(|_, known| !known.lifetime.is_over(now_ms) && known.generation == verified.generation);
        }
        if kept.len() >= MOST {
            // Several at once, so that the next ones need not look through all of them again.
            let mut ends: Vec<i64> = kept.values().map(|known| known.lifetime.ends_ms()).collect();
            let (_, last_to_go, _) = ends.select_nth_unstable(MOST / 10);
            let last_to_go = *last_to_go;
            kept.retain(|_, known| known.lifetime.ends_ms() > last_to_go);
        }
        kept.insert(token, verified);
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Session, TokenId, Verified, VerifiedTokens};
    use crate::server::auth::claims::{Claims, TokenRules};

    /// A token that ends at this second.
    fn ends_at(seconds: i64) -> Verified {
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
        tokens.keep(TokenId::from_token("abc"), ends_at(10), 0);
        assert!(session_of(&tokens, "abc", 1).is_some());
        assert!(session_of(&tokens, "abd", 1).is_none() && session_of(&tokens, "ab", 1).is_none());
    }

    #[test]
    fn ignores_tokens_verified_with_other_keys() {
        let tokens = VerifiedTokens::default();
        tokens.keep(TokenId::from_token("abc"), ends_at(10), 0);
        assert!(session_of(&tokens, "abc", 2).is_none());
    }

    #[test]
    fn evicts_expired_tokens_first() {
        let tokens = VerifiedTokens::default();
        for number in 0..MOST {
            let end = if number % 2 == 0 { 10 } else { 1_000 };
            tokens.keep(TokenId::from_token(&number.to_string()), ends_at(end), 0);
        }
        tokens.keep(TokenId::from_token("new"), ends_at(1_000), 20_000);
        assert_eq!(tokens.kept.lock().unwrap().len(), MOST / 2 + 1);
        assert!(session_of(&tokens, "0", 1).is_none() && session_of(&tokens, "1", 1).is_some());
    }

    #[test]
    fn evicts_tokens_that_expire_soonest() {
        let tokens = VerifiedTokens::default();
        for number in 0..2 * MOST {
            let end = 1_000 + i64::try_from(number).unwrap();
            tokens.keep(TokenId::from_token(&number.to_string()), ends_at(end), 0);
            assert!(tokens.kept.lock().unwrap().len() <= MOST);
        }
        assert!(session_of(&tokens, "0", 1).is_none());
        assert!(session_of(&tokens, &(2 * MOST - 1).to_string(), 1).is_some());
    }
}
