//! A user who looks at a portfolio, as handlers see them: they learn on whose behalf to read only by asking here, so
//! no admin's look at what is somebody else's can be left off the record.

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use uuid::Uuid;

use super::{AppState, CurrentUser, audit::Asked};
use crate::server::{Setups, reader::Reader, store::StoreResult};

/// The signed-in user, and what they asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    user: CurrentUser,
    asked: Asked,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        Ok(Self { user: CurrentUser::from_request_parts(parts, state).await?, asked: Asked::by(parts) })
    }
}

impl Visitor {
    /// On whose behalf this portfolio is read. An admin's look is on record before anything is.
    ///
    /// Only admins are asked whose it is: whether anybody else may read it, the read itself finds out.
    ///
    /// # Errors
    /// For an admin [`crate::server::store::StoreError::NotFound`], or when the store does not answer.
    pub async fn reads(&self, state: &AppState, id: Uuid) -> StoreResult<Reader<'_>> {
        self.reader(&state.setups, id, |admin, owner| state.audit.read(admin, owner, id, &self.asked)).await
    }

    /// The same for a page that stays open and asks again and again.
    ///
    /// # Errors
    /// As [`Visitor::reads`].
    pub async fn watches(&self, state: &AppState, id: Uuid) -> StoreResult<Reader<'_>> {
        self.reader(&state.setups, id, |admin, owner| state.audit.watch(admin, owner, id, &self.asked)).await
    }

    async fn reader(&self, setups: &Setups, id: Uuid, record: impl FnOnce(&str, &str)) -> StoreResult<Reader<'_>> {
        let user = &self.user;
        if !user.is_admin {
            return Ok(Reader::Owner(&user.id));
        }
        let admin = Reader::Admin(&user.id);
        let owner = setups.owner(admin, id).await?;
        if owner == user.id {
            return Ok(Reader::Owner(&user.id));
        }
        record(&user.id, &owner);
        Ok(admin)
    }
}
