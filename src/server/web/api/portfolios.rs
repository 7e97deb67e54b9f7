//! `/api/v1/onboarding/portfolios`: creates, lists and deletes portfolios. Also serves the CSV
//! template.

use axum::{
    Json,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use positions::{Warning, template_csv};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{list_page::ListParameters, portfolio_id::parse_id};
use crate::server::{
    store::PortfolioListItem,
    web::{
        error::{ApiError, ErrorBody},
        identity::user::{CurrentUser, Writer},
        progress_redirect::progress_url,
        query_parameters::QueryParameters,
        state::AppState,
        upload_form::{UploadError, UploadForm},
    },
};

/// The portfolio that an upload created. Its first run has started.
#[derive(Debug, Serialize, ToSchema)]
pub struct Created {
    /// The portfolio id.
    portfolio_id: Uuid,
    /// The portfolio name as stored.
    portfolio_name: String,
    /// Number of the first attempt: always 1.
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
    /// CSV file of the positions, in the format of the template.
    #[schema(value_type = String, format = Binary)]
    csv_file: String,
}

/// Creates a portfolio and starts its setup.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios",
    tag = "portfolios",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The portfolio was created and its setup has started", body = Created),
        (status = 408, description = "`too_slow`: the upload arrived too slowly", body = ErrorBody),
        (status = 413, description = "`too_large`: the upload is over 10 MB, or a field other than the file is over 4 KB", body = ErrorBody),
        (status = 415, description = "`not_multipart`", body = ErrorBody),
        (status = 422, description = "`invalid_portfolio`, with the problems of all rows, at most 100", body = ErrorBody),
        (status = 429, description = "`too_many_bytes`: the user's uploads and downloads in progress are too large", body = ErrorBody),
        (status = 503, description = "`server_busy`", body = ErrorBody),
    )
)]
pub async fn create(
    State(state): State<AppState>,
    writer: Writer,
    body: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Created>), ApiError> {
    let body = body.map_err(|_| {
        let message = "Send the portfolio as multipart/form-data with portfolio_name, cash_balance and csv_file.";
        ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_multipart", message)
    })?;
    let form = UploadForm::read(body).await?;
    let accepted = form.accept(&state, &writer).await.map_err(|error| match error {
        UploadError::Problems(problems) => ApiError::invalid_portfolio(problems),
        UploadError::Other(error) => error,
    })?;
    let id = accepted.run.portfolio_id;
    let created = Created {
        portfolio_id: id,
        portfolio_name: accepted.name,
        attempt: accepted.run.attempt,
        progress_url: progress_url(id),
        status_url: format!("/api/v1/onboarding/status/{id}"),
        warnings: accepted.warnings,
    };
    Ok((StatusCode::CREATED, Json(created)))
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
