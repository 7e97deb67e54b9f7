//! `/api/v1/onboarding/portfolios`: create, list, retry, cancel, delete, and the template.

use super::{idempotency, list_page::ListParameters};
use crate::server::{
    store::{AcceptedRun, PortfolioListItem},
    web::{
        error::{ApiError, ErrorBody},
        identity::user::{CurrentUser, Writer},
        middleware::traffic::arriving_body::fault_of,
        progress_redirect::{progress_url, to_live_page},
        query_parameters::QueryParameters,
        response_format::wants_page,
        responses::error_page,
        state::AppState,
        upload_form::{Refused, UploadForm},
    },
};
use axum::{
    Form, Json,
    extract::{Multipart, Path, State, multipart::MultipartRejection, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use positions::{Warning, template_csv};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
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

/// The parameters of a retry, as query or form. `from` is `failed`, which reuses the phases that completed, or
/// `start`, which computes everything anew.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
pub struct RetryParameters {
    /// `failed` (default) or `start`.
    from: Option<String>,
}

/// A new attempt was started.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retried {
    /// The portfolio.
    portfolio_id: Uuid,
    /// The attempt's number.
    attempt: u32,
}

/// Sets the portfolio up anew.
///
/// With `Accept: text/html` it leads back to the live page. A second request with the same
/// `Idempotency-Key` and `from` starts nothing and gets the answer of the first.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios/{id}/retry",
    tag = "portfolios",
    params(
        ("id" = Uuid, Path, description = "The portfolio"),
        RetryParameters,
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "1 to 255 visible ASCII characters, sent once: the same key starts one attempt only, and is refused with another `from`",
            min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        ),
    ),
    request_body(content = Option<RetryParameters>, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 202, description = "The attempt has started", body = Retried),
        (status = 303, description = "For a browser's form: back to the live page"),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_from`, `invalid_idempotency_key`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 409, description = "`already_running`", body = ErrorBody),
        (status = 422, description = "`idempotency_key_reused`: the key came before with another `from`", body = ErrorBody),
    )
)]
pub async fn retry(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    query: Result<QueryParameters<RetryParameters>, ApiError>,
    headers: HeaderMap,
    form: Result<Form<RetryParameters>, FormRejection>,
) -> Result<Response, ApiError> {
    let retried = async {
        if let Some(fault) = form.as_ref().err().and_then(|error| fault_of(error)) {
            return Err(ApiError::unread_body(fault));
        }
        // No body is needed, so one that is no form says nothing.
        let from = query?.0.from.or(form.ok().and_then(|form| form.0.from));
        start_attempt(&state, &writer, &id, from.as_deref(), &headers).await
    };
    let retried = retried.await;
    if wants_page(&headers) {
        return match retried {
            // Two clicks are one wish: the page shows the run that is already under way.
            Err(error) if error.code() != "already_running" => Ok(error_page(&state, &error)),
            Ok(_) | Err(_) => Ok(to_live_page(&state, writer.user(), parse_id(&id)?).await),
        };
    }
    let AcceptedRun { portfolio_id, attempt, .. } = retried?;
    Ok((StatusCode::ACCEPTED, Json(Retried { portfolio_id, attempt })).into_response())
}

/// Starts the attempt that the request asks for, or finds the one that its key started before.
async fn start_attempt(
    state: &AppState,
    writer: &Writer,
    id: &str,
    from: Option<&str>,
    headers: &HeaderMap,
) -> Result<AcceptedRun, ApiError> {
    let id = parse_id(id)?;
    let from_start = match from {
        None | Some("failed") => false,
        Some("start") => true,
        Some(_) => {
            let message = "Send from=failed or from=start.";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_from", message));
        }
    };
    let run = state.setups.retry(&writer.user().id, id, from_start, idempotency::key(headers)?).await?;
    idempotency::check_parameters(&run, from_start)?;
    Ok(run)
}

/// A setup is being cancelled.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cancelled {
    /// The portfolio.
    portfolio_id: Uuid,
}

/// Ends the running setup within a second.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios/{id}/cancel",
    tag = "portfolios",
    params(("id" = Uuid, Path, description = "The portfolio")),
    responses(
        (status = 202, description = "It ends", body = Cancelled),
        (status = 303, description = "For a browser's form: back to the live page"),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 409, description = "`not_running`", body = ErrorBody),
    )
)]
pub async fn cancel(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let cancelled = async {
        let id = parse_id(&id)?;
        Ok::<_, ApiError>((id, state.setups.cancel(&writer.user().id, id).await?))
    };
    let cancelled = cancelled.await;
    if wants_page(&headers) {
        return Ok(match cancelled {
            Ok((id, _)) => to_live_page(&state, writer.user(), id).await,
            Err(error) => error_page(&state, &error),
        });
    }
    let (id, was_running) = cancelled?;
    if was_running {
        Ok((StatusCode::ACCEPTED, Json(Cancelled { portfolio_id: id })).into_response())
    } else {
        Err(ApiError::new(StatusCode::CONFLICT, "not_running", "No setup of this portfolio is running."))
    }
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

/// A portfolio id, or 400.
pub fn parse_id(id: &str) -> Result<Uuid, ApiError> {
    id.parse().map_err(|_| ApiError::invalid_id())
}
