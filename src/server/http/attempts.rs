//! Which attempts of a portfolio a log is of.

use axum::http::StatusCode;
use uuid::Uuid;

use super::error::ApiError;
use crate::server::{Setups, reader::Reader, tracker::RunState};

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

    /// Reads them, in order.
    ///
    /// # Errors
    /// 404 for an attempt that is not there. Of a portfolio that is not there nobody says what it lacks.
    pub async fn read(self, setups: &Setups, reader: Reader<'_>, id: Uuid) -> Result<Vec<RunState>, ApiError> {
        let numbers = match self {
            Self::Newest => {
                let (newest, _) = setups.attempt(reader, id, None).await?.ok_or_else(ApiError::not_found)?;
                return Ok(vec![newest]);
            }
            Self::One(number) => {
                setups.owner(reader, id).await?;
                number..=number
            }
            Self::All => {
                let (_, count) = setups.attempt(reader, id, None).await?.ok_or_else(ApiError::not_found)?;
                1..=count
            }
        };
        let mut runs = Vec::new();
        for number in numbers {
            let no_such =
                || ApiError::new(StatusCode::NOT_FOUND, "attempt_not_found", "This portfolio has no such attempt.");
            runs.push(setups.attempt(reader, id, Some(number)).await?.ok_or_else(no_such)?.0);
        }
        Ok(runs)
    }
}
