//! The key under which the rate limiter counts a request.

/// Identifies the user, or the group of users, whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RateKey {
    /// A user, identified by user id. Requests of an impersonated session count under the
    /// impersonator's id.
    User(String),
    /// All clients whose session has expired. They are counted together, because an expired token
    /// does not prove who sent the request.
    ExpiredSessions,
}

impl RateKey {
    /// Returns the key of the user with this id.
    pub fn user(id: &str) -> Self {
        Self::User(id.to_owned())
    }
}
