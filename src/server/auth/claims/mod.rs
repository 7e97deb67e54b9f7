//! What a token whose signature is good must say to be a session. Pure: the time is passed in.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::Value;

use super::{Actor, Refusal, Session};

/// How far the clocks of the issuer and of this machine may be apart, in milliseconds.
pub const SKEW_MS: i64 = 30_000;

/// Longest lifetime of a token in seconds: a stolen one cannot be revoked. Clerk's last a minute.
const LONGEST_LIFE: i64 = 24 * 60 * 60;

/// A token that ended at most this many milliseconds ago may have ended only by this clock. Pages
/// send new ones all the time; an older one comes from an absent user.
const ENDED_RECENTLY_MS: i64 = 5 * 60_000;

/// The claims of a session token that are read. One that is there twice makes the token malformed; one that is `null`
/// is not there.
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

/// What an installation accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRules {
    /// The only issuer.
    pub issuer: String,
    /// The sites that tokens may have been made for; any for an empty list.
    pub authorized_parties: Vec<String>,
}

/// When a token holds, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    expires: i64,
    begins: Option<i64>,
    issued: Option<i64>,
}

/// Clock skew that the times of a token reveal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skew {
    /// This clock is behind the issuer's by at least this much: the token begins in the future.
    Behind {
        /// How far.
        seconds: i64,
    },
    /// This clock may be ahead of the issuer's: the token ended this long before it arrived.
    PerhapsAhead {
        /// How long.
        seconds: i64,
    },
}

impl Lifetime {
    /// Whether it holds now.
    ///
    /// # Errors
    /// [`Refusal::NotYet`] or [`Refusal::Expired`].
    pub fn check(&self, now_ms: i64) -> Result<(), Refusal> {
        if self.begins_ms().is_some_and(|begins| begins > now_ms.saturating_add(SKEW_MS)) {
            return Err(Refusal::NotYet);
        }
        if self.is_over(now_ms) { Err(Refusal::Expired) } else { Ok(()) }
    }

    /// Returns whether the lifetime exceeds the limit. Without an issue time, it counts from now.
    fn is_too_long(&self, now_ms: i64) -> bool {
        let longest_ms = LONGEST_LIFE * 1000;
        match self.issued {
            Some(issued) => self.expires.saturating_sub(issued) > LONGEST_LIFE,
            None => self.expires.saturating_mul(1000) > now_ms.saturating_add(longest_ms).saturating_add(SKEW_MS),
        }
    }

    /// Returns the clock skew that a token received now suggests; `None` if there is none.
    pub fn skew(&self, now_ms: i64) -> Option<Skew> {
        let behind_ms = self.begins_ms().map_or(0, |begins| begins.saturating_sub(now_ms));
        let ahead_ms = now_ms.saturating_sub(self.expires.saturating_mul(1000));
        // Less than a second says nothing: the times of tokens are whole seconds.
        match (behind_ms / 1000, ahead_ms / 1000) {
            (seconds, _) if seconds >= 1 => Some(Skew::Behind { seconds }),
            (_, seconds) if seconds >= 1 && ahead_ms <= ENDED_RECENTLY_MS => Some(Skew::PerhapsAhead { seconds }),
            _ => None,
        }
    }

    fn begins_ms(&self) -> Option<i64> {
        self.begins.max(self.issued).map(|begins| begins.saturating_mul(1000))
    }

    /// Whether it will never hold again.
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.ends_ms() <= now_ms
    }

    /// The first moment at which it is over.
    pub fn ends_ms(&self) -> i64 {
        self.expires.saturating_mul(1000).saturating_add(SKEW_MS)
    }
}

impl Claims {
    /// When the token holds, if it says until when.
    pub fn lifetime(&self) -> Option<Lifetime> {
        Some(Lifetime { expires: self.exp?, begins: self.nbf, issued: self.iat })
    }

    /// The session that they tell of, and when it holds.
    ///
    /// That it is over is found last: only who would be let in otherwise is told to sign in *again*.
    ///
    /// # Errors
    /// Why they are no session.
    pub fn check(self, rules: &TokenRules, now_ms: i64) -> Result<(Session, Lifetime), Refusal> {
        let lifetime = self.lifetime();
        let text = |claim: Option<String>, name| claim.filter(|text| !text.is_empty()).ok_or(Refusal::Lacks(name));
        let user_id = text(self.sub, "sub")?;
        let session_id = text(self.sid, "sid")?;
        let lifetime = lifetime.ok_or(Refusal::Lacks("exp"))?;
        if self.iss.as_deref() != Some(&*rules.issuer) {
            return Err(Refusal::Issuer);
        }
        let is_for = |party: &String| rules.authorized_parties.contains(party);
        if !rules.authorized_parties.is_empty() && !self.azp.as_ref().is_some_and(is_for) {
            return Err(Refusal::AuthorizedParty);
        }
        if self.sts.as_deref() == Some("pending") {
            return Err(Refusal::Pending);
        }
        if lifetime.is_too_long(now_ms) {
            return Err(Refusal::LivesTooLong);
        }
        lifetime.check(now_ms)?;
        // Whatever it holds: that it is there says that this is not the user.
        let actor = self.act.map(|act| Actor(act["sub"].as_str().unwrap_or("somebody unnamed").to_owned()));
        Ok((Session { user_id, session_id, actor }, lifetime))
    }
}
