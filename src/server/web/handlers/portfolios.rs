//! The forms of the home page that rename and delete a portfolio. The same page of the list
//! follows.

use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use positions::validate_name;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    pages::{message::Message, upload::Done},
    server::{
        store::{StoreError, StoreResult},
        web::{
            api::list_page::checked_place,
            error::ApiError,
            identity::user::{CurrentUser, Writer},
            responses::{error_page, message_page, portfolio_not_found},
            state::AppState,
        },
    },
};

/// The fields of both forms.
#[derive(Debug, Default, Deserialize)]
pub struct PortfolioForm {
    /// The new name.
    #[serde(default)]
    portfolio_name: String,
    /// The cursor at which the page of the list starts.
    before: Option<String>,
}

/// Handles `POST /portfolios/{id}/rename`.
pub async fn rename(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    form: Result<Form<PortfolioForm>, FormRejection>,
) -> Response {
    let user = writer.user();
    let (id, form) = match read(&state, user, &id, form) {
        Ok(read) => read,
        Err(response) => return *response,
    };
    let name = match validate_name(&form.portfolio_name) {
        Ok(name) => name,
        Err(problem) => {
            let message = Message { title: NOT_RENAMED, text: problem.message };
            return message_page(&state, StatusCode::UNPROCESSABLE_ENTITY, message, user.account());
        }
    };
    let renamed = state.setups.rename(&user.id, id, &name).await;
    respond(&state, user, renamed, NOT_RENAMED, || home_url(&form, Done::Renamed, &format!("portfolio-{id}")))
}

/// Handles `POST /portfolios/{id}/delete`.
pub async fn delete(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    form: Result<Form<PortfolioForm>, FormRejection>,
) -> Response {
    let user = writer.user();
    let (id, form) = match read(&state, user, &id, form) {
        Ok(read) => read,
        Err(response) => return *response,
    };
    let deleted = state.setups.delete(&user.id, id).await;
    respond(&state, user, deleted, "Portfolio Not Deleted", || home_url(&form, Done::Deleted, "portfolios-title"))
}

/// Handles `GET` of the same addresses, which a browser requests if someone signs in again after
/// pressing a button: leads to the page with the button.
pub async fn back() -> Redirect {
    Redirect::to("/")
}

const NOT_RENAMED: &str = "Portfolio Not Renamed";

fn read(
    state: &AppState,
    user: &CurrentUser,
    id: &str,
    form: Result<Form<PortfolioForm>, FormRejection>,
) -> Result<(Uuid, PortfolioForm), Box<Response>> {
    let id = id.parse().map_err(|_| Box::new(portfolio_not_found(state, user.account())))?;
    let Form(form) = form.map_err(|_| {
        let message = "Send the form from the start page.";
        let error = ApiError::new(StatusCode::BAD_REQUEST, "not_a_form", message);
        Box::new(error_page(state, &error, user.account()))
    })?;
    Ok((id, form))
}

fn respond(
    state: &AppState,
    user: &CurrentUser,
    changed: StoreResult<()>,
    refused: &'static str,
    home_url: impl FnOnce() -> String,
) -> Response {
    match changed {
        Ok(()) => Redirect::to(&home_url()).into_response(),
        Err(StoreError::NotFound) => portfolio_not_found(state, user.account()),
        Err(StoreError::AlreadyRunning) => {
            let text = "A setup of this portfolio is running. Cancel it first, then try again.".to_owned();
            message_page(state, StatusCode::CONFLICT, Message { title: refused, text }, user.account())
        }
        Err(error) => error_page(state, &error.into(), user.account()),
    }
}

/// Returns the address of the page of the list from which the form came.
fn home_url(form: &PortfolioForm, done: Done, anchor: &str) -> String {
    let before = form.before.as_deref().and_then(checked_place);
    let before = before.map(|before| format!("before={before}&")).unwrap_or_default();
    format!("/?{before}done={}#{anchor}", done.code())
}

#[cfg(test)]
mod tests {
    use super::{Done, PortfolioForm, home_url};

    fn url(before: Option<&str>) -> String {
        let form = PortfolioForm { before: before.map(str::to_owned), ..PortfolioForm::default() };
        home_url(&form, Done::Deleted, "portfolios-title")
    }

    #[test]
    fn keeps_place_in_list() {
        let place = "2026-01-09T12:00:00.000Z,00000000-0000-4000-8000-000000000000";
        assert_eq!(url(Some(place)), format!("/?before={place}&done=deleted#portfolios-title"));
        assert_eq!(url(None), "/?done=deleted#portfolios-title");
    }

    #[test]
    fn ignores_place_in_another_form() {
        for place in ["//evil.example", "2026-01-09T12:00:00.000Z,x", "2026-01-09T12:00:00.000Z,"] {
            assert_eq!(url(Some(place)), "/?done=deleted#portfolios-title", "{place}");
        }
    }
}
