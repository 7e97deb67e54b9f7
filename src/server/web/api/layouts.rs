//! `/api/v1/onboarding/layouts`: lists and forgets the layouts that a user has mapped.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use positions::Reading;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::server::{
    util::clock,
    web::{
        error::{ApiError, ErrorBody},
        identity::user::{CurrentUser, Writer},
        state::AppState,
    },
};

/// A user's mapping of the columns of a file. It is applied to the next file with the same header.
#[derive(Debug, Serialize, ToSchema)]
pub struct LayoutItem {
    layout_id: Uuid,
    /// The name of the layout, or the first words of its header.
    name: String,
    /// The parts of the reading that are applied.
    reading: Reading,
    /// When a portfolio was last started with this layout.
    used_at: String,
}

/// Lists the layouts that the user has mapped, most recently used first. There are at most 100.
#[utoipa::path(
    get,
    path = "/api/v1/onboarding/layouts",
    tag = "layouts",
    responses((status = 200, description = "The layouts", body = Vec<LayoutItem>))
)]
pub async fn list(State(state): State<AppState>, user: CurrentUser) -> Result<Json<Vec<LayoutItem>>, ApiError> {
    let layouts = state.setups.store().layouts(&user.id).await?;
    let items = layouts.into_iter().map(|layout| LayoutItem {
        layout_id: layout.id,
        name: layout.name,
        reading: layout.reading,
        used_at: clock::rfc3339(layout.used_ms),
    });
    Ok(Json(items.collect()))
}

/// Forgets all layouts of the user.
#[utoipa::path(
    delete,
    path = "/api/v1/onboarding/layouts",
    tag = "layouts",
    responses((status = 204, description = "The layouts were forgotten"))
)]
pub async fn forget_all(State(state): State<AppState>, writer: Writer) -> Result<StatusCode, ApiError> {
    state.setups.store().forget_layouts(&writer.user().id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets one layout.
#[utoipa::path(
    delete,
    path = "/api/v1/onboarding/layouts/{layout_id}",
    tag = "layouts",
    params(("layout_id" = Uuid, Path, description = "The layout id")),
    responses(
        (status = 204, description = "The layout was forgotten"),
        (status = 404, description = "`layout_not_found`", body = ErrorBody),
    )
)]
pub async fn forget(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let forgotten = match id.parse::<Uuid>() {
        Ok(id) => state.setups.store().forget_layouts(&writer.user().id, Some(id)).await?,
        Err(_) => 0,
    };
    if forgotten == 0 {
        let message = "This layout doesn't exist; it may have been forgotten already.";
        return Err(ApiError::new(StatusCode::NOT_FOUND, "layout_not_found", message));
    }
    Ok(StatusCode::NO_CONTENT)
}
