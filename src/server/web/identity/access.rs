//! Grants access to a portfolio. Only this module gives handlers an admin's [`Viewer`], so an admin
//! cannot read another user's portfolio without an entry in the audit log.

use axum::{extract::FromRequestParts, http::request::Parts};
use uuid::Uuid;

use super::{
    audit::{Audit, RequestInfo},
    rejection::Rejection,
    user::CurrentUser,
};
use crate::{
    pages::document::Account,
    server::{setups::SetupService, store::StoreResult, util::viewer::Viewer, web::state::AppState},
};

/// Message for an admin who is viewing another user's portfolio.
const READ_ONLY_FOR_ADMIN: &str = "Viewing as admin (read-only).";

/// The signed-in user who requests a portfolio. If the user is an admin, the request is kept as
/// well, for the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioAccess {
    user: CurrentUser,
    /// The request, if the user is an admin. `None` for other users, whose reads are not recorded.
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
    /// Returns the [`Viewer`] that the user needs to read this portfolio. If the user is an admin
    /// and another user owns the portfolio, first records the read in the audit log.
    ///
    /// The owner is looked up for admins only. For other users, the query that reads the portfolio
    /// checks the owner.
    ///
    /// # Errors
    /// For admins, returns [`crate::server::store::StoreError::NotFound`] if the portfolio does not
    /// exist, and a different error if the store is unavailable. For other users, never returns an
    /// error.
    pub async fn authorize_read(&self, state: &AppState, id: Uuid) -> StoreResult<Viewer<'_>> {
        self.viewer(&state.setups, id, |admin, owner, request| Audit::read(admin, owner, id, request)).await
    }

    /// Works like [`PortfolioAccess::authorize_read`], for a page that polls. The audit log gets
    /// at most one entry per minute for an admin's open page, instead of one per poll.
    ///
    /// # Errors
    /// Returns the same errors as [`PortfolioAccess::authorize_read`].
    pub async fn authorize_watch(&self, state: &AppState, id: Uuid) -> StoreResult<Viewer<'_>> {
        self.viewer(&state.setups, id, |admin, owner, request| state.audit.watch(admin, owner, id, request)).await
    }

    /// Returns the [`Viewer`] for a list of the runs of all users, or `None` if the user is not an
    /// admin. First records in the audit log that the admin reads the list. `support_code` is the
    /// code that the list is restricted to.
    pub fn authorize_list(&self, support_code: Option<&str>) -> Option<Viewer<'_>> {
        let request = self.admin_request.as_ref()?;
        Audit::list(&self.user.id, support_code, request);
        Some(Viewer::Admin(&self.user.id))
    }

    /// Returns the signed-in user in the form that pages display.
    pub fn account(&self) -> Account {
        self.user.account()
    }

    /// Returns a sentence that explains why this viewer cannot change the portfolio, or `None` if
    /// the viewer can change it.
    pub fn read_only(&self, viewer: Viewer<'_>) -> Option<&'static str> {
        if viewer.reads_all() { Some(READ_ONLY_FOR_ADMIN) } else { self.user.read_only() }
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
