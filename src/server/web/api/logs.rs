//! `/api/v1/onboarding/status/{id}/logs`: the log of a setup as a file.

use super::{
    attempts::Attempts,
    log_file::{self, Format},
    log_stream::LogStream,
    portfolio_id::parse_id,
};
use crate::server::{
    util::clock,
    web::{
        error::{ApiError, ErrorBody},
        identity::access::PortfolioAccess,
        query_parameters::QueryParameters,
        state::AppState,
    },
};
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

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
    QueryParameters(parameters): QueryParameters<LogParameters>,
) -> Result<Response, ApiError> {
    let id = parse_id(&id)?;
    let bad = |code, message: &str| ApiError::new(StatusCode::BAD_REQUEST, code, message);
    let format = Format::from_name(parameters.format.as_deref().unwrap_or("txt"))
        .ok_or_else(|| bad("invalid_format", "The format is txt or json."))?;
    let debug =
        if parameters.include_debug == Some(true) { log_file::Debug::Include } else { log_file::Debug::LeaveOut };
    let wanted = Attempts::named(parameters.attempt.as_deref())?;
    let viewer = access.authorize_read(&state, id).await?;
    let (first, more) = wanted.find(&state.setups, viewer, id).await?;
    let now_ms = clock::now_ms();
    let content_type = match format {
        Format::Text => "text/plain; charset=utf-8",
        Format::Json => "application/json",
    };
    let log = LogStream {
        setups: state.setups.clone(),
        viewer: viewer.to_owned_viewer(),
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
