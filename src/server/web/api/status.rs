//! `/api/v1/onboarding/status/{id}`: returns the status of a portfolio's newest run.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use status::Status;
use utoipa::IntoParams;

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

/// The query parameters of a status request.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatusParameters {
    /// `seq` of a log entry; the response contains every later entry instead of the last 50.
    after: Option<u64>,
}

/// Returns the status of a setup.
///
/// The `ETag` consists of the attempt and the version of the status. A request with `If-None-Match`
/// gets 304 while both are unchanged.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/status/{id}",
    tag = "status",
    params(("id" = Uuid, Path, description = "The portfolio id"), StatusParameters),
    responses(
        (status = 200, description = "The status of the newest run", body = Status, headers(("ETag" = String, description = "The attempt and version of the status"))),
        (status = 304, description = "The status has not changed"),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_query`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`: unknown, or owned by another user", body = ErrorBody),
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
        if matches_tag(&headers, live.tag()) {
            return Ok(not_modified(live.tag()));
        }
        if parameters.after.is_none() {
            return Ok(shared_response(&live.shared_status(now_ms), live.identity().attempt, &headers));
        }
    }
    let status = state.setups.status(viewer, id, StatusQuery { after: parameters.after }).await?;
    let tag = (status.attempt, status.version);
    Ok(if matches_tag(&headers, tag) { not_modified(tag) } else { (status_headers(tag), Json(status)).into_response() })
}

/// Returns the status with the last 50 log entries. All clients that request the same version share
/// the encoded bytes.
fn shared_response(shared: &SharedStatus, attempt: u32, headers: &HeaderMap) -> Response {
    let body = precompressed_response(shared.bytes(), Coding::accepted_by(headers));
    (status_headers((attempt, shared.version())), body).into_response()
}

fn not_modified(tag: (u32, u64)) -> Response {
    (StatusCode::NOT_MODIFIED, status_headers(tag)).into_response()
}

/// Returns the caching headers of a status. The `ETag` contains only the attempt and the version.
/// It ignores fields that change with the clock, such as the elapsed time; otherwise, it would
/// never match.
fn status_headers((attempt, version): (u32, u64)) -> [(header::HeaderName, String); 3] {
    [
        // The `ETag` is weak, because responses with the same `ETag` may differ in their content
        // coding and in the fields that change with the clock.
        (header::ETAG, format!("W/\"{attempt}-{version}\"")),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
    ]
}

fn matches_tag(headers: &HeaderMap, (attempt, version): (u32, u64)) -> bool {
    let tag = format!("\"{attempt}-{version}\"");
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag))
}
