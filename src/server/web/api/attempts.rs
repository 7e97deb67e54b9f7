//! Selects the attempts to include in a log download.

use std::ops::Range;

use axum::http::StatusCode;
use uuid::Uuid;

use crate::server::{setups::SetupService, tracker::RunState, util::viewer::Viewer, web::error::ApiError};

/// Attempts to include in a log download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempts {
    Newest,
    /// The attempt with this number.
    One(u32),
    /// All attempts, from the first to the newest.
    All,
}

impl Attempts {
    /// Parses the query parameter `attempt`.
    ///
    /// # Errors
    /// Returns a 400 error if the parameter is neither a number nor `all`.
    pub fn from_parameter(name: Option<&str>) -> Result<Self, ApiError> {
        match name {
            None => Ok(Self::Newest),
            Some("all") => Ok(Self::All),
            Some(number) => number.parse().map(Self::One).map_err(|_| {
                let message = "The attempt must be a number from 1, or all.";
                ApiError::new(StatusCode::BAD_REQUEST, "invalid_attempt", message)
            }),
        }
    }

    /// Loads the first attempt of the download, without its log entries. Also returns the numbers
    /// of the remaining attempts.
    ///
    /// # Errors
    /// Returns a 404 error: `attempt_not_found` if the portfolio has no such attempt, or
    /// `portfolio_not_found` if the portfolio does not exist or belongs to another user.
    pub async fn find(
        self,
        setups: &SetupService,
        viewer: Viewer<'_>,
        id: Uuid,
    ) -> Result<(RunState, Range<u32>), ApiError> {
        let newest = async || setups.attempt_head(viewer, id, None).await?.ok_or_else(ApiError::not_found);
        let (number, more) = match self {
            Self::Newest => return Ok((newest().await?.0, Range::default())),
            Self::One(number) => {
                setups.owner(viewer, id).await?;
                (number, Range::default())
            }
            Self::All => (1, 2..newest().await?.1.saturating_add(1)),
        };
        let not_found = || {
            ApiError::new(
                StatusCode::NOT_FOUND,
                "attempt_not_found",
                "This portfolio doesn't have that attempt; leave out the parameter for the newest one.",
            )
        };
        let (first, _) = setups.attempt_head(viewer, id, Some(number)).await?.ok_or_else(not_found)?;
        Ok((first, more))
    }
}
