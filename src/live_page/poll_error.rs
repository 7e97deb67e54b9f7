//! The errors that a poll can return. The server and the live page share them.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why a poll returned no status. Reveals no internal details of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollError {
    /// The portfolio does not exist or belongs to another user.
    NotFound,
    /// The request has no valid session.
    SignedOut,
    /// The server responded that it is temporarily unavailable.
    Unavailable,
    /// The server did not respond in time, or its response could not be parsed.
    NoAnswer,
}

impl FromServerFnError for PollError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::NoAnswer
    }
}
