//! From the text of a token to a session, or to the reason why it is none: form, algorithm, key and signature first,
//! and only then what it claims.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, errors::ErrorKind};

use super::{
    Refusal, Session,
    claims::{Claims, TokenRules},
    keys::Keys,
    skew::SkewWarning,
    verified::{TokenId, Verified, VerifiedTokens},
};

/// The longest token that is read, in bytes. Those of Clerk fit into a cookie, so below 4 kB.
const MAX_TOKEN: usize = 8 * 1024;

/// Verifies the session tokens of one issuer.
pub struct Verifier {
    rules: TokenRules,
    keys: Arc<Keys>,
    verified: VerifiedTokens,
    skew: SkewWarning,
}

impl Verifier {
    /// Verifies by these rules and keys.
    pub fn new(rules: TokenRules, keys: Keys) -> Self {
        Self { rules, keys: Arc::new(keys), verified: VerifiedTokens::default(), skew: SkewWarning::default() }
    }

    /// The keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether it does not matter for which site a token was made.
    pub fn takes_any_party(&self) -> bool {
        self.rules.authorized_parties.is_empty()
    }

    /// The session of this token.
    ///
    /// # Errors
    /// Why it is none.
    pub async fn verify(&self, token: &str, now_ms: i64) -> Result<Session, Refusal> {
        if token.is_empty() {
            return Err(Refusal::Missing);
        }
        if token.len() > MAX_TOKEN {
            return Err(Refusal::TooLong);
        }
        let id = TokenId::from_token(token);
        let generation = self.keys.generation().ok_or(Refusal::NoKeys)?;
        if let Some(known) = self.verified.get(id, generation) {
            self.skew.observe(known.lifetime, now_ms);
            return known.lifetime.check(now_ms).map(|()| known.session);
        }
        let kid = key_of(&decode_header(token).map_err(|_| Refusal::Malformed)?)?;
        let found = self.keys.find(&kid).await?;
        let decoded = decode::<Claims>(token, &found.key, &signature_alone()).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => Refusal::Signature,
            ErrorKind::InvalidAlgorithm => Refusal::Algorithm,
            _ => Refusal::Malformed,
        })?;
        let claims = decoded.claims;
        let times = claims.lifetime();
        let checked = claims.check(&self.rules, now_ms);
        // A token that is refused for something else says nothing about the clocks.
        if let (Some(times), Ok(_) | Err(Refusal::NotYet | Refusal::Expired)) = (times, &checked) {
            self.skew.observe(times, now_ms);
        }
        let (session, lifetime) = checked?;
        let verified = Verified { session: session.clone(), lifetime, generation: found.generation };
        self.verified.keep(id, verified, now_ms);
        Ok(session)
    }
}

/// The identifier of the key that the token says it is signed with. Where else it says the key could be had (`jwk`,
/// `jku`, `x5c`, `x5u`) does not matter.
fn key_of(header: &Header) -> Result<String, Refusal> {
    if header.alg != Algorithm::RS256 {
        return Err(Refusal::Algorithm);
    }
    if header.crit.is_some() {
        return Err(Refusal::Critical);
    }
    if header.typ.as_ref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(Refusal::Type);
    }
    header.kid.clone().filter(|kid| !kid.is_empty()).ok_or(Refusal::UnknownKey)
}

/// The library verifies the signature; the claims are for [`Claims::check`].
fn signature_alone() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests;
