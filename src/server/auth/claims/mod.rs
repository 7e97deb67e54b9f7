//! Checks the claims of a token whose signature is valid. The checks are pure: the current time is
//! a parameter.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::Value;

use super::{Actor, Refusal, Session};

/// Tolerated difference between the clocks of the issuer and of this machine, in milliseconds.
pub const SKEW_MS: i64 = 30_000;

/// Longest accepted lifetime of a token, in seconds. It is limited because a stolen token cannot be
/// revoked. Clerk's tokens last a minute.
const MAX_LIFETIME_SECONDS: i64 = 24 * 60 * 60;

/// An expired token suggests clock skew only if it expired at most this many milliseconds ago. Open
/// pages keep sending new tokens, so a token that expired earlier comes from a user who was away.
const ENDED_RECENTLY_MS: i64 = 5 * 60_000;

/// The claims of a session token that this server reads. A repeated claim makes the token
/// malformed; a claim that is `null` counts as missing.
#[derive(Debug, Default, Deserialize)]
pub struct Claims {
    sub: Option<String>,
    sid: Option<String>,
    iss: Option<String>,
    azp: Option<String>,
    sts: Option<String>,
    act: Option<Value>,
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
}

/// The issuer and the sites whose tokens this server accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRules {
    pub issuer: String,
    /// Sites whose tokens are accepted; a token names the site for which it was issued. An empty
    /// list accepts every site.
    pub authorized_parties: Vec<String>,
}

/// The period during which a token is valid, as Unix times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    expires: i64,
    begins: Option<i64>,
    issued: Option<i64>,
}

/// A difference between this machine's clock and the issuer's, as suggested by the times in a
/// token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skew {
    /// This machine's clock is behind the issuer's by at least `seconds`: according to this
    /// machine's clock, the token is not valid yet.
    Behind { seconds: i64 },
    /// This machine's clock may be ahead of the issuer's: the token expired `seconds` before it
    /// arrived.
    PerhapsAhead { seconds: i64 },
}

impl Lifetime {
    /// Checks that the token is valid now, within the tolerance for clock skew.
    ///
    /// # Errors
    /// Returns [`Refusal::NotYet`] before the token is valid, and [`Refusal::Expired`] afterward.
    pub fn check(&self, now_ms: i64) -> Result<(), Refusal> {
        if self.begins_ms().is_some_and(|begins| begins > now_ms.saturating_add(SKEW_MS)) {
            return Err(Refusal::NotYet);
        }
        if self.is_expired(now_ms) { Err(Refusal::Expired) } else { Ok(()) }
    }

    /// Returns whether the lifetime of a token exceeds the limit. The lifetime is measured from the
    /// issue time, or from now if the token has none.
    fn is_too_long(&self, now_ms: i64) -> bool {
        let max_ms = MAX_LIFETIME_SECONDS * 1000;
        match self.issued {
            Some(issued) => self.expires.saturating_sub(issued) > MAX_LIFETIME_SECONDS,
            None => self.expires.saturating_mul(1000) > now_ms.saturating_add(max_ms).saturating_add(SKEW_MS),
        }
    }

    /// Returns the clock skew suggested by a token that arrives now, or `None` if it suggests no
    /// skew.
    pub fn skew(&self, now_ms: i64) -> Option<Skew> {
        let behind_ms = self.begins_ms().map_or(0, |begins| begins.saturating_sub(now_ms));
        let ahead_ms = now_ms.saturating_sub(self.expires.saturating_mul(1000));
        // Tokens carry whole seconds, so a difference below one second is not evidence of skew.
        match (behind_ms / 1000, ahead_ms / 1000) {
            (seconds, _) if seconds >= 1 => Some(Skew::Behind { seconds }),
            (_, seconds) if seconds >= 1 && ahead_ms <= ENDED_RECENTLY_MS => Some(Skew::PerhapsAhead { seconds }),
            _ => None,
        }
    }

    fn begins_ms(&self) -> Option<i64> {
        self.begins.max(self.issued).map(|begins| begins.saturating_mul(1000))
    }

    /// Returns whether the token has expired, and the tolerance for clock skew has passed as well.
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.expires_ms() <= now_ms
    }

    /// Returns the moment from which the token counts as expired, as a Unix time in milliseconds.
    /// It includes the tolerance for clock skew.
    pub fn expires_ms(&self) -> i64 {
        self.expires.saturating_mul(1000).saturating_add(SKEW_MS)
    }
}

impl Claims {
    /// Returns the period during which the token is valid, or `None` if the token has no expiry.
    pub fn lifetime(&self) -> Option<Lifetime> {
        Some(Lifetime { expires: self.exp?, begins: self.nbf, issued: self.iat })
    }

    /// Checks the claims, and returns the session with its lifetime.
    ///
    /// The expiry is checked last: a user is asked to sign in *again* only if the token is valid
    /// apart from its expiry.
    ///
    /// # Errors
    /// Returns a [`Refusal`] for the first rule that the claims break.
    pub fn check(self, rules: &TokenRules, now_ms: i64) -> Result<(Session, Lifetime), Refusal> {
        let lifetime = self.lifetime();
        let required =
            |claim: Option<String>, name| claim.filter(|text| !text.is_empty()).ok_or(Refusal::MissingClaim(name));
        let user_id = required(self.sub, "sub")?;
        let session_id = required(self.sid, "sid")?;
        let lifetime = lifetime.ok_or(Refusal::MissingClaim("exp"))?;
        if self.iss.as_deref() != Some(&*rules.issuer) {
            return Err(Refusal::Issuer);
        }
        let is_listed = |party: &String| rules.authorized_parties.contains(party);
        if !rules.authorized_parties.is_empty() && !self.azp.as_ref().is_some_and(is_listed) {
            return Err(Refusal::AuthorizedParty);
        }
        if self.sts.as_deref() == Some("pending") {
            return Err(Refusal::Pending);
        }
        if lifetime.is_too_long(now_ms) {
            return Err(Refusal::LivesTooLong);
        }
        lifetime.check(now_ms)?;
        // An `act` claim with any content means that someone else acts as the user.
        let actor = self.act.map(|act| Actor(act["sub"].as_str().unwrap_or("unknown").to_owned()));
        Ok((Session { user_id, session_id, actor }, lifetime))
    }
}
