//! Pagination of the *Your portfolios* list: the parameters that select a page, and the link to the
//! next page.

use axum::http::{HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::server::{
    store::{ListCursor, PortfolioListItem},
    util::clock,
    web::{error::ApiError, identity::user::CurrentUser, state::AppState},
};

/// Maximum number of portfolios per page.
const MAX_LIMIT: u32 = 200;

/// Default number of portfolios per page.
const DEFAULT_LIMIT: u32 = 100;

/// The query parameters of the portfolio list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListParameters {
    /// Maximum number of portfolios in the response, from 1 to 200; 100 by default.
    limit: Option<u32>,
    /// Portfolio after which the page starts: a portfolio id, or `created_at,portfolio_id`. The
    /// second form also works for a deleted portfolio.
    before: Option<String>,
}

/// One page of the list of portfolios.
pub struct ListPage {
    /// The portfolios on this page, newest first.
    pub items: Vec<PortfolioListItem>,
    /// The query string of the next page, or `None` if this is the last page.
    pub next: Option<String>,
}

impl ListParameters {
    /// Sets the page size to `limit`.
    #[must_use]
    pub fn with_limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Returns the cursor `before` as forms of the page send it back, or `None` on the first page.
    pub fn place(&self) -> Option<String> {
        checked_place(self.before.as_deref()?)
    }

    /// Reads a page of the user's portfolios.
    ///
    /// # Errors
    /// Returns a 400 error if a parameter is invalid, and a server error if the store is
    /// unavailable.
    pub async fn read(self, state: &AppState, user: &CurrentUser) -> Result<ListPage, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(bad_request("invalid_limit", "The limit must be a number from 1 to 200."));
        }
        let before = match &self.before {
            None => None,
            Some(before) => Some(cursor(state, user, before).await?),
        };
        // Reads one portfolio more than requested, to find out whether there is a next page.
        let mut items = state.setups.list(&user.id, before, limit + 1).await?;
        let is_last = items.len() <= limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| !is_last);
        let next = last.map(|last| format!("limit={limit}&before={},{}", last.created_at, last.portfolio_id));
        Ok(ListPage { items, next })
    }
}

impl ListPage {
    /// Returns the value of the `Link` header that points to the next page, or `None` if this is
    /// the last page.
    pub fn link(&self, path: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("<{path}?{}>; rel=\"next\"", self.next.as_ref()?)).ok()
    }
}

/// Returns a cursor in the form in which pages link to it, or `None` if it has no such form.
pub fn checked_place(before: &str) -> Option<String> {
    let (created_at, id) = before.split_once(',')?;
    let (created_ms, id) = (clock::from_rfc3339(created_at)?, id.parse::<Uuid>().ok()?);
    Some(format!("{},{id}", clock::rfc3339(created_ms)))
}

/// Parses the query parameter `before`. If it is only a portfolio id, looks up when that portfolio
/// was created.
async fn cursor(state: &AppState, user: &CurrentUser, before: &str) -> Result<ListCursor, ApiError> {
    let invalid = || {
        let message = "This page of your portfolios doesn't exist; start again from the first page.";
        bad_request("invalid_before", message)
    };
    if let Ok(id) = before.parse() {
        return state.setups.store().list_cursor(&user.id, id).await?.ok_or_else(invalid);
    }
    let (created_at, id) = before.split_once(',').ok_or_else(invalid)?;
    let created_ms = clock::from_rfc3339(created_at).ok_or_else(invalid)?;
    Ok(ListCursor { created_ms, id: id.parse().map_err(|_| invalid())? })
}

fn bad_request(code: &'static str, message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, code, message)
}
