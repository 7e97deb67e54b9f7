//! Parses the portfolio id in a path.

use uuid::Uuid;

use crate::server::web::error::ApiError;

/// Parses a portfolio id. Fails with 400 `invalid_portfolio_id` if the id is not a UUID.
pub fn parse_id(id: &str) -> Result<Uuid, ApiError> {
    id.parse().map_err(|_| ApiError::invalid_id())
}
