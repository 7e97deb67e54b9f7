//! Which attempts of a portfolio a log is of.

use crate::server::{setups::SetupService, tracker::RunState, util::viewer::Viewer, web::error::ApiError};
use axum::http::StatusCode;
use std::ops::Range;
use uuid::Uuid;

/// The attempts that are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempts {
    /// The newest.
    Newest,
    /// The one of this number.
    One(u32),
    /// Each, from the first.
    All,
}

impl Attempts {
    /// Those that a request names.
    ///
    /// # Errors
    /// 400 for what is neither a number nor `all`.
    pub fn named(name: Option<&str>) -> Result<Self, ApiError> {
        match name {
            None => Ok(Self::Newest),
            Some("all") => Ok(Self::All),
            Some(number) => number.parse().map(Self::One).map_err(|_| {
                let message = "The attempt is a number from 1, or all.";
                ApiError::new(StatusCode::BAD_REQUEST, "invalid_attempt", message)
            }),
        }
    }

    /// The first of them, without its entries, and the numbers of those after it.
    ///
    /// # Errors
    /// 404 for an attempt that is not there. Of a portfolio that is not there nobody says what it lacks.
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
        let no_such =
            || ApiError::new(StatusCode::NOT_FOUND, "attempt_not_found", "This portfolio has no such attempt.");
        let (first, _) = setups.attempt_head(viewer, id, Some(number)).await?.ok_or_else(no_such)?;
        Ok((first, more))
    }
}
