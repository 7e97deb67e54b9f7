//! A panic in a handler, or while a page is rendered, is an error of that request and of no other.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;

use crate::server::web::{error::ApiError, response_format::ResponseFormat, state::AppState};

/// Answers in the request's own format where its handler panics. Shared state stays consistent:
/// locks survive a panic (`util/lock.rs`), and a transaction that was not committed is rolled back.
pub async fn contain(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|panic| format.error(&state, ApiError::internal(&panic_message(panic.as_ref()))))
}

/// What it said, for the server's log.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", said.unwrap_or("without words"))
}

#[cfg(test)]
mod tests {
    use super::panic_message;

    #[test]
    fn whatever_a_panic_says_is_found() {
        assert_eq!(panic_message(&"plain"), "a handler panicked: plain");
        assert_eq!(panic_message(&"made".to_owned()), "a handler panicked: made");
        assert_eq!(panic_message(&17), "a handler panicked: without words");
    }
}
