//! Replaces the error responses of axum and Leptos, whose messages are empty or name types and
//! fields of this program.

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::server::web::{error::ApiError, response_format::ResponseFormat, state::AppState};

/// Replaces an error that the framework generated with an [`ApiError`] in the response format of
/// the request.
pub async fn replace_framework_errors(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let response = next.run(request).await;
    let is_own = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| {
        [&b"application/json"[..], b"text/html"].iter().any(|own| value.as_bytes().starts_with(own))
    });
    let error = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            let message = "This address doesn't accept this method; use one from the Allow header.";
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        }
        StatusCode::BAD_REQUEST if !is_own => {
            let message = "Part of this address can't be read; check the address and its parameters.";
            ApiError::new(StatusCode::BAD_REQUEST, "malformed_request", message)
        }
        _ => return response,
    };
    let mut replacement = format.error(&state, error);
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        replacement.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    replacement
}
