//! The server function that the live page polls: a signature, and a call into the server.

#![expect(missing_docs, reason = "the macro makes a struct of the parameters, whose fields cannot carry comments")]

use leptos::{
    prelude::*,
    server_fn::{
        codec::{GetUrl, Json, JsonEncoding},
        error::{FromServerFnError, ServerFnErrorErr},
    },
};
use serde::{Deserialize, Serialize};
use status::PollAnswer;

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

/// What the page lacks, given the attempt, version and last log entry that it has.
///
/// # Errors
/// [`PollError`], with the matching HTTP status.
#[server(name = PollStatus, prefix = "/api/page", endpoint = "status", input = GetUrl, output = Json)]
pub async fn poll_status(
    portfolio_id: String,
    attempt: u32,
    version: u64,
    after: u64,
) -> Result<PollAnswer, PollError> {
    use crate::server::web;
    web::answer_poll(&portfolio_id, attempt, version, after).await
}
