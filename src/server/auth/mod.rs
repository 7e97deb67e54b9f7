//! Authentication: turns the headers of a request into a verified session.
//!
//! Clerk creates, renews and ends sessions; this module only verifies Clerk's tokens. The server
//! keeps no session state, so a session that was ended at Clerk stays valid here until its token
//! expires. Clerk's tokens last a minute. Authorization is checked where an action is carried out,
//! not here.
//!
//! | file | contents |
//! |---|---|
//! | `settings` | sign-in settings from the environment |
//! | `credentials` | the tokens of a request |
//! | `verifier` | checks of a token's format, algorithm, key and signature, in this order |
//! | `claims` | checks of the claims of a token with a valid signature |
//! | `keys` | when the issuer's keys are fetched |
//! | `jwks_client` | how the issuer's keys are fetched |
//! | `jwks` | which of the issuer's keys are usable |
//! | `verified` | a cache of verified tokens |
//! | `session` | the verified session of a request |
//! | `url_rules` | which URLs are safe for sign-in |
//! | `skew` | warnings about clock skew |
//! | `refusal` | reasons why a request has no session |

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

/// Id of the only user in `dev` mode.
const LOCAL_USER: &str = "local";

/// A clock that returns the Unix time in milliseconds. Tests replace it.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Authenticates requests: with Clerk, or in `dev` mode by treating every request as one from the
/// same local user.
pub struct Auth {
    sign_in: SignIn,
    admins: Vec<String>,
    clock: Clock,
    conflicts: OncePerMinute,
}

enum SignIn {
    Dev,
    Clerk(Box<Verifier>),
}

impl Auth {
    /// Sets up authentication with the system clock.
    ///
    /// # Errors
    /// Returns a message for the operator if the HTTP client that fetches the
    /// issuer's keys cannot be created.
    pub fn new(settings: &AuthSettings) -> Result<Self, String> {
        Self::at(settings, Arc::new(clock::now_ms))
    }

    /// Sets up authentication with the given clock.
    ///
    /// # Errors
    /// Returns a message for the operator if the HTTP client for the keys cannot be created.
    pub fn at(settings: &AuthSettings, clock: Clock) -> Result<Self, String> {
        let sign_in = match &settings.mode {
            Mode::Dev => SignIn::Dev,
            Mode::Clerk(clerk) => {
                let keys = Keys::new(Arc::new(JwksClient::new(clerk.jwks_url.clone())?));
                let authorized_parties = clerk.authorized_parties.clone();
                let rules = TokenRules { issuer: clerk.issuer.clone(), authorized_parties };
                SignIn::Clerk(Box::new(Verifier::new(rules, keys)))
            }
        };
        Ok(Self { sign_in, admins: settings.admins.clone(), clock, conflicts: OncePerMinute::default() })
    }

    /// Logs a warning if the sign-in settings are permissive, then keeps the issuer's keys up to
    /// date. Never returns.
    pub async fn run(&self) {
        match &self.sign_in {
            SignIn::Dev => {
                tracing::warn!("AUTH=dev: no sign-in, everyone on this machine is the same local user");
                std::future::pending::<()>().await;
            }
            SignIn::Clerk(verifier) => {
                if verifier.accepts_any_party() {
                    tracing::warn!(
                        "CLERK_AUTHORIZED_PARTIES is not set: sessions of this issuer for other sites are accepted too"
                    );
                }
                verifier.keys().keep_fresh().await;
            }
        }
    }

    /// Returns whether requests can be authenticated. With Clerk, that is so once the issuer's keys
    /// have been loaded.
    pub fn is_ready(&self) -> bool {
        match &self.sign_in {
            SignIn::Dev => true,
            SignIn::Clerk(verifier) => verifier.keys().generation().is_some(),
        }
    }

    /// Returns the session of a request with these headers.
    ///
    /// The first valid token determines the session. If another valid token belongs to a different
    /// person, the request is refused. If no token is valid but one has expired, the refusal
    /// reports the expiry, because its user was signed in before.
    ///
    /// # Errors
    /// Returns the reason why the request has no session.
    pub async fn session(&self, headers: &HeaderMap) -> Result<Session, Refusal> {
        let verifier = match &self.sign_in {
            SignIn::Dev => return Ok(local_session()),
            SignIn::Clerk(verifier) => verifier,
        };
        let now_ms = (self.clock)();
        let session = one_session(verifier, headers, now_ms).await;
        if let Err(refusal) = &session
            && refusal.is_conflict()
            && self.conflicts.is_due(now_ms)
        {
            // A conflict may be an attack: another host may have planted one of the cookies.
            tracing::warn!(%refusal, "unauthenticated: conflicting session cookies in one request");
        }
        session
    }

    /// Returns whether a session has admin rights. Impersonating an admin grants no admin rights.
    pub fn is_admin(&self, session: &Session) -> bool {
        session.actor.is_none() && self.admins.contains(&session.user_id)
    }
}

async fn one_session(verifier: &Verifier, headers: &HeaderMap, now_ms: i64) -> Result<Session, Refusal> {
    let (mut session, mut refusal): (Option<Session>, _) = (None, None);
    for token in credentials::tokens(headers)? {
        match verifier.verify(token, now_ms).await {
            Ok(verified) => match &session {
                Some(first) if !first.is_of_same_person(&verified) => return Err(Refusal::SeveralUsers),
                Some(_) => {}
                None => session = Some(verified),
            },
            Err(reason) if refusal.is_none() || reason == Refusal::Expired => refusal = Some(reason),
            Err(_) => {}
        }
    }
    session.ok_or(refusal.unwrap_or(Refusal::Missing))
}

fn local_session() -> Session {
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
