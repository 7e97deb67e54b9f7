//! `/api/v1/portfolios/{id}/analytics`: what the finished phases produced, as one object.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::{
    AppState, CurrentUser,
    error::{ApiError, ErrorBody},
    portfolios::parse_id,
};
use crate::server::results::assemble;

/// What the finished phases produced.
#[utoipa::path(
    get,
    path = "/api/v1/portfolios/{id}/analytics",
    tag = "results",
    params(("id" = Uuid, Path, description = "The portfolio")),
    responses(
        (status = 200, description = "The results, as far as they go", body = Object),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`", body = ErrorBody),
        (status = 409, description = "`not_ready`: the first phase has not finished", body = ErrorBody),
    )
)]
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
