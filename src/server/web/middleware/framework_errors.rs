//! What the libraries below refuse, said in the words of this server: theirs name types and fields of the program, or
//! nothing at all.

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::server::web::{error::ApiError, response_format::ResponseFormat, state::AppState};

/// Answers in the request's own words where no handler did.
pub async fn replace_framework_errors(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let answer = next.run(request).await;
    let is_ours = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|of| [&b"application/json"[..], b"text/html"].iter().any(|ours| of.as_bytes().starts_with(ours)));
    let error = match answer.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            let message = "This address takes another method; the header Allow says which.";
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        }
        StatusCode::BAD_REQUEST if !is_ours => {
            let message = "This address has a part or a parameter that cannot be read.";
            ApiError::new(StatusCode::BAD_REQUEST, "malformed_request", message)
        }
        _ => return answer,
    };
    let mut ours = format.error(&state, error);
    if let Some(allowed) = answer.headers().get(header::ALLOW) {
        ours.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    ours
}
