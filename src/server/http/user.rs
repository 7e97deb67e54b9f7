//! Who is asking.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

/// The signed-in user. Handlers that touch portfolios take it, so none can forget to ask.
///
/// In `dev` mode everybody on this machine is the one local user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    /// Stable identifier; owns portfolios.
    pub id: String,
}

/// The one user of `dev` mode.
const LOCAL_USER: &str = "local";

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self { id: LOCAL_USER.to_owned() })
    }
}
