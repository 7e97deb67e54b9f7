//! The button *Correct positions*: leads to the check page with the portfolio's file.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use uuid::Uuid;

use super::upload::check_url;
use crate::server::web::{
    api::corrections,
    identity::user::Writer,
    progress_redirect::progress_url,
    responses::{error_page, portfolio_not_found},
    state::AppState,
};

/// Handles `POST /portfolios/{id}/correct`: opens the correction of a portfolio, and redirects to
/// its check page.
pub async fn correct(State(state): State<AppState>, writer: Writer, Path(id): Path<String>) -> Response {
    let account = writer.user().account();
    let Ok(id) = id.parse::<Uuid>() else { return portfolio_not_found(&state, account) };
    match corrections::open(&state, &writer, id).await {
        Ok(preview) => Redirect::to(&check_url(preview, false)).into_response(),
        Err(error) if error.code() == "portfolio_not_found" => portfolio_not_found(&state, account),
        Err(error) => error_page(&state, &error, account),
    }
}

/// Handles `GET /portfolios/{id}/correct`, which a browser requests if someone signs in again after
/// pressing the button: leads to the page with the button.
pub async fn back(Path(id): Path<String>) -> Redirect {
    match id.parse() {
        Ok(id) => Redirect::to(&progress_url(id)),
        Err(_) => Redirect::to("/"),
    }
}
