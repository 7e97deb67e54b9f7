//! Parses the portfolio id in a URL path.

use uuid::Uuid;

use crate::server::web::error::ApiError;

/// Parses a portfolio id. Returns a 400 error (`invalid_portfolio_id`) if the id is not a UUID.
pub fn parse_id(id: &str) -> Result<Uuid, ApiError> {
    id.parse().map_err(|_| ApiError::invalid_id())
}
