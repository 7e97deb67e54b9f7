//! The page on which owners make read-only links and take them back.

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    pages::{
        document::Head,
        links::{LinkUrl, LinksPage, LinksView},
    },
    server::{
        auth::Mode,
        store::{StoreError, StoreResult},
        util::{clock, viewer::Viewer},
        web::{
            api::links::{LinkParameters, shared_url},
            error::ApiError,
            identity::user::{CurrentUser, Writer},
            responses::{self, error_page, portfolio_not_found},
            state::AppState,
        },
    },
};

/// Handles `GET /portfolios/{id}/links`: the links of a portfolio.
pub async fn show(State(state): State<AppState>, user: CurrentUser, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return portfolio_not_found(&state, user.account()) };
    match load(&state, &user, id).await {
        Ok(view) => render(&state, StatusCode::OK, view, &user),
        Err(error) => failed(&state, &user, error.into()),
    }
}

/// Handles `POST /portfolios/{id}/links`: makes a link.
///
/// The response itself shows the address, because it is shown only once and not stored. A redirect
/// would need a place to keep it until the next request.
pub async fn make(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let user = writer.user();
    let Ok(id) = id.parse() else { return portfolio_not_found(&state, user.account()) };
    let made = async {
        let hours = LinkParameters::from_body(request).await?.hours()?;
        Ok::<_, ApiError>(state.setups.make_link(&user.id, id, hours).await?)
    };
    let made = made.await;
    let view = match load(&state, user, id).await {
        Ok(view) => view,
        Err(error) => return failed(&state, user, error.into()),
    };
    match made {
        Ok(made) => {
            let url = LinkUrl { url: shared_url(&headers, &made), expires_ms: made.link.expires_ms };
            render(&state, StatusCode::OK, LinksView { made: Some(url), ..view }, user)
        }
        Err(error) if error.status().is_client_error() => {
            let view = LinksView { refusal: Some(error.message_with_id()), ..view };
            render(&state, error.status(), view, user)
        }
        Err(error) => failed(&state, user, error),
    }
}

/// Handles `POST /portfolios/{id}/links/{link_id}/delete`: takes a link back. A link that is gone
/// already leads to the same page.
pub async fn take_back(
    State(state): State<AppState>,
    writer: Writer,
    Path((id, link_id)): Path<(String, String)>,
) -> Response {
    let user = writer.user();
    let (Ok(id), Ok(link_id)) = (id.parse(), link_id.parse()) else {
        return portfolio_not_found(&state, user.account());
    };
    let taken_back = async {
        if state.setups.store().delete_link(&user.id, id, link_id).await? {
            return Ok(());
        }
        // Only the owner learns that the portfolio exists.
        state.setups.store().links(&user.id, id, clock::now_ms()).await.map(|_| ())
    };
    match taken_back.await {
        Ok(()) => Redirect::to(&format!("/portfolios/{id}/links")).into_response(),
        Err(error) => failed(&state, user, StoreError::into(error)),
    }
}

async fn load(state: &AppState, user: &CurrentUser, id: Uuid) -> StoreResult<LinksView> {
    let store = state.setups.store();
    let links = store.links(&user.id, id, clock::now_ms()).await?;
    let run = store.run(Viewer::Owner(&user.id), id, None).await?.ok_or(StoreError::NotFound)?;
    Ok(LinksView {
        portfolio_id: id,
        portfolio_name: run.identity.portfolio_name,
        links,
        made: None,
        refusal: None,
        read_only: user.read_only(),
        is_local: state.config.auth.mode == Mode::Dev,
    })
}

fn render(state: &AppState, status: StatusCode, view: LinksView, user: &CurrentUser) -> Response {
    let head = Head::new("Share Progress").with_account(user.account());
    responses::document(state, status, head, move || view! { <LinksPage view/> })
}

fn failed(state: &AppState, user: &CurrentUser, error: ApiError) -> Response {
    match error.code() {
        "portfolio_not_found" => portfolio_not_found(state, user.account()),
        _ => error_page(state, &error, user.account()),
    }
}
