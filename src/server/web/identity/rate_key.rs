//! Under which key requests are counted.

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RateKey {
    /// One user, by id.
    User(String),
    /// Everybody whose session has expired, together: an expired token is no proof of who sends it.
    ExpiredSessions,
}

impl RateKey {
    /// The key of a user.
    pub fn user(id: &str) -> Self {
        Self::User(id.to_owned())
    }
}
