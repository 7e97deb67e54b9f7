//! Extractors of the signed-in user: [`CurrentUser`] for handlers that only read, and [`Writer`]
//! for handlers that change something.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};

use super::{audit, rate_key::RateKey, rate_limit::RetryAfter, rejection::Rejection};
use crate::server::web::{error::ApiError, middleware::traffic::InFlight, state::AppState};

/// The signed-in user. Every handler that accesses portfolios takes a `CurrentUser`, or an
/// extractor that contains one ([`super::access::PortfolioAccess`] or [`Writer`]), so no handler
/// can skip authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    /// Stable user id, stored as the owner of portfolios.
    pub id: String,
    /// Full or read-only access to the user's portfolios.
    pub access: Access,
    /// `true` if the user may read the portfolios of all users.
    pub is_admin: bool,
}

/// The rights that a session has on its user's portfolios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Full,
    /// Someone else is impersonating the user, and may read but not change anything.
    ReadOnly,
}

impl CurrentUser {
    /// Returns a sentence that explains why this session is read-only, or `None` if it has full
    /// access.
    pub fn read_only(&self) -> Option<&'static str> {
        match self.access {
            Access::Full => None,
            Access::ReadOnly => Some(READ_ONLY),
        }
    }
}

/// A user who may change their own portfolios. Handlers that change something take a `Writer`
/// instead of [`CurrentUser`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer(CurrentUser);

impl Writer {
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
                let payer = session.actor.as_ref().map_or(&session.user_id, |actor| &actor.0);
                let key = RateKey::user(payer);
                if let Err(RetryAfter(seconds)) = state.limits.count(&key) {
                    return Err(Rejection::error(state, parts, ApiError::too_many_requests(seconds)));
                }
                if let Some(in_flight) = parts.extensions.get::<Arc<InFlight>>()
                    && let Err(overload) = in_flight.belongs_to(&key)
                {
                    return Err(Rejection::error(state, parts, ApiError::overload(overload)));
                }
                audit::record_impersonation(&session, parts);
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
            Some(message) => {
                let error = ApiError::new(StatusCode::FORBIDDEN, "impersonation_read_only", message);
                Err(Rejection::error(state, parts, error))
            }
        }
    }
}

/// Message for someone who is impersonating another user.
const READ_ONLY: &str = "You are acting as another user, so you can view everything but change nothing.";
