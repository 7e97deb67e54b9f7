//! Catches panics, so that a panic in a handler, or while a page is rendered, fails only the
//! request that caused it.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;

use crate::server::web::{error::ApiError, response_format::ResponseFormat, state::AppState};

/// Turns a panic in the handler into an error response in the response format of the request.
///
/// Shared state stays consistent: locks remain usable after a panic (`util/lock.rs`), and an
/// uncommitted transaction is rolled back.
pub async fn contain(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    response.unwrap_or_else(|panic| format.error(&state, ApiError::internal(&panic_message(panic.as_ref()))))
}

/// Returns the message of a panic, for the server's log.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("handler panicked: {}", message.unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use super::panic_message;

    #[test]
    fn extracts_message_of_any_panic() {
        assert_eq!(panic_message(&"plain"), "handler panicked: plain");
        assert_eq!(panic_message(&"made".to_owned()), "handler panicked: made");
        assert_eq!(panic_message(&17), "handler panicked: no message");
    }
}
