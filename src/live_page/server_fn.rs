//! The server function that the live page polls: a signature, and a call into the server.

use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};
use status::PollAnswer;

use super::poll_error::PollError;

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
