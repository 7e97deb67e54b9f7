//! Determines which user is displayed at the top of a page.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::user::{Access, CurrentUser};
use crate::{
    pages::document::Account,
    server::{auth::Refusal, web::state::AppState},
};

impl CurrentUser {
    /// Returns this user in the form that pages display.
    pub fn account(&self) -> Account {
        match self.access {
            Access::Full if self.is_admin => Account::Admin(self.id.clone()),
            Access::Full => Account::User(self.id.clone()),
            Access::ReadOnly => Account::Impersonated(self.id.clone()),
        }
    }
}

/// Extracts the user to display on pages that anyone may read, such as the API reference. These
/// pages do not require a session, so a request without a session is not rejected.
impl FromRequestParts<AppState> for Account {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(match state.auth.session(&parts.headers).await {
            Ok(session) if session.actor.is_some() => Self::Impersonated(session.user_id),
            Ok(session) if state.auth.is_admin(&session) => Self::Admin(session.user_id),
            Ok(session) => Self::User(session.user_id),
            Err(Refusal::NoKeys) => Self::Unknown,
            Err(_) => Self::SignedOut,
        })
    }
}
