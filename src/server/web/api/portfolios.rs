//! `/api/v1/onboarding/portfolios`: creates, lists, renames and deletes portfolios. Also serves the
//! CSV template.

use axum::{
    Json,
    body::to_bytes,
    extract::{FromRequest, Multipart, Path, Request, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use positions::{FileWarning, Warning, template_csv, validate_name};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    list_page::ListParameters,
    portfolio_id::parse_id,
    previews::{self, StartPreview},
};
use crate::server::{
    previews::{MAX_CHANGES, StartedPortfolio},
    store::PortfolioListItem,
    web::{
        error::{ApiError, ErrorBody},
        identity::user::{CurrentUser, Writer},
        middleware::traffic::arriving_body::fault_of,
        progress_redirect::progress_url,
        query_parameters::QueryParameters,
        state::AppState,
        upload_form::UploadForm,
    },
};

/// Maximum size of the JSON that starts a preview, in bytes.
const MAX_JSON: usize = MAX_CHANGES + 64 * 1024;

/// The portfolio that an upload created or corrected. Its setup has started.
#[derive(Debug, Serialize, ToSchema)]
pub struct Created {
    /// The portfolio id.
    portfolio_id: Uuid,
    /// The portfolio name as stored.
    portfolio_name: String,
    /// Number of the attempt: 1, unless the preview corrects a portfolio.
    attempt: u32,
    /// Address of the live page.
    progress_url: String,
    /// Address of the status object.
    status_url: String,
    /// Parts of the file that were ignored, such as unknown columns.
    warnings: Vec<Warning>,
}

/// The form fields of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only documents the form in the OpenAPI document; `UploadForm` parses it")]
struct Upload {
    /// Name of the portfolio, up to 100 characters.
    portfolio_name: String,
    /// Cash balance in US dollars; 0 by default.
    cash_balance: Option<String>,
    /// File of the positions. It must be readable without a question; otherwise, use a preview.
    #[schema(value_type = String, format = Binary)]
    csv_file: String,
}

/// Creates a portfolio and starts its setup: from a file, or from a preview. A preview that
/// corrects a portfolio starts the next attempt of that portfolio.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios",
    tag = "portfolios",
    request_body(content((Upload = "multipart/form-data"), (StartPreview = "application/json"))),
    responses(
        (status = 201, description = "The portfolio was created and its setup has started. A preview that was started before leads to the same portfolio", body = Created),
        (status = 400, description = "`malformed_body`", body = ErrorBody),
        (status = 404, description = "`preview_not_found`: the preview is unknown or has expired", body = ErrorBody),
        (status = 409, description = "`already_running`: the portfolio that the preview corrects has an active setup; `quota_reached`", body = ErrorBody),
        (status = 408, description = "`too_slow`: the upload arrived too slowly", body = ErrorBody),
        (status = 413, description = "`too_large`: the upload is over 10 MB, or a field other than the file is over 4 KB", body = ErrorBody),
        (status = 415, description = "`not_multipart`: neither multipart nor JSON with a `preview_id`", body = ErrorBody),
        (status = 422, description = "`invalid_portfolio`, with the problems and open questions of all rows, at most 100", body = ErrorBody),
        (status = 429, description = "`too_many_bytes`: the user's uploads and downloads in progress are too large", body = ErrorBody),
        (status = 503, description = "`server_busy`", body = ErrorBody),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    writer: Writer,
    request: Request,
) -> Result<(StatusCode, Json<Created>), ApiError> {
    let (started, warnings) = if is_json(request.headers()) {
        let json = to_bytes(request.into_body(), MAX_JSON).await.map_err(|error| unread_json(&error))?;
        let request = previews::start_request(&json)?.ok_or_else(unsupported)?;
        previews::start(&state, &writer, request).await?
    } else {
        let body = Multipart::from_request(request, &state).await.map_err(|_| unsupported())?;
        upload(&state, &writer, body).await?
    };
    let id = started.run.portfolio_id;
    let created = Created {
        portfolio_id: id,
        portfolio_name: started.name,
        attempt: started.run.attempt,
        progress_url: progress_url(id),
        status_url: format!("/api/v1/onboarding/status/{id}"),
        warnings: warnings.into_iter().map(|FileWarning { column, message, .. }| Warning { column, message }).collect(),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Reads an upload and starts it, unless a question is open.
async fn upload(
    state: &AppState,
    writer: &Writer,
    body: Multipart,
) -> Result<(StartedPortfolio, Vec<FileWarning>), ApiError> {
    let form = UploadForm::read(body).await?;
    let user = &writer.user().id;
    if form.sample {
        return Ok((state.previews.start_sample(user, form.token).await?, Vec::new()));
    }
    match form.check(&state.previews, user, false).await? {
        Ok(upload) if upload.checked.can_start() => {
            let started = state.previews.start_file(user, upload.file, &upload.checked, &upload.form).await?;
            Ok((started, upload.checked.content.warnings))
        }
        Ok(upload) => Err(ApiError::invalid_portfolio(upload.checked.content.listed_problems())),
        Err(rejected) => Err(ApiError::invalid_portfolio(rejected.problems)),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn unsupported() -> ApiError {
    let message = "Send multipart/form-data with portfolio_name, cash_balance and csv_file, or JSON with a preview_id.";
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_multipart", message)
}

fn unread_json(error: &axum::Error) -> ApiError {
    match fault_of(error) {
        Some(fault) => ApiError::unread_body(fault),
        None => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The JSON is too long; send fewer changes."),
    }
}

/// The JSON that renames a portfolio.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Rename {
    /// The new name, up to 100 characters.
    portfolio_name: String,
}

/// The name of a portfolio.
#[derive(Debug, Serialize, ToSchema)]
pub struct Renamed {
    portfolio_id: Uuid,
    /// The portfolio name as stored.
    portfolio_name: String,
}

/// Renames a portfolio.
#[utoipa::path(
    patch,
    path = "/api/v1/onboarding/portfolios/{id}",
    tag = "portfolios",
    params(("id" = Uuid, Path, description = "The portfolio id")),
    request_body = Rename,
    responses(
        (status = 200, description = "The portfolio was renamed", body = Renamed),
        (status = 400, description = "`invalid_portfolio_id`, `malformed_body`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 409, description = "`already_running`: rename it when its setup has ended", body = ErrorBody),
        (status = 422, description = "`invalid_portfolio`: the name is invalid", body = ErrorBody),
    )
)]
pub async fn rename(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    body: Result<Json<Rename>, JsonRejection>,
) -> Result<Json<Renamed>, ApiError> {
    let id = parse_id(&id)?;
    let Json(Rename { portfolio_name }) = body.map_err(|_| {
        let message = "Send JSON with a portfolio_name.";
        ApiError::new(StatusCode::BAD_REQUEST, "malformed_body", message)
    })?;
    let name = validate_name(&portfolio_name).map_err(|problem| ApiError::invalid_portfolio(problem.into()))?;
    state.setups.rename(&writer.user().id, id, &name).await?;
    Ok(Json(Renamed { portfolio_id: id, portfolio_name: name }))
}

/// Lists the user's portfolios, newest first, page by page.
///
/// The `Link` header points to the next page. It is missing on the last page.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/portfolios",
    tag = "portfolios",
    params(ListParameters),
    responses(
        (status = 200, description = "A page of the user's portfolios", body = Vec<PortfolioListItem>, headers(("Link" = String, description = "The next page, with `rel=\"next\"`"))),
        (status = 400, description = "`invalid_limit`, `invalid_before`, `invalid_query`", body = ErrorBody),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    QueryParameters(parameters): QueryParameters<ListParameters>,
) -> Result<Response, ApiError> {
    let page = parameters.read(&state, &user).await?;
    let link = page.link("/api/v1/onboarding/portfolios").map(|link| (header::LINK, link));
    Ok((AppendHeaders(link), Json(page.items)).into_response())
}

/// Deletes a portfolio with its runs, log and results.
#[utoipa::path(
    delete,
    path = "/api/v1/onboarding/portfolios/{id}",
    tag = "portfolios",
    params(("id" = Uuid, Path, description = "The portfolio id")),
    responses(
        (status = 204, description = "The portfolio was deleted"),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 409, description = "`already_running`: cancel the setup first", body = ErrorBody),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    state.setups.delete(&writer.user().id, parse_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Downloads a template of the positions file. The template can be uploaded unchanged.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/csv-template",
    tag = "portfolios",
    responses((status = 200, description = "The template", body = String, content_type = "text/csv"))
)]
pub async fn template() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"portfolio_template.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, template_csv())
}
