//! `/api/v1/onboarding/status/{id}/logs`: downloads the log of a portfolio's runs.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

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
        identity::{access::PortfolioAccess, rejection::Rejection},
        progress_redirect::progress_url,
        query_parameters::QueryParameters,
        response_format::{ResponseFormat, wants_page},
        state::AppState,
    },
};

/// The query parameters of a log download.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogParameters {
    /// File format: `txt` (default) or `json`.
    format: Option<String>,
    /// `true` includes debug entries; `false` by default.
    include_debug: Option<bool>,
    /// Number of the attempt, or `all` for all attempts; the newest attempt by default.
    attempt: Option<String>,
    /// `true` lets a browser show the log instead of saving it; `false` by default.
    inline: Option<bool>,
}

/// Downloads the complete log of a setup as a file.
///
/// With `Accept: text/html`, errors are pages, and a request without a session is redirected to the
/// live page, which asks the user to sign in and then shows the setup.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/status/{id}/logs",
    tag = "status",
    params(("id" = Uuid, Path, description = "The portfolio id"), LogParameters),
    responses(
        (status = 200, description = "The log file", content((String = "text/plain"), (Object = "application/json"))),
        (status = 303, description = "Redirects a browser without a session to the live page"),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_format`, `invalid_attempt`, `invalid_query`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`, `attempt_not_found`", body = ErrorBody),
    )
)]
pub async fn logs(
    State(state): State<AppState>,
    access: Result<PortfolioAccess, Rejection>,
    Path(id): Path<String>,
    parameters: Result<QueryParameters<LogParameters>, ApiError>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let access = match access {
        Ok(access) => access,
        Err(rejection) => return without_access(rejection, &id, &headers),
    };
    let response = async { download(&state, &access, &id, parameters?.0).await };
    response.await.unwrap_or_else(|error| ResponseFormat::at(&uri, &headers).error(&state, error))
}

/// Returns the response to a request without a session. The download must not become a file that
/// contains an error. The live page shows the sign-in page first, and then the setup; the address
/// of the download would leave the user on the sign-in page.
fn without_access(rejection: Rejection, id: &str, headers: &HeaderMap) -> Response {
    match parse_id(id) {
        Ok(id) if rejection.is_without_session() && wants_page(headers) => {
            Redirect::to(&progress_url(id)).into_response()
        }
        _ => rejection.into_response(),
    }
}

async fn download(
    state: &AppState,
    access: &PortfolioAccess,
    id: &str,
    parameters: LogParameters,
) -> Result<Response, ApiError> {
    let id = parse_id(id)?;
    let bad = |code, message: &str| ApiError::new(StatusCode::BAD_REQUEST, code, message);
    let format = Format::from_name(parameters.format.as_deref().unwrap_or("txt"))
        .ok_or_else(|| bad("invalid_format", "The format must be txt or json."))?;
    let debug =
        if parameters.include_debug == Some(true) { log_file::Debug::Include } else { log_file::Debug::Exclude };
    let attempts = Attempts::from_parameter(parameters.attempt.as_deref())?;
    let viewer = access.authorize_read(state, id).await?;
    let (first, more) = attempts.find(&state.setups, viewer, id).await?;
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
        is_list: attempts == Attempts::All,
        more,
    };
    let name = format!("portfolio_setup_log_{id}_{}.{}", clock::file_time(now_ms), format.extension());
    let disposition = if parameters.inline == Some(true) { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("{disposition}; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, log.into_body(first)).into_response())
}
