//! Why a request has no session.

use thiserror::Error;

/// Why no session came out of a request. The words are for the server's log: a client is told much less, and none of
/// them repeats anything that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Nothing was sent.
    #[error("no session token was sent")]
    Missing,
    /// Several `Authorization` headers: which of them counts would be a guess.
    #[error("several Authorization headers were sent")]
    Ambiguous,
    /// Cookies with good sessions of different users, or of a user and of somebody who acts as
    /// them: a neighboring host can set cookies for this one, so which of them counts would be a
    /// guess.
    #[error("session cookies of different users were sent")]
    SeveralUsers,
    /// More different cookies than are verified, so those left out may be of another user.
    #[error("too many session cookies were sent")]
    TooManyCookies,
    /// More than anybody wants to read.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64 with JSON in them, or not with the types that the claims have.
    #[error("the token is malformed")]
    Malformed,
    /// Signed in a way that is not RS256.
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// A token of another kind.
    #[error("the token is of another type than JWT")]
    Type,
    /// It asks for an extension to be understood, and there is none that is.
    #[error("the token has critical extensions")]
    Critical,
    /// Signed with a key that is not among the published ones, or does not say which.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// Not signed with the key that it names.
    #[error("the signature does not match")]
    Signature,
    /// A claim that has to be there is not, or is empty.
    #[error("the token has no {0}")]
    Lacks(&'static str),
    /// Made by somebody else.
    #[error("the token is of another issuer")]
    Issuer,
    /// Made for another site.
    #[error("the token is for another authorized party")]
    AuthorizedParty,
    /// Signed in, but with something left to do before it counts.
    #[error("the session is pending")]
    Pending,
    /// It would hold for longer than a token may.
    #[error("the token has a lifetime of more than a day")]
    LivesTooLong,
    /// Valid only later.
    #[error("the token is not valid yet")]
    NotYet,
    /// Good, but over.
    #[error("the session token has expired")]
    Expired,
    /// The published keys were never to be had: whether the token is good is not known.
    #[error("the keys of the issuer have not been loaded")]
    NoKeys,
}

impl Refusal {
    /// Returns whether cookies contradict each other: to sign in again does not help before they
    /// are deleted.
    pub fn is_conflict(self) -> bool {
        matches!(self, Self::SeveralUsers | Self::TooManyCookies)
    }
}
