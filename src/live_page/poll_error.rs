//! Why a poll of the live page failed, for both sides.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why a poll brought no status. Says nothing of the server's inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollError {
    /// There is no such portfolio, or it is somebody else's.
    NotFound,
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// The server answered that it cannot answer now.
    Unavailable,
    /// No answer came, or none that makes sense.
    NoAnswer,
}

impl FromServerFnError for PollError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self::NoAnswer
    }
}
