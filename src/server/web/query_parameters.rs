//! The parameters in the query of an address.

use axum::{
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::StatusCode,
};

use super::error::ApiError;

/// The parameters of a query. Refuses unreadable ones with the API's own error.
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
