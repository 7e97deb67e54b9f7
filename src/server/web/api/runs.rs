//! `/api/v1/onboarding/portfolios/{id}/retry` and `/cancel`: starts a new run of a portfolio or
//! cancels the active run.

use axum::{
    Form, Json,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{idempotency, portfolio_id::parse_id};
use crate::server::{
    store::AcceptedRun,
    web::{
        error::{ApiError, ErrorBody},
        identity::user::Writer,
        middleware::traffic::arriving_body::fault_of,
        progress_redirect::to_live_page,
        query_parameters::QueryParameters,
        response_format::wants_page,
        responses::error_page,
        state::AppState,
    },
};

/// The parameters of a retry, in the query or in a form.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub struct RetryParameters {
    /// `failed` (default) reuses the phases that completed; `start` computes all phases again.
    from: Option<String>,
    /// The same as the header `Idempotency-Key`, for forms, which cannot send headers. The header
    /// has precedence.
    idempotency_key: Option<String>,
}

/// The new attempt that a retry has started.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retried {
    /// The portfolio id.
    portfolio_id: Uuid,
    /// Number of the new attempt.
    attempt: u32,
}

/// Starts a new attempt for a portfolio.
///
/// With `Accept: text/html`, the response redirects to the live page. A second request with the
/// same `Idempotency-Key` and `from` does not start another attempt; it gets the same response as
/// the first request.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios/{id}/retry",
    tag = "portfolios",
    params(
        ("id" = Uuid, Path, description = "The portfolio id"),
        RetryParameters,
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "One header with 1 to 255 visible ASCII characters. A key starts one attempt only, and is rejected with another value of `from`",
            min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        ),
    ),
    request_body(content = Option<RetryParameters>, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 202, description = "The attempt has started", body = Retried),
        (status = 303, description = "Redirects a browser's form to the live page"),
        (status = 400, description = "`invalid_portfolio_id`, `invalid_from`, `invalid_idempotency_key`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 409, description = "`already_running`", body = ErrorBody),
        (status = 422, description = "`idempotency_key_reused`: the key was used with another value of `from`", body = ErrorBody),
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
        // The body is optional. If it is not a valid form, it is ignored instead of rejected.
        let form = form.map(|form| form.0).unwrap_or_default();
        let query = query?.0;
        let parameters = RetryParameters {
            from: query.from.or(form.from),
            idempotency_key: query.idempotency_key.or(form.idempotency_key),
        };
        start_attempt(&state, &writer, &id, &parameters, &headers).await
    };
    let retried = retried.await;
    if wants_page(&headers) {
        return match retried {
            // The second request of a double click is redirected to the run that the first request
            // started. If that run has already ended, the form's idempotency key identifies it.
            Err(error) if error.code() != "already_running" => Ok(error_page(&state, &error, writer.user().account())),
            Ok(_) | Err(_) => Ok(to_live_page(&state, writer.user(), parse_id(&id)?).await),
        };
    }
    let AcceptedRun { portfolio_id, attempt, .. } = retried?;
    Ok((StatusCode::ACCEPTED, Json(Retried { portfolio_id, attempt })).into_response())
}

/// Starts a new attempt. If an earlier request had the same idempotency key, returns the attempt
/// that the earlier request started.
async fn start_attempt(
    state: &AppState,
    writer: &Writer,
    id: &str,
    parameters: &RetryParameters,
    headers: &HeaderMap,
) -> Result<AcceptedRun, ApiError> {
    let id = parse_id(id)?;
    let key = idempotency::key(headers, parameters.idempotency_key.as_deref())?;
    let from_start = match parameters.from.as_deref() {
        None | Some("failed") => false,
        Some("start") => true,
        Some(_) => {
            let message = "The parameter from must be failed or start.";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_from", message));
        }
    };
    let run = state.setups.retry(&writer.user().id, id, from_start, key).await?;
    idempotency::check_parameters(&run, from_start)?;
    Ok(run)
}

/// The portfolio whose setup is being cancelled.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cancelled {
    /// The portfolio id.
    portfolio_id: Uuid,
}

/// Cancels the run of the portfolio. The run ends within a second.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios/{id}/cancel",
    tag = "portfolios",
    params(("id" = Uuid, Path, description = "The portfolio id")),
    responses(
        (status = 202, description = "The setup is being cancelled", body = Cancelled),
        (status = 303, description = "Redirects a browser's form to the live page"),
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
            Err(error) => error_page(&state, &error, writer.user().account()),
        });
    }
    let (id, was_running) = cancelled?;
    if was_running {
        Ok((StatusCode::ACCEPTED, Json(Cancelled { portfolio_id: id })).into_response())
    } else {
        Err(ApiError::new(StatusCode::CONFLICT, "not_running", "This portfolio has no running setup."))
    }
}
