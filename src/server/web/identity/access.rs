//! A user who looks at a portfolio, as handlers see them: they learn on whose behalf to read only by asking here, so
//! no admin's look at what is somebody else's can be left off the record.

use super::{
    audit::{Audit, RequestInfo},
    rejection::Rejection,
    user::CurrentUser,
};
use crate::server::{setups::SetupService, store::StoreResult, util::viewer::Viewer, web::state::AppState};
use axum::{extract::FromRequestParts, http::request::Parts};
use uuid::Uuid;

const READ_BY_AN_ADMIN: &str = "You are reading this portfolio as an admin. Only its owner can cancel or retry it.";

/// The signed-in user, and what they requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioAccess {
    user: CurrentUser,
    /// Of an admin alone: what nobody records is not copied for every poll.
    admin_request: Option<RequestInfo>,
}

impl FromRequestParts<AppState> for PortfolioAccess {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let user = CurrentUser::from_request_parts(parts, state).await?;
        let admin_request = user.is_admin.then(|| RequestInfo::from_parts(parts));
        Ok(Self { user, admin_request })
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
        self.viewer(&state.setups, id, |admin, owner, request| Audit::read(admin, owner, id, request)).await
    }

    /// The same for a page that stays open and asks again and again.
    ///
    /// # Errors
    /// As [`PortfolioAccess::authorize_read`].
    pub async fn authorize_watch(&self, state: &AppState, id: Uuid) -> StoreResult<Viewer<'_>> {
        self.viewer(&state.setups, id, |admin, owner, request| state.audit.watch(admin, owner, id, request)).await
    }

    /// Returns one sentence on why this viewer cannot change the portfolio, if they cannot.
    pub fn read_only(&self, viewer: Viewer<'_>) -> Option<&'static str> {
        if viewer.reads_all() { Some(READ_BY_AN_ADMIN) } else { self.user.read_only() }
    }

    async fn viewer(
        &self,
        setups: &SetupService,
        id: Uuid,
        record: impl FnOnce(&str, &str, &RequestInfo),
    ) -> StoreResult<Viewer<'_>> {
        let user = &self.user;
        let Some(request) = &self.admin_request else { return Ok(Viewer::Owner(&user.id)) };
        let admin = Viewer::Admin(&user.id);
        let owner = setups.owner(admin, id).await?;
        if owner == user.id {
            return Ok(Viewer::Owner(&user.id));
        }
        record(&user.id, &owner, request);
        Ok(admin)
    }
}
