//! The server function that the live page calls to poll the status. Its implementation is in
//! `server::web`.
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};
use status::PollAnswer;

use super::poll_error::PollError;

/// Returns what has changed since the last response. The page passes the attempt and the status
/// version that it shows, and the sequence numbers of its last log entry (`after`) and its newest
/// finding (`found`).
///
/// # Errors
/// Returns a [`PollError`] if there is no status to return. The HTTP status code of the response
/// matches the error.
#[server(name = PollStatus, prefix = "/api/page", endpoint = "status", input = GetUrl, output = Json)]
pub async fn poll_status(
    portfolio_id: String,
    attempt: u32,
    version: u64,
    after: u64,
    #[server(default)] found: u64,
) -> Result<PollAnswer, PollError> {
    use crate::server::{setups::Shown, web};
    web::answer_poll(&portfolio_id, Shown { attempt, version, after, found }).await
}
