//! Rejects requests before their handlers run. Each rejection is rendered in the response format of
//! its request.

use axum::{
    http::request::Parts,
    response::{IntoResponse, Response},
};

use crate::server::{
    auth,
    web::{error::ApiError, response_format::ResponseFormat, state::AppState},
};

/// A request that was rejected before its handler ran.
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
    /// Rejects a request without a valid session.
    pub fn no_session(state: &AppState, parts: &Parts, refusal: auth::Refusal) -> Self {
        Self::new(state, parts, Cause::NoSession(refusal))
    }

    /// Rejects a request that the session does not permit, or that exceeds a limit.
    pub fn error(state: &AppState, parts: &Parts, error: ApiError) -> Self {
        Self::new(state, parts, Cause::Error(error))
    }

    fn new(state: &AppState, parts: &Parts, cause: Cause) -> Self {
        Self { cause, format: ResponseFormat::from_parts(parts), state: state.clone() }
    }

    /// Returns whether the request was rejected because it has no valid session.
    pub fn is_without_session(&self) -> bool {
        matches!(self.cause, Cause::NoSession(_))
    }

    /// Returns whether the request was rejected because its session is genuine but has expired.
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
