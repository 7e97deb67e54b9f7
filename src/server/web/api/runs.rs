//! `/api/v1/onboarding/portfolios/{id}/retry` and `/cancel`: starting and ending the run of a portfolio.

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
use axum::{
    Form, Json,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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
            Err(error) if error.code() != "already_running" => Ok(error_page(&state, &error, writer.user().account())),
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
            Err(error) => error_page(&state, &error, writer.user().account()),
        });
    }
    let (id, was_running) = cancelled?;
    if was_running {
        Ok((StatusCode::ACCEPTED, Json(Cancelled { portfolio_id: id })).into_response())
    } else {
        Err(ApiError::new(StatusCode::CONFLICT, "not_running", "No setup of this portfolio is running."))
    }
}
