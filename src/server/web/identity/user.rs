//! The user of a request: one extractor for handlers that show something, one for handlers that
//! change something.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};

use super::{audit, rate_key::RateKey, rate_limit::Later, rejection::Rejection};
use crate::server::web::{error::ApiError, middleware::traffic::InFlight, state::AppState};

/// The signed-in user. Every handler of portfolios takes it, or an extractor around it
/// ([`super::access::PortfolioAccess`] or [`Writer`]), so none can forget to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    /// Stable identifier; owns portfolios.
    pub id: String,
    /// What this session may do to them.
    pub access: Access,
    /// Whether they may read everybody's portfolios.
    pub is_admin: bool,
}

/// What a session may do to the portfolios of its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    Full,
    /// Reading only: another person impersonates the user.
    ReadOnly,
}

impl CurrentUser {
    /// Why they can change nothing, if they cannot: in one sentence.
    pub fn read_only(&self) -> Option<&'static str> {
        match self.access {
            Access::Full => None,
            Access::ReadOnly => Some(READ_ONLY),
        }
    }
}

/// A user who may change what is theirs. Handlers that change something take it instead of [`CurrentUser`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer(CurrentUser);

impl Writer {
    /// The user.
    pub fn user(&self) -> &CurrentUser {
        &self.0
    }
}

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        match state.auth.session(&parts.headers).await {
            Ok(session) => {
                // Requests of an impersonated session count against the impersonator's limit.
                let who = session.actor.as_ref().map_or(&session.user_id, |actor| &actor.0);
                let key = RateKey::user(who);
                if let Err(Later(seconds)) = state.limits.count(&key) {
                    return Err(Rejection::error(state, parts, ApiError::too_many_requests(seconds)));
                }
                if let Some(in_flight) = parts.extensions.get::<Arc<InFlight>>()
                    && let Err(overload) = in_flight.belongs_to(&key)
                {
                    return Err(Rejection::error(state, parts, ApiError::overload(overload)));
                }
                audit::acted(&session, parts);
                let access = if session.actor.is_some() { Access::ReadOnly } else { Access::Full };
                let is_admin = state.auth.is_admin(&session);
                Ok(Self { id: session.user_id, access, is_admin })
            }
            Err(refusal) => {
                tracing::debug!(%refusal, path = ?parts.uri.path(), "unauthenticated");
                Err(Rejection::no_session(state, parts, refusal))
            }
        }
    }
}

impl FromRequestParts<AppState> for Writer {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let user = CurrentUser::from_request_parts(parts, state).await?;
        match user.read_only() {
            None => Ok(Self(user)),
            Some(why) => {
                let error = ApiError::new(StatusCode::FORBIDDEN, "impersonation_read_only", why);
                Err(Rejection::error(state, parts, error))
            }
        }
    }
}

/// To those who act as another user.
const READ_ONLY: &str = "You act as another user, so you may look at everything and change nothing.";
