//! Verifies tokens. The format, algorithm, key and signature of a token are checked before its
//! claims.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, errors::ErrorKind};

use super::{
    Refusal, Session,
    claims::{Claims, TokenRules},
    keys::Keys,
    skew::SkewWarning,
    verified::{TokenId, Verified, VerifiedTokens},
};

/// Longest accepted token, in bytes. Clerk's tokens fit into a cookie, so they stay below 4 kB.
const MAX_TOKEN: usize = 8 * 1024;

/// Verifies the session tokens of one issuer.
pub struct Verifier {
    rules: TokenRules,
    keys: Arc<Keys>,
    verified: VerifiedTokens,
    skew: SkewWarning,
}

impl Verifier {
    pub fn new(rules: TokenRules, keys: Keys) -> Self {
        Self { rules, keys: Arc::new(keys), verified: VerifiedTokens::default(), skew: SkewWarning::default() }
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Returns whether tokens are accepted regardless of the site for which they were issued.
    pub fn accepts_any_party(&self) -> bool {
        self.rules.authorized_parties.is_empty()
    }

    /// Verifies a token and returns its session.
    ///
    /// # Errors
    /// Returns the reason why the token is refused.
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
        let kid = key_id(&decode_header(token).map_err(|_| Refusal::Malformed)?)?;
        let found = self.keys.find(&kid).await?;
        let decoded = decode::<Claims>(token, &found.key, &signature_only()).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => Refusal::Signature,
            ErrorKind::InvalidAlgorithm => Refusal::Algorithm,
            _ => Refusal::Malformed,
        })?;
        let claims = decoded.claims;
        let times = claims.lifetime();
        let checked = claims.check(&self.rules, now_ms);
        // A token is evidence of clock skew only if it is valid, or if it is refused because of its
        // times.
        if let (Some(times), Ok(_) | Err(Refusal::NotYet | Refusal::Expired)) = (times, &checked) {
            self.skew.observe(times, now_ms);
        }
        let (session, lifetime) = checked?;
        let verified = Verified { session: session.clone(), lifetime, generation: found.generation };
        self.verified.insert(id, verified, now_ms);
        Ok(session)
    }
}

/// Checks the header of a token and returns the identifier of its key. Keys or key URLs inside the
/// header (`jwk`, `jku`, `x5c`, `x5u`) are ignored.
fn key_id(header: &Header) -> Result<String, Refusal> {
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

/// Configures the JWT library to check only the signature. [`Claims::check`] checks the claims.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests;
