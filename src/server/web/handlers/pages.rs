//! The handlers of all pages, including the "not found" page.

use axum::{
    extract::{MatchedPath, Path, Query, Request, State, rejection::QueryRejection},
    handler::Handler,
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use status::Status;
use uuid::Uuid;

use super::{previews, upload};
use crate::{
    live_page::PageData,
    pages::{
        document::{Account, Head},
        message::Message,
        progress::ProgressView,
        results::{self, ResultsView},
    },
    server::{
        setups::StatusQuery,
        store::{StoreError, StoreResult},
        web::{
            identity::access::PortfolioAccess,
            responses::{self, error_page, portfolio_not_found},
            state::AppState,
        },
    },
};

/// Handles all routes of [`crate::app::App`]. The data of a page is loaded before rendering starts,
/// so that an error can still change the HTTP status.
pub async fn page(State(state): State<AppState>, path: MatchedPath, request: Request) -> Response {
    match path.as_str() {
        "/" => upload::form.call(request, state).await,
        "/onboarding/progress" => progress.call(request, state).await,
        "/portfolios/new/{id}" => previews::show.call(request, state).await,
        "/portfolios/{id}" => show_results.call(request, state).await,
        _ => not_found.call(request, state).await,
    }
}

/// The query parameters of the live page.
#[derive(Debug, Deserialize)]
pub struct ProgressParameters {
    #[serde(rename = "portfolioId")]
    portfolio_id: Option<String>,
    /// Number of the attempt to show; the newest attempt by default.
    attempt: Option<u32>,
}

/// Handles `GET /onboarding/progress?portfolioId=ID&attempt=N`: the live page.
pub async fn progress(
    State(state): State<AppState>,
    access: PortfolioAccess,
    Query(parameters): Query<ProgressParameters>,
    uri: Uri,
) -> Response {
    let Some(id) = parameters.portfolio_id.filter(|id| !id.is_empty()) else {
        return Redirect::to("/").into_response();
    };
    let Ok(id) = id.parse::<Uuid>() else { return portfolio_not_found(&state, access.account()) };
    match load_status(&state, &access, id, parameters.attempt).await {
        Ok((status, read_only, has_file)) => {
            let dashboard_url = match &state.config.dashboard_url {
                Some(url) => url.replace("{portfolio_id}", &id.to_string()),
                None => format!("/portfolios/{id}"),
            };
            let sign_in_url = state.config.sign_in_url.clone();
            let (data, entries) = PageData::split(status);
            let (can_correct, read_only) = (has_file && read_only.is_none(), read_only.map(str::to_owned));
            let data = PageData { dashboard_url, sign_in_url, read_only, can_correct, ..data };
            live_page(&state, uri, ProgressView { data, entries }, access.account()).await
        }
        Err(StoreError::NotFound) => portfolio_not_found(&state, access.account()),
        Err(error) => error_page(&state, &error.into(), access.account()),
    }
}

/// Loads the status of a run. For viewers who cannot change the portfolio, also returns a sentence
/// that explains why. The last value is `true` if the uploaded file is stored.
async fn load_status(
    state: &AppState,
    access: &PortfolioAccess,
    id: Uuid,
    attempt: Option<u32>,
) -> StoreResult<(Status, Option<&'static str>, bool)> {
    let viewer = access.authorize_read(state, id).await?;
    let status = match attempt {
        Some(attempt) => state.setups.status_of_attempt(viewer, id, attempt).await,
        None => state.setups.status(viewer, id, StatusQuery { after: Some(0) }).await,
    };
    let status = status?;
    let has_file = state.setups.store().has_portfolio_file(viewer, id).await?;
    Ok((status, access.read_only(viewer), has_file))
}

/// Renders the live page.
pub async fn live_page(state: &AppState, uri: Uri, view: ProgressView, account: Account) -> Response {
    responses::page(state, StatusCode::OK, uri, view.head().with_account(account), view).await
}

/// Handles `GET /portfolios/{id}?sort=weight&order=reversed&find=AAP&page=2`: the results page.
pub async fn show_results(
    State(state): State<AppState>,
    access: PortfolioAccess,
    Path(id): Path<String>,
    parameters: Result<Query<results::ResultsParameters>, QueryRejection>,
    uri: Uri,
) -> Response {
    let Ok(id) = id.parse::<Uuid>() else { return portfolio_not_found(&state, access.account()) };
    let query = parameters.map(|Query(parameters)| parameters).unwrap_or_default().into();
    let results = async {
        let viewer = access.authorize_read(&state, id).await?;
        let results = state.setups.results(viewer, id).await?;
        Ok((results, state.setups.store().has_portfolio_file(viewer, id).await?))
    };
    match results.await {
        Ok((results, has_file)) => {
            let view = ResultsView { results, query, has_file };
            responses::page(&state, StatusCode::OK, uri, view.head().with_account(access.account()), view).await
        }
        Err(StoreError::NotFound) => portfolio_not_found(&state, access.account()),
        Err(error) => error_page(&state, &error.into(), access.account()),
    }
}

/// Renders the "not found" page.
pub async fn not_found(State(state): State<AppState>, account: Account, uri: Uri) -> Response {
    let head = Head::new(Message::page_not_found().title).with_account(account);
    responses::page(&state, StatusCode::NOT_FOUND, uri, head, ()).await
}
