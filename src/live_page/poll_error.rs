//! The errors of a poll, shared by the server and the live page.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// The reason why a poll returned no status. It reveals no internal details of the server.
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
