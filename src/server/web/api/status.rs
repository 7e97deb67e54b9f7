//! `/api/v1/onboarding/status/{id}`: the status object.

use super::portfolio_id::parse_id;
use crate::server::{
    setups::StatusQuery,
    tracker::SharedStatus,
    util::clock,
    web::{
        error::{ApiError, ErrorBody},
        identity::access::PortfolioAccess,
        precompressed_response::{Coding, precompressed_response},
        query_parameters::QueryParameters,
        state::AppState,
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use status::Status;
use utoipa::IntoParams;

/// The parameters of a status request.
#[derive(Debug, Deserialize, IntoParams)]
pub struct StatusParameters {
    /// Every shown log entry after the one of this number, and not only the last 50.
    after: Option<u64>,
}

/// How a setup stands.
///
/// `ETag` is attempt and version; `If-None-Match` gives 304 while neither has changed.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/status/{id}",
    tag = "status",
    params(("id" = Uuid, Path, description = "The portfolio"), StatusParameters),
    responses(
        (status = 200, description = "The status", body = Status, headers(("ETag" = String, description = "Attempt and version"))),
        (status = 304, description = "Nothing has changed"),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_query`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`: unknown, or somebody else's", body = ErrorBody),
    )
)]
pub async fn status(
    State(state): State<AppState>,
    access: PortfolioAccess,
    Path(id): Path<String>,
    QueryParameters(parameters): QueryParameters<StatusParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = parse_id(&id)?;
    let now_ms = clock::now_ms();
    let viewer = access.authorize_read(&state, id).await?;
    if let Some(live) = state.setups.live(viewer, id) {
        if is_known(&headers, live.tag()) {
            return Ok(unchanged(live.tag()));
        }
        if parameters.after.is_none() {
            return Ok(kept(&live.shared_status(now_ms), live.identity().attempt, &headers));
        }
    }
    let status = state.setups.status(viewer, id, StatusQuery { after: parameters.after }).await?;
    let tag = (status.attempt, status.version);
    Ok(if is_known(&headers, tag) { unchanged(tag) } else { (status_headers(tag), Json(status)).into_response() })
}

/// The last 50 entries: the bytes that all watchers of this version get.
fn kept(shared: &SharedStatus, attempt: u32, headers: &HeaderMap) -> Response {
    let body = precompressed_response(shared.bytes(), Coding::accepted_by(headers));
    (status_headers((attempt, shared.version())), body).into_response()
}

fn unchanged(tag: (u32, u64)) -> Response {
    (StatusCode::NOT_MODIFIED, status_headers(tag)).into_response()
}

/// Attempt and version: what changes with the clock alone is not part of the tag, or it would never match.
fn status_headers((attempt, version): (u32, u64)) -> [(header::HeaderName, String); 3] {
    [
        // Weak: it stands for the state, whose bytes differ by coding and clock.
        (header::ETAG, format!("W/\"{attempt}-{version}\"")),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
    ]
}

fn is_known(headers: &HeaderMap, (attempt, version): (u32, u64)) -> bool {
    let tag = format!("\"{attempt}-{version}\"");
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag))
}
