//! `/api/v1/onboarding/portfolios/{id}/correct`: opens the correction of a portfolio.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::portfolio_id::parse_id;
use crate::server::{
    previews::PreviewError,
    web::{
        error::{ApiError, ErrorBody},
        handlers::upload::check_url,
        identity::user::Writer,
        state::AppState,
    },
};

/// A preview that corrects a portfolio.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedCorrection {
    /// The portfolio id.
    portfolio_id: Uuid,
    /// Starts the portfolio's next attempt, by `POST /api/v1/onboarding/portfolios`. Kept for a
    /// day.
    preview_id: Uuid,
    /// Address of the page on which a person corrects the file.
    check_url: String,
}

/// Opens the correction of a portfolio: a preview of its stored file, name and cash balance.
///
/// Starting the preview with `POST /api/v1/onboarding/portfolios` replaces the portfolio's
/// positions and file, and starts its next attempt. Earlier attempts stay readable. A portfolio has
/// one open correction at a time: until it is started or expires, further requests return it.
#[utoipa::path(
    post,
    path = "/api/v1/onboarding/portfolios/{id}/correct",
    tag = "portfolios",
    params(("id" = Uuid, Path, description = "The portfolio id")),
    responses(
        (status = 201, description = "The correction is open, and nothing has started", body = OpenedCorrection),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`; `no_file`: the portfolio was uploaded before files were kept", body = ErrorBody),
        (status = 409, description = "`already_running`: correct it when its setup has ended; `quota_reached`: too much is stored", body = ErrorBody),
    )
)]
pub async fn correct(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<OpenedCorrection>), ApiError> {
    let portfolio_id = parse_id(&id)?;
    let preview_id = open(&state, &writer, portfolio_id).await?;
    let check_url = check_url(preview_id, false);
    Ok((StatusCode::CREATED, Json(OpenedCorrection { portfolio_id, preview_id, check_url })))
}

/// Opens the correction of a portfolio, and returns the id of its preview.
pub async fn open(state: &AppState, writer: &Writer, portfolio_id: Uuid) -> Result<Uuid, ApiError> {
    state.previews.correct(&writer.user().id, portfolio_id).await.map_err(|error| match error {
        // Only the portfolio can be unknown here.
        PreviewError::Store(error) => error.into(),
        error => error.into(),
    })
}
