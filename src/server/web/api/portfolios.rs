//! `/api/v1/onboarding/portfolios`: create, list, delete, and the template.

use super::{list_page::ListParameters, portfolio_id::parse_id};
use crate::server::{
    store::PortfolioListItem,
    web::{
        error::{ApiError, ErrorBody},
        identity::user::{CurrentUser, Writer},
        progress_redirect::progress_url,
        query_parameters::QueryParameters,
        state::AppState,
        upload_form::{Refused, UploadForm},
    },
};
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

/// A portfolio was created and its run has started.
#[derive(Debug, Serialize, ToSchema)]
pub struct Created {
    /// Its identifier.
    portfolio_id: Uuid,
    /// Its name.
    portfolio_name: String,
    /// Always 1.
    attempt: u32,
    /// The live page.
    progress_url: String,
    /// The status object.
    status_url: String,
    /// What was passed over in the file, such as unknown columns.
    warnings: Vec<Warning>,
}

/// What an upload consists of.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the form to programs; `UploadForm` reads it")]
struct Upload {
    /// Up to 100 characters.
    portfolio_name: String,
    /// In dollars; 0 where left out.
    cash_balance: Option<String>,
    /// The positions; see the template.
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
        (status = 201, description = "Created, and its setup has started", body = Created),
        (status = 408, description = "`too_slow`: the upload arrived too slowly", body = ErrorBody),
        (status = 413, description = "`too_large`: over 10 MB, or a field that is no file over 4 KB", body = ErrorBody),
        (status = 415, description = "`not_multipart`", body = ErrorBody),
        (status = 422, description = "`invalid_portfolio`, with the problems of all rows, at most 100 of them", body = ErrorBody),
        (status = 429, description = "`too_many_bytes`: one user's uploads and downloads under way are too large", body = ErrorBody),
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
    let accepted = form.accept(&state, &writer).await.map_err(|refused| match refused {
        Refused::Problems(problems) => ApiError::invalid_portfolio(problems),
        Refused::Other(error) => error,
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

/// One's portfolios, newest first, a page at a time.
///
/// The header `Link` leads to the next page where there is one.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/portfolios",
    tag = "portfolios",
    params(ListParameters),
    responses(
        (status = 200, description = "The portfolios", body = Vec<PortfolioListItem>, headers(("Link" = String, description = "The next page, as rel=next"))),
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
    params(("id" = Uuid, Path, description = "The portfolio")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 409, description = "`already_running`: cancel its setup first", body = ErrorBody),
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

/// A positions file that the upload accepts.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/csv-template",
    tag = "portfolios",
    responses((status = 200, description = "The file", body = String, content_type = "text/csv"))
)]
pub async fn template() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"portfolio_template.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, template_csv())
}
