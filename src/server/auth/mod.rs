//! Who is asking: from the headers of a request to a verified session.
//!
//! Sessions are made, renewed and ended by Clerk; here its tokens are verified and nothing else. No state of a session
//! is kept, so one that is ended at Clerk holds here until its token does, which is a minute at most. What a user may
//! do is not decided here but where it is done.
//!
//! | file | holds |
//! |---|---|
//! | `settings` | what the environment says |
//! | `credentials` | which tokens a request carries |
//! | `verifier` | form, algorithm, key and signature of a token, in this order |
//! | `claims` | what a token with a good signature must say |
//! | `keys`, `jwks_client`, `jwks` | the issuer's keys: when they are fetched, how, and which are usable |
//! | `verified` | tokens that need not be verified again |
//! | `skew` | warnings about clocks that differ |
//! | `refusal` | why there is no session |

mod claims;
mod credentials;
#[cfg(any(test, fuzzing))]
pub mod fuzz_checks;
mod jwks;
mod jwks_client;
mod keys;
mod refusal;
mod session;
mod settings;
mod skew;
mod url_rules;
mod verified;
mod verifier;

use std::sync::Arc;

use axum::http::HeaderMap;

use self::{claims::TokenRules, jwks_client::JwksClient, keys::Keys, skew::OncePerMinute, verifier::Verifier};
use crate::server::util::clock;

pub use refusal::Refusal;
pub use session::{Actor, Session};
pub use settings::{AuthSettings, ClerkSettings, Mode};

/// The one user of `dev` mode.
const LOCAL_USER: &str = "local";

/// The time, in milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Tells who is asking.
pub struct Auth {
    way: Way,
    admins: Vec<String>,
    clock: Clock,
    conflicts: OncePerMinute,
}

enum Way {
    Dev,
    Clerk(Box<Verifier>),
}

impl Auth {
    /// By these settings.
    ///
    /// # Errors
    /// A sentence for the operator, when no client for the keys can be made.
    pub fn new(settings: &AuthSettings) -> Result<Self, String> {
        Self::at(settings, Arc::new(clock::now_ms))
    }

    /// The same by another clock.
    ///
    /// # Errors
    /// As [`Auth::new`].
    pub fn at(settings: &AuthSettings, clock: Clock) -> Result<Self, String> {
        let way = match &settings.mode {
            Mode::Dev => Way::Dev,
            Mode::Clerk(clerk) => {
                let keys = Keys::new(Arc::new(JwksClient::new(clerk.jwks_url.clone())?));
                let authorized_parties = clerk.authorized_parties.clone();
                let rules = TokenRules { issuer: clerk.issuer.clone(), authorized_parties };
                Way::Clerk(Box::new(Verifier::new(rules, keys)))
            }
        };
        Ok(Self { way, admins: settings.admins.clone(), clock, conflicts: OncePerMinute::default() })
    }

    /// Says in the log how people sign in, and keeps what that takes up to date. Never ends.
    pub async fn run(&self) {
        match &self.way {
            Way::Dev => {
                tracing::warn!("AUTH=dev: nobody signs in, everybody on this machine is the one local user");
                std::future::pending::<()>().await;
            }
            Way::Clerk(verifier) => {
                if verifier.takes_any_party() {
                    tracing::warn!(
                        "CLERK_AUTHORIZED_PARTIES is not set: sessions that this issuer made for other sites count too"
                    );
                }
                verifier.keys().keep_fresh().await;
            }
        }
    }

    /// Whether it can tell who is asking.
    pub fn is_ready(&self) -> bool {
        match &self.way {
            Way::Dev => true,
            Way::Clerk(verifier) => verifier.keys().generation().is_some(),
        }
    }

    /// Returns the session that a request with these headers is part of.
    ///
    /// The first valid token counts, unless another person's token is valid too. If none is valid,
    /// an expired one decides the refusal, because its user was signed in before.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn session(&self, headers: &HeaderMap) -> Result<Session, Refusal> {
        let verifier = match &self.way {
            Way::Dev => return Ok(local()),
            Way::Clerk(verifier) => verifier,
        };
        let now_ms = (self.clock)();
        let found = one_session(verifier, headers, now_ms).await;
        if let Err(refusal) = &found
            && refusal.is_conflict()
            && self.conflicts.is_due(now_ms)
        {
            // Somebody may have planted one of them.
            tracing::warn!(%refusal, "unauthenticated: the session cookies of a request contradict each other");
        }
        found
    }

    /// Returns whether this is an admin's session. Impersonating an admin grants no admin rights.
    pub fn is_admin(&self, session: &Session) -> bool {
        session.actor.is_none() && self.admins.contains(&session.user_id)
    }
}

async fn one_session(verifier: &Verifier, headers: &HeaderMap, now_ms: i64) -> Result<Session, Refusal> {
    let (mut found, mut why): (Option<Session>, _) = (None, None);
    for token in credentials::tokens(headers)? {
        match verifier.verify(token, now_ms).await {
            Ok(session) => match &found {
                Some(first) if !first.is_of_same_person(&session) => return Err(Refusal::SeveralUsers),
                Some(_) => {}
                None => found = Some(session),
            },
            Err(refusal) if why.is_none() || refusal == Refusal::Expired => why = Some(refusal),
            Err(_) => {}
        }
    }
    found.ok_or(why.unwrap_or(Refusal::Missing))
}

fn local() -> Session {
    Session { user_id: LOCAL_USER.to_owned(), session_id: LOCAL_USER.to_owned(), actor: None }
}

#[cfg(test)]
mod tests {
    use super::{Actor, Auth, AuthSettings, Mode, Session};

    #[test]
    fn denies_admin_rights_when_impersonating_admin() {
        let auth = Auth::new(&AuthSettings { mode: Mode::Dev, admins: vec!["user_1".to_owned()] }).unwrap();
        let session = |user: &str, actor: Option<Actor>| Session {
            user_id: user.to_owned(),
            session_id: "sess_1".to_owned(),
            actor,
        };
        assert!(auth.is_admin(&session("user_1", None)));
        assert!(!auth.is_admin(&session("user_2", None)));
        assert!(!auth.is_admin(&session("user_1", Some(Actor("user_9".to_owned())))));
    }
}
