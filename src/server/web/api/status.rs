//! `/api/v1/onboarding/status/{id}`: the status object, its log as a file, and the page's own polls.

use super::{
    attempts::Attempts,
    log_file::{self, Format},
    log_stream::LogStream,
    portfolios::parse_id,
};
use crate::live_page::server_fn::PollError;
use crate::server::{
    setups::StatusQuery,
    store::StoreError,
    tracker::SharedStatus,
    util::{clock, precompressed::PrecompressedJson},
    web::{
        AppState,
        error::{ApiError, ErrorBody, Parameters},
        identity::PortfolioAccess,
    },
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use serde::Deserialize;
use status::{PollAnswer, Status, same_log};
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
    Parameters(parameters): Parameters<StatusParameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = parse_id(&id)?;
    let now_ms = clock::now_ms();
    let reader = access.authorize_read(&state, id).await?;
    if let Some(live) = state.setups.live(reader, id) {
        if is_known(&headers, live.tag()) {
            return Ok(unchanged(live.tag()));
        }
        if parameters.after.is_none() {
            return Ok(kept(&live.shared_status(now_ms), live.identity().attempt, &headers));
        }
    }
    let status = state.setups.status(reader, id, StatusQuery { after: parameters.after }).await?;
    let tag = (status.attempt, status.version);
    Ok(if is_known(&headers, tag) { unchanged(tag) } else { (status_headers(tag), Json(status)).into_response() })
}

/// The last 50 entries: the bytes that all watchers of this version get.
fn kept(shared: &SharedStatus, attempt: u32, headers: &HeaderMap) -> Response {
    let body = kept_json(shared.bytes(), coding(headers));
    (status_headers((attempt, shared.version())), body).into_response()
}

/// How an answer is encoded.
#[derive(Clone, Copy)]
enum Coding {
    Identity,
    Gzip,
}

/// Sends the kept bytes, which are encoded and compressed once for all, without copying them.
fn kept_json(kept: &PrecompressedJson, coding: Coding) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    match coding {
        Coding::Gzip => (json, [(header::CONTENT_ENCODING, "gzip")], Bytes::from_owner(kept.gzip())).into_response(),
        Coding::Identity => (json, Bytes::from_owner(kept.json())).into_response(),
    }
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

/// Returns gzip where the client takes it (RFC 9110 §12.5.3).
fn coding(headers: &HeaderMap) -> Coding {
    let Some(accepted) = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else {
        return Coding::Identity;
    };
    let weight = |wanted: &str| {
        accepted.split(',').find_map(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let is_refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
            (name.trim() == wanted).then_some(!is_refused)
        })
    };
    // What is named counts for more than "any other".
    if weight("gzip").or_else(|| weight("*")).unwrap_or(false) { Coding::Gzip } else { Coding::Identity }
}

/// The parameters of a log download.
#[derive(Debug, Deserialize, IntoParams)]
pub struct LogParameters {
    /// `txt` (default) or `json`.
    format: Option<String>,
    /// Debug entries too.
    include_debug: Option<bool>,
    /// The number of an attempt, or `all`; the newest by default.
    attempt: Option<String>,
}

/// The whole log of a setup as a file.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/status/{id}/logs",
    tag = "status",
    params(("id" = Uuid, Path, description = "The portfolio"), LogParameters),
    responses(
        (status = 200, description = "The log", content((String = "text/plain"), (Object = "application/json"))),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_format`, `invalid_attempt`, `invalid_query`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`, `attempt_not_found`", body = ErrorBody),
    )
)]
pub async fn logs(
    State(state): State<AppState>,
    access: PortfolioAccess,
    Path(id): Path<String>,
    Parameters(parameters): Parameters<LogParameters>,
) -> Result<Response, ApiError> {
    let id = parse_id(&id)?;
    let bad = |code, message: &str| ApiError::new(StatusCode::BAD_REQUEST, code, message);
    let format = Format::from_name(parameters.format.as_deref().unwrap_or("txt"))
        .ok_or_else(|| bad("invalid_format", "The format is txt or json."))?;
    let debug =
        if parameters.include_debug == Some(true) { log_file::Debug::Include } else { log_file::Debug::LeaveOut };
    let wanted = Attempts::named(parameters.attempt.as_deref())?;
    let reader = access.authorize_read(&state, id).await?;
    let (first, more) = wanted.find(&state.setups, reader, id).await?;
    let now_ms = clock::now_ms();
    let content_type = match format {
        Format::Text => "text/plain; charset=utf-8",
        Format::Json => "application/json",
    };
    let log = LogStream {
        setups: state.setups.clone(),
        reader: reader.to_owned_reader(),
        id,
        format,
        debug,
        now_ms,
        is_list: wanted == Attempts::All,
        more,
    };
    let name = format!("portfolio_setup_log_{id}_{}.{}", clock::file_time(now_ms), format.extension());
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, log.into_body(first)).into_response())
}

