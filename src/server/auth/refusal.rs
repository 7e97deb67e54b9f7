//! Reasons why a request has no session.

use thiserror::Error;

/// The reason why a request has no session. The messages are for the server's log: clients get far
/// less detail, and no message repeats anything that the client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("no session token was sent")]
    Missing,
    /// The request has several `Authorization` headers, and choosing one would be a guess.
    #[error("several Authorization headers were sent")]
    Ambiguous,
    /// The request has cookies with valid sessions of different users, or of a user and of someone
    /// who impersonates that user. Another host on the same parent domain can set cookies for this
    /// host, so choosing one session would be a guess.
    #[error("session cookies of different users were sent")]
    SeveralUsers,
    /// The request has more distinct session cookies than the server verifies. One of the remaining
    /// cookies may belong to another user.
    #[error("too many session cookies were sent")]
    TooManyCookies,
    #[error("the token is too long")]
    TooLong,
    /// The token does not consist of three base64 parts with JSON inside, or a claim has the wrong
    /// type.
    #[error("the token is malformed")]
    Malformed,
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// The `typ` header of the token is not `JWT`.
    #[error("the token type is not JWT")]
    Type,
    /// The token requires extensions (`crit`), and this server supports no extension.
    #[error("the token has critical extensions")]
    Critical,
    /// The token names no key, or a key that the issuer does not publish.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// The signature was not made with the key that the token names.
    #[error("the signature does not match")]
    Signature,
    /// The required claim with this name is missing or empty.
    #[error("the token has no {0}")]
    MissingClaim(&'static str),
    /// The token was created by an issuer other than the configured one.
    #[error("the token was created by another issuer")]
    Issuer,
    /// The token was issued for a site that is not in the list of authorized parties.
    #[error("the token was issued for another authorized party")]
    AuthorizedParty,
    /// The user has signed in, but must complete another step before the session is valid.
    #[error("the session is pending")]
    Pending,
    #[error("the token has a lifetime of more than a day")]
    LivesTooLong,
    /// The token is not valid yet.
    #[error("the token is not valid yet")]
    NotYet,
    /// The token has expired, but is otherwise valid.
    #[error("the session token has expired")]
    Expired,
    /// The issuer's keys have never been fetched, so no token can be verified.
    #[error("the keys of the issuer have not been loaded")]
    NoKeys,
}

impl Refusal {
    /// Returns whether the session cookies of a request conflict. Signing in again does not help
    /// until the cookies are deleted.
    pub fn is_conflict(self) -> bool {
        matches!(self, Self::SeveralUsers | Self::TooManyCookies)
    }
}
