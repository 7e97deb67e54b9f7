//! The handlers of all pages, including the "not found" page.

use axum::{
    extract::{MatchedPath, Path, Query, Request, State, rejection::QueryRejection},
    handler::Handler,
    http::{StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use chrono::Utc;
use serde::Deserialize;
use status::{LogEntry, RunStatus};
use uuid::Uuid;

use super::{previews, upload};
use crate::{
    live_page::PageData,
    pages::{
        document::{Account, Head},
        message::Message,
        progress::ProgressView,
        results::{self, Freshness, ResultsView},
    },
    server::{
        findings,
        results::{RunResults, age::PriceDays},
        setups::StatusQuery,
        store::{StoreError, StoreResult},
        tracker::{RunIdentity, RunView},
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
    /// `1` includes debug entries in the log.
    debug: Option<String>,
}

/// Handles `GET /onboarding/progress?portfolioId=ID&attempt=N&debug=1`: the live page.
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
    let is_debug = parameters.debug.as_deref() == Some("1");
    match load_run(&state, &access, id, parameters.attempt, is_debug).await {
        Ok(LoadedRun { view, debug_log, read_only, can_correct }) => {
            let dashboard_url = match &state.config.dashboard_url {
                Some(url) => url.replace("{portfolio_id}", &id.to_string()),
                None => format!("/portfolios/{id}"),
            };
            let sign_in_url = state.config.sign_in_url.clone();
            let found = findings::all_for_page(&view.found);
            let (data, shown) = PageData::split(view.status, &found);
            let debug_lines = debug_log.as_ref().map(|all| all.len().saturating_sub(shown.len()) as u64);
            let entries = debug_log.unwrap_or(shown);
            let read_only = read_only.map(str::to_owned);
            let data = PageData { debug_lines, dashboard_url, sign_in_url, read_only, can_correct, ..data };
            live_page(&state, uri, ProgressView { data, entries, found }, access.account()).await
        }
        Err(StoreError::NotFound) => portfolio_not_found(&state, access.account()),
        Err(error) => error_page(&state, &error.into(), access.account()),
    }
}

/// The parts of a run that the live page shows.
struct LoadedRun {
    view: RunView,
    /// All log entries, including debug entries, if the user asked for them.
    debug_log: Option<Vec<LogEntry>>,
    /// A sentence that explains why the viewer cannot change the portfolio, if they cannot.
    read_only: Option<&'static str>,
    /// Whether the viewer may correct the positions, and their file is stored.
    can_correct: bool,
}

async fn load_run(
    state: &AppState,
    access: &PortfolioAccess,
    id: Uuid,
    attempt: Option<u32>,
    is_debug: bool,
) -> StoreResult<LoadedRun> {
    let viewer = access.authorize_read(state, id).await?;
    let read_only = access.read_only(viewer);
    let can_correct = read_only.is_none() && state.setups.store().has_portfolio_file(viewer, id).await?;
    if is_debug {
        match state.setups.view_with_debug(viewer, id, attempt).await {
            Ok((view, log)) => return Ok(LoadedRun { view, debug_log: Some(log), read_only, can_correct }),
            // The portfolio may exist without a run.
            Err(StoreError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let view = match attempt {
        Some(attempt) => state.setups.view_of_attempt(viewer, id, attempt).await?,
        None => state.setups.view(viewer, id, StatusQuery { after: Some(0) }).await?,
    };
    Ok(LoadedRun { view, debug_log: None, read_only, can_correct })
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
    let view = async {
        let viewer = access.authorize_read(&state, id).await?;
        let results = state.setups.results(viewer, id).await?;
        let has_file = state.setups.store().has_portfolio_file(viewer, id).await?;
        let is_owner = access.read_only(viewer).is_none();
        let freshness = freshness(&state, &results, is_owner).await;
        Ok(ResultsView { results, query, has_file, is_owner, freshness })
    };
    match view.await {
        Ok(view) => {
            responses::page(&state, StatusCode::OK, uri, view.head().with_account(access.account()), view).await
        }
        Err(StoreError::NotFound) => portfolio_not_found(&state, access.account()),
        Err(error) => error_page(&state, &error.into(), access.account()),
    }
}

/// Returns how old the results are, or `None` if the run has no prices yet.
async fn freshness(state: &AppState, results: &RunResults, may_change: bool) -> Option<Freshness> {
    let as_of = results.outputs.market.as_ref()?.as_of()?;
    let days = PriceDays::read(state.setups.market_data(), Utc::now()).await;
    let is_running = results.run.status == RunStatus::Running;
    let RunIdentity { portfolio_id, attempt, .. } = results.run.identity;
    Some(Freshness { portfolio_id, attempt, age: days.age(as_of), can_refresh: may_change && !is_running })
}

/// Renders the "not found" page.
pub async fn not_found(State(state): State<AppState>, account: Account, uri: Uri) -> Response {
    let head = Head::new(Message::page_not_found().title).with_account(account);
    responses::page(&state, StatusCode::NOT_FOUND, uri, head, ()).await
}