/// The parameters of a poll, as `crate::live_page::server_fn::poll_status` has them.
#[derive(Debug, Deserialize)]
pub struct PollParameters {
    portfolio_id: String,
    attempt: u32,
    version: u64,
    after: u64,
}

/// Calls the server function that the page polls, with the state and the access as context. While
/// a run is live, all watchers get the bytes that it would return, encoded once per version.
///
/// The framework treats a request that accepts HTML as a form without scripts and redirects it to
/// its `Referer`. Polls never come from forms, so these headers are removed. Refuses unreadable
/// parameters first, because the framework's messages name types of this program.
pub async fn poll(
    State(state): State<AppState>,
    access: PortfolioAccess,
    Parameters(poll): Parameters<PollParameters>,
    mut request: Request,
) -> Response {
    let coding = coding(request.headers());
    if let Some(answer) = shared_answer(&state, &access, poll, coding).await {
        return answer;
    }
    for name in [header::ACCEPT, header::REFERER] {
        request.headers_mut().remove(name);
    }
    // The framework does not support HEAD; the body is removed later.
    *request.method_mut() = Method::GET;
    let context = move || {
        provide_context(state.clone());
        provide_context(access.clone());
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// Answers a poll with the bytes that all watchers share; `None` if the server function has to:
/// the run is not live, the page reloads the whole log, or the poll is refused.
async fn shared_answer(
    state: &AppState,
    access: &PortfolioAccess,
    poll: PollParameters,
    coding: Coding,
) -> Option<Response> {
    let id = poll.portfolio_id.parse().ok()?;
    let reader = access.authorize_watch(state, id).await.ok()?;
    let live = state.setups.live(reader, id)?;
    let now_ms = clock::now_ms();
    let shared = live.shared_status(now_ms);
    let (known, current) = ((poll.attempt, poll.version), (live.identity().attempt, shared.version()));
    let private = [(header::CACHE_CONTROL, "private, no-cache")];
    if known == current {
        return Some((private, Json(PollAnswer::Unchanged(shared.clock(now_ms)))).into_response());
    }
    if !same_log(known, current) {
        return None;
    }
    let answer = shared.changed(poll.after)?;
    let vary = [(header::VARY, "accept-encoding")];
    Some((private, vary, kept_json(&answer, coding)).into_response())
}

/// The body of the server function: reads its context and asks the setups.
///
/// # Errors
/// [`PollError`], with the HTTP status set to match.
pub async fn answer_poll(portfolio_id: &str, attempt: u32, version: u64, after: u64) -> Result<PollAnswer, PollError> {
    let (Some(state), Some(access)) = (use_context::<AppState>(), use_context::<PortfolioAccess>()) else {
        return Err(failed(PollError::Unavailable, StatusCode::SERVICE_UNAVAILABLE));
    };
    let Ok(id) = portfolio_id.parse() else { return Err(failed(PollError::NotFound, StatusCode::NOT_FOUND)) };
    let answer = async {
        let reader = access.authorize_watch(&state, id).await?;
        state.setups.poll(reader, id, attempt, version, after).await
    };
    answer.await.map_err(|error| match error {
        StoreError::NotFound => failed(PollError::NotFound, StatusCode::NOT_FOUND),
        error => {
            tracing::error!(?error, "a poll was not answered");
            failed(PollError::Unavailable, StatusCode::SERVICE_UNAVAILABLE)
        }
    })
}

fn failed(error: PollError, status: StatusCode) -> PollError {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
    error
}
