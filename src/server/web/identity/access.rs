//! A user who looks at a portfolio, as handlers see them: they learn on whose behalf to read only by asking here, so
//! no admin's look at what is somebody else's can be left off the record.

use super::{audit::Asked, rejection::Rejection, user::CurrentUser};
use crate::server::{setups::SetupService, store::StoreResult, util::viewer::Viewer, web::state::AppState};
use axum::{extract::FromRequestParts, http::request::Parts};
use uuid::Uuid;

const READ_BY_AN_ADMIN: &str = "You are reading this portfolio as an admin. Only its owner can cancel or retry it.";

/// The signed-in user, and what they asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioAccess {
    user: CurrentUser,
    /// Of an admin alone: what nobody records is not copied for every poll.
    asked_as_admin: Option<Asked>,
}

impl FromRequestParts<AppState> for PortfolioAccess {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let user = CurrentUser::from_request_parts(parts, state).await?;
        let asked_as_admin = user.is_admin.then(|| Asked::by(parts));
        Ok(Self { user, asked_as_admin })
    }
}

impl PortfolioAccess {
    /// On whose behalf this portfolio is read. An admin's look is on record before anything is.
    ///
    /// Only admins are asked whose it is: whether anybody else may read it, the read itself finds out.
    ///
    /// # Errors
    /// For an admin [`crate::server::store::StoreError::NotFound`], or when the store does not answer.
    pub async fn authorize_read(&self, state: &AppState, id: Uuid) -> StoreResult<Viewer<'_>> {
        self.viewer(&state.setups, id, |admin, owner, asked| state.audit.read(admin, owner, id, asked)).await
    }

    /// The same for a page that stays open and asks again and again.
    ///
    /// # Errors
    /// As [`PortfolioAccess::authorize_read`].
    pub async fn authorize_watch(&self, state: &AppState, id: Uuid) -> StoreResult<Viewer<'_>> {
        self.viewer(&state.setups, id, |admin, owner, asked| state.audit.watch(admin, owner, id, asked)).await
    }

    /// Returns one sentence on why this viewer cannot change the portfolio, if they cannot.
    pub fn read_only(&self, viewer: Viewer<'_>) -> Option<&'static str> {
        if viewer.reads_all() { Some(READ_BY_AN_ADMIN) } else { self.user.read_only() }
    }

    async fn viewer(
        &self,
        setups: &SetupService,
        id: Uuid,
        record: impl FnOnce(&str, &str, &Asked),
    ) -> StoreResult<Viewer<'_>> {
        let user = &self.user;
        let Some(asked) = &self.asked_as_admin else { return Ok(Viewer::Owner(&user.id)) };
        let admin = Viewer::Admin(&user.id);
        let owner = setups.owner(admin, id).await?;
        if owner == user.id {
            return Ok(Viewer::Owner(&user.id));
        }
        record(&user.id, &owner, asked);
        Ok(admin)
    }
}
