//! Extracts query parameters.

use axum::{
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::StatusCode,
};

use super::error::ApiError;

/// The query parameters of a request. Rejects invalid parameters with [`ApiError`] instead of the
/// framework's own message.
#[derive(Debug, FromRequestParts)]
#[from_request(via(Query), rejection(ApiError))]
pub struct QueryParameters<T>(pub T);

impl From<QueryRejection> for ApiError {
    fn from(_: QueryRejection) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_query",
            "A query parameter has an invalid value; check it against the API reference.",
        )
    }
}
