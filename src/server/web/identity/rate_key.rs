//! The key under which the rate limiter counts a request.

use uuid::Uuid;

/// Identifies the user, or the group of users, whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RateKey {
    /// A user, identified by user id. Requests of an impersonated session count under the
    /// impersonator's id.
    User(String),
    /// All clients whose session has expired. They are counted together, because an expired token
    /// does not prove who sent the request.
    ExpiredSessions,
    /// All readers of one link, who are not signed in.
    Link(Uuid),
    /// All requests for links that do not exist, have expired or were taken back.
    UnknownLinks,
}

impl RateKey {
    /// Returns the key of the user with this id.
    pub fn user(id: &str) -> Self {
        Self::User(id.to_owned())
    }
}
