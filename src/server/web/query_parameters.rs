//! The parameters in the query of an address.

use axum::{
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::StatusCode,
};

use super::error::ApiError;

/// Parses the parameters. Reports errors in the API's own words.
#[derive(Debug, FromRequestParts)]
#[from_request(via(Query), rejection(ApiError))]
pub struct QueryParameters<T>(pub T);

impl From<QueryRejection> for ApiError {
    fn from(_: QueryRejection) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_query",
            "A parameter of this address has a value that is not accepted.",
        )
    }
}
