//! The buttons *Correct positions* and *Replace positions*: they lead to the check page with the
//! portfolio's file, and to the form for another file.

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::upload::{check_url, replace_url};
use crate::server::web::{
    api::corrections,
    identity::user::Writer,
    progress_redirect::progress_url,
    responses::{error_page, portfolio_not_found},
    state::AppState,
};

/// The form field of the buttons.
#[derive(Debug, Default, Deserialize)]
pub struct CorrectionForm {
    /// `file` leads to the form for another file.
    to: Option<String>,
}

/// Handles `POST /portfolios/{id}/correct`: opens the correction of a portfolio, and redirects to
/// its check page, or to the form for another file.
pub async fn correct(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    form: Result<Form<CorrectionForm>, FormRejection>,
) -> Response {
    // The button *Correct positions* sends no field.
    let to_file = form.is_ok_and(|Form(form)| form.to.as_deref() == Some("file"));
    let account = writer.user().account();
    let Ok(id) = id.parse::<Uuid>() else { return portfolio_not_found(&state, account) };
    match corrections::open(&state, &writer, id).await {
        Ok(preview) if to_file => Redirect::to(&replace_url(preview)).into_response(),
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
