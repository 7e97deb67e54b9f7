//! The portfolio id in a path.

use uuid::Uuid;

use crate::server::web::error::ApiError;

/// Parses a portfolio id. Responds with 400 to anything else.
pub fn parse_id(id: &str) -> Result<Uuid, ApiError> {
    id.parse().map_err(|_| ApiError::invalid_id())
}
