//! Parameters of a page of *Your portfolios*, and the link to the next page.

use axum::http::{HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::server::{
    store::{ListCursor, PortfolioListItem},
    util::clock,
    web::{error::ApiError, identity::user::CurrentUser, state::AppState},
};

/// The most portfolios of a page.
const MAX_LIMIT: u32 = 200;

/// Default number of portfolios on a page.
const DEFAULT_LIMIT: u32 = 100;

/// The parameters of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct ListParameters {
    /// From 1 to 200; 100 where left out.
    limit: Option<u32>,
    /// The page starts after the portfolio of this id, or of this `created_at,portfolio_id`,
    /// even if that portfolio was deleted.
    before: Option<String>,
}

/// A page of the list.
pub struct ListPage {
    /// Newest first.
    pub items: Vec<PortfolioListItem>,
    /// The query of the next page, where there is one.
    pub next: Option<String>,
}

impl ListParameters {
    /// Returns the same parameters with at most `limit` portfolios.
    #[must_use]
    pub fn with_limit(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Reads the page.
    ///
    /// # Errors
    /// 400 for values out of range, or when the store does not answer.
    pub async fn read(self, state: &AppState, user: &CurrentUser) -> Result<ListPage, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(bad("invalid_limit", "The limit is a number from 1 to 200."));
        }
        let before = match &self.before {
            None => None,
            Some(before) => Some(cursor(state, user, before).await?),
        };
        // One more tells whether there is a next page.
        let mut items = state.setups.list(&user.id, before, limit + 1).await?;
        let is_last = items.len() <= limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| !is_last);
        let next = last.map(|last| format!("limit={limit}&before={},{}", last.created_at, last.portfolio_id));
        Ok(ListPage { items, next })
    }
}

impl ListPage {
    /// Where the next page is, as a header.
    pub fn link(&self, path: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("<{path}?{}>; rel=\"next\"", self.next.as_ref()?)).ok()
    }
}

async fn cursor(state: &AppState, user: &CurrentUser, before: &str) -> Result<ListCursor, ApiError> {
    let invalid = || {
        let message = "This page of your portfolios does not exist. Start again from the first page.";
        bad("invalid_before", message)
    };
    if let Ok(id) = before.parse() {
        return state.setups.store().list_cursor(&user.id, id).await?.ok_or_else(invalid);
    }
    let (created_at, id) = before.split_once(',').ok_or_else(invalid)?;
    let created_ms = clock::from_rfc3339(created_at).ok_or_else(invalid)?;
    Ok(ListCursor { created_ms, id: id.parse().map_err(|_| invalid())? })
}

fn bad(code: &'static str, message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, code, message)
}
