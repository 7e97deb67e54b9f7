//! `/api/v1/portfolios/{id}/analytics`: what the finished phases produced, as one object.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::{AppState, CurrentUser, error::ApiError, portfolios::parse_id};
use crate::server::results::assemble;

/// `GET /api/v1/portfolios/{id}/analytics`
pub async fn analytics(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let (run, outputs) = state.setups.outputs(&user.id, parse_id(&id)?).await?;
    if outputs.market.is_none() {
        let message = "There are no results yet: the first phase has not finished.";
        return Err(ApiError::new(StatusCode::CONFLICT, "not_ready", message));
    }
    let body = assemble(&run, &outputs, &state.setups.market_data().factors());
    Ok(([(header::CACHE_CONTROL, "private, no-cache")], Json(body)))
}
