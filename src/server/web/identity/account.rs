//! The user that a page names at its top.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::user::{Access, CurrentUser};
use crate::{
    pages::document::Account,
    server::{auth::Refusal, web::state::AppState},
};

impl CurrentUser {
    /// Returns this user, to be named on a page.
    pub fn account(&self) -> Account {
        match self.access {
            Access::Full => Account::User(self.id.clone()),
            Access::ReadOnly => Account::Impersonated(self.id.clone()),
        }
    }
}

/// Names the user on pages that anyone may read, such as the API reference. The session only names
/// the user and grants nothing, so a request without one is not refused.
impl FromRequestParts<AppState> for Account {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(match state.auth.session(&parts.headers).await {
            Ok(session) if session.actor.is_some() => Self::Impersonated(session.user_id),
            Ok(session) => Self::User(session.user_id),
            Err(Refusal::NoKeys) => Self::Unknown,
            Err(_) => Self::SignedOut,
        })
    }
}
