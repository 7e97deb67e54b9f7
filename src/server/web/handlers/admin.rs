//! The support page, for admins only: finds a run by its support code, and lists the runs of today.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use serde::Deserialize;

use super::pages;
use crate::{
    pages::{
        admin::{AdminPage, AdminView, Search},
        document::Head,
    },
    server::{
        store::StoreResult,
        tracker::support,
        util::viewer::Viewer,
        web::{
            identity::access::PortfolioAccess,
            progress_redirect::progress_url,
            responses::{self, error_page},
            state::AppState,
        },
    },
};

/// The query parameters of the support page.
#[derive(Debug, Default, Deserialize)]
pub struct AdminParameters {
    /// The support code as typed.
    code: Option<String>,
}

/// Handles `GET /admin?code=K7Q-M2X`. For users who are not admins, the page does not exist.
///
/// If one run has the code, leads to its live page, whose own handler records the read.
pub async fn show(
    State(state): State<AppState>,
    access: PortfolioAccess,
    parameters: Result<Query<AdminParameters>, QueryRejection>,
    uri: Uri,
) -> Response {
    let Query(AdminParameters { code: typed }) = parameters.unwrap_or_default();
    let typed = typed.map(|typed| typed.trim().to_owned()).filter(|typed| !typed.is_empty());
    let code = typed.as_deref().and_then(support::parse_code);
    let Some(viewer) = access.authorize_list(code.as_deref()) else {
        return pages::not_found(State(state), access.account(), uri).await;
    };
    match load(&state, viewer, typed, code).await {
        Ok(AdminView { search: Search::Found(run), .. }) => {
            Redirect::to(&format!("{}&attempt={}", progress_url(run.portfolio_id), run.attempt)).into_response()
        }
        Ok(view) => {
            let head = Head::new("Support").with_account(access.account());
            responses::document(&state, StatusCode::OK, head, move || view! { <AdminPage view/> })
        }
        Err(error) => error_page(&state, &error.into(), access.account()),
    }
}

async fn load(
    state: &AppState,
    viewer: Viewer<'_>,
    typed: Option<String>,
    code: Option<String>,
) -> StoreResult<AdminView> {
    let search = match (typed, code) {
        (None, _) => Search::None,
        (Some(typed), None) => Search::Malformed(typed),
        (Some(_), Some(code)) => {
            let mut runs = state.setups.runs_with_code(viewer, &code).await?;
            match runs.len() {
                0 => Search::Unknown(code),
                1 => Search::Found(runs.remove(0)),
                _ => Search::Several(code, runs),
            }
        }
    };
    Ok(AdminView { search, today: state.setups.runs_of_today(viewer).await? })
}
