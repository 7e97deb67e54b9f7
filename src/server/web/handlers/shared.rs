//! The page behind a read-only link. It needs no session.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderName, HeaderValue, StatusCode},
    response::{AppendHeaders, IntoResponse, Response},
};
use leptos::prelude::*;
use serde::Deserialize;
use status::RunStatus;

use crate::{
    pages::{
        document::{Account, Head},
        shared::{LinkGonePage, REFRESH_SECONDS, SharedPage, SharedView},
    },
    server::{
        setups::LinkToken,
        store::{LinkTarget, StoreError, StoreResult},
        web::{
            error::ApiError,
            identity::{rate_key::RateKey, rate_limit::RetryAfter},
            middleware::traffic::InFlight,
            responses::{self, error_page},
            state::AppState,
        },
    },
};

/// Start of the path of every link. The token follows.
pub const SHARED_PREFIX: &str = "/shared/";

/// The query parameters of the shared page.
#[derive(Debug, Default, Deserialize)]
pub struct SharedParameters {
    /// `paused` if the page must not reload itself.
    updates: Option<String>,
}

/// Handles `GET /shared/{token}?updates=paused`: status and log of the newest run of a portfolio.
///
/// While the run is in progress, the browser reloads the page every few seconds. A header requests
/// the reload, so the page needs no script.
pub async fn show(
    State(state): State<AppState>,
    token: Result<Path<String>, PathRejection>,
    parameters: Result<Query<SharedParameters>, QueryRejection>,
    in_flight: Option<Extension<Arc<InFlight>>>,
) -> Response {
    let token = token.ok().and_then(|Path(token)| LinkToken::parse(&token));
    let target = match find(&state, token).await {
        Ok(target) => target,
        Err(error) => return unlisted(error_page(&state, &error.into(), Account::Unknown)),
    };
    let key = target.as_ref().map_or(RateKey::UnknownLinks, |target| RateKey::Link(target.link_id));
    if let Err(error) = count(&state, &key, in_flight) {
        return unlisted(error_page(&state, &error, Account::Unknown));
    }
    let Some(target) = target else { return gone(&state) };
    state.audit.read_link(&target.owner, target.portfolio_id, target.link_id);
    let run = match state.setups.shared_run(&target).await {
        Ok(run) => run,
        Err(StoreError::NotFound) => return gone(&state),
        Err(error) => return unlisted(error_page(&state, &error.into(), Account::Unknown)),
    };
    let Query(SharedParameters { updates }) = parameters.unwrap_or_default();
    let is_paused = updates.as_deref() == Some("paused");
    let refreshes = run.status.status == RunStatus::Running && !is_paused;
    let view = SharedView { run, expires_ms: target.expires_ms, is_paused };
    let head = Head { is_unlisted: true, ..Head::new(&view.run.status.portfolio_name) };
    let page = responses::document(&state, StatusCode::OK, head, move || view! { <SharedPage view/> });
    let refresh = refreshes.then(|| (HeaderName::from_static("refresh"), HeaderValue::from(REFRESH_SECONDS)));
    unlisted((AppendHeaders(refresh), page).into_response())
}

async fn find(state: &AppState, token: Option<LinkToken>) -> StoreResult<Option<LinkTarget>> {
    match token {
        Some(token) => state.setups.link_target(&token).await,
        None => Ok(None),
    }
}

/// Counts the request against the limits of the link, as requests of a signed-in user count against
/// the user's limits.
fn count(state: &AppState, key: &RateKey, in_flight: Option<Extension<Arc<InFlight>>>) -> Result<(), ApiError> {
    state.limits.count(key).map_err(|RetryAfter(seconds)| ApiError::too_many_requests(seconds))?;
    in_flight.map_or(Ok(()), |Extension(in_flight)| in_flight.belongs_to(key)).map_err(ApiError::overload)
}

/// Responds the same to links that never existed, have expired or were taken back.
fn gone(state: &AppState) -> Response {
    let head = Head { is_unlisted: true, ..Head::new("Link Not Available") };
    unlisted(responses::document(state, StatusCode::NOT_FOUND, head, || view! { <LinkGonePage/> }))
}

/// Adds the header that keeps search engines from listing the page.
fn unlisted(response: Response) -> Response {
    let header = (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    (AppendHeaders([header]), response).into_response()
}
