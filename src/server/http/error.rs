//! The one error type of the API, and its JSON.
//!
//! What a client sees is a stable code and one sentence. Inner errors go to the server's log, once, here.

use axum::{
    Json,
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::{portfolio::Problem, store::StoreError};

/// What every error of the API looks like.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    error: ErrorDetail,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// A stable word for programs.
    code: &'static str,
    /// One sentence for a person.
    message: String,
    /// With `invalid_portfolio` every problem of every row; empty otherwise.
    details: Vec<Problem>,
}

/// An answer that is not what was asked for.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Vec<Problem>,
}

impl ApiError {
    /// An error with this status, stable code and sentence.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: Vec::new() }
    }

    /// The program itself is at fault.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "An error in our own program; please report it.")
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        let message = "Nobody is signed in here. Sign in and send the session with the request.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    }

    /// Somebody was signed in.
    pub fn session_expired() -> Self {
        let message = "The session is over. Sign in again; setups go on meanwhile.";
        Self::new(StatusCode::UNAUTHORIZED, "session_expired", message)
    }

    /// Whether somebody is signed in cannot be found out.
    pub fn sign_in_unavailable() -> Self {
        let message = "Sessions cannot be verified yet: the keys of the sign-in service were never to be had. Try again in a moment; setups go on meanwhile.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "sign_in_unavailable", message)
    }

    /// The identifier is not one.
    pub fn invalid_id() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_portfolio_id",
            "This is not a portfolio id. Open the portfolio from the start page.",
        )
    }

    /// Unknown, or somebody else's: nobody learns which.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "portfolio_not_found", "There is no such portfolio.")
    }

    /// All problems of an upload.
    pub fn invalid_portfolio(problems: &[Problem]) -> Self {
        let count = problems.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        let mut error = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_portfolio",
            format!("The portfolio has {count} {noun}; nothing was started. Correct them and upload it again."),
        );
        error.details = problems.to_vec();
        error
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::AlreadyRunning => Self::new(StatusCode::CONFLICT, "already_running", message),
            StoreError::Fenced | StoreError::Busy(_) | StoreError::Unavailable(_) => {
                tracing::error!(?error, "the store did not answer a request");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store_unavailable",
                    format!("{message} Try again in a moment."),
                )
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { error: ErrorDetail { code: self.code, message: self.message, details: self.details } };
        (self.status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

/// The parameters of a query, refused in the API's own words.
#[derive(Debug, FromRequestParts)]
#[from_request(via(Query), rejection(ApiError))]
pub struct Parameters<T>(pub T);

impl From<QueryRejection> for ApiError {
    fn from(_: QueryRejection) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_query",
            "A parameter of this address has a value that is not accepted.",
        )
    }
}

/// For paths below `/api` that are no route.
pub async fn no_such_route() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "no_such_route", "There is nothing at this address.")
}
