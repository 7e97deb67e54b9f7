//! Why a request is refused before its handler runs, and the one place that renders it.

use axum::{
    http::request::Parts,
    response::{IntoResponse, Response},
};

use crate::server::{
    auth,
    web::{error::ApiError, response_format::ResponseFormat, state::AppState},
};

/// A refused request: why, and the format of its response.
pub struct Rejection {
    cause: Cause,
    format: ResponseFormat,
    state: AppState,
}

enum Cause {
    NoSession(auth::Refusal),
    Error(ApiError),
}

impl Rejection {
    /// No session came with the request.
    pub fn no_session(state: &AppState, parts: &Parts, refusal: auth::Refusal) -> Self {
        Self::new(state, parts, Cause::NoSession(refusal))
    }

    /// The session may not do what the request asks for.
    pub fn error(state: &AppState, parts: &Parts, error: ApiError) -> Self {
        Self::new(state, parts, Cause::Error(error))
    }

    fn new(state: &AppState, parts: &Parts, cause: Cause) -> Self {
        Self { cause, format: ResponseFormat::from_parts(parts), state: state.clone() }
    }

    /// Whether a good session came with the request, only too late.
    pub fn is_expired(&self) -> bool {
        matches!(self.cause, Cause::NoSession(auth::Refusal::Expired))
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self.cause {
            Cause::NoSession(refusal) => self.format.without_session(&self.state, refusal),
            Cause::Error(error) => self.format.error(&self.state, error),
        }
    }
}
