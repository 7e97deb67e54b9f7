//! `/api/v1/portfolios/{id}/analytics`: what the finished phases produced, as one object and as tables.

use super::portfolio_id::parse_id;
use crate::server::{
    results::{Results, csv::Table},
    web::{
        error::{ApiError, ErrorBody},
        identity::access::PortfolioAccess,
        state::AppState,
    },
};
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};

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
    access: PortfolioAccess,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let id = parse_id(&id)?;
    let results = state.setups.results(access.authorize_read(&state, id).await?, id).await?;
    let Some(market) = &results.outputs.market else {
        return Err(not_ready("There are no results yet: the first phase has not finished."));
    };
    // Those of the run: the server may have another factor file by now.
    let factors = market.factors.clone().unwrap_or_else(|| state.setups.market_data().factors());
    let write = move || serde_json::to_vec(&Results::new(&results.run, &results.outputs, &factors));
    let body = off_the_async_threads(&state, write).await?.map_err(|error| ApiError::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "private, no-cache")], body))
}

/// One table of them as a file.
#[utoipa::path(
    get,
    path = "/api/v1/portfolios/{id}/analytics/{table}",
    tag = "results",
    params(
        ("id" = Uuid, Path, description = "The portfolio"),
        ("table" = String, Path, description = "`positions.csv`, `snapshots.csv`, `exposures.csv`, `symbols.csv`, `factors.csv`, `volatility.csv`, `correlations.csv`, `prices.csv` or `unavailable.csv`"),
    ),
    responses(
        (status = 200, description = "The table, every number with all its digits", body = String, content_type = "text/csv"),
        (status = 400, description = "`invalid_portfolio_id`", body = ErrorBody),
        (status = 404, description = "`portfolio_not_found`, `no_such_table`", body = ErrorBody),
        (status = 409, description = "`not_ready`: the phase that computes it has not finished", body = ErrorBody),
    )
)]
pub async fn table(
    State(state): State<AppState>,
    access: PortfolioAccess,
    Path((id, name)): Path<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    let id = parse_id(&id)?;
    let results = state.setups.results(access.authorize_read(&state, id).await?, id).await?;
    let table = Table::named(&name).ok_or_else(|| {
        let known = Table::ALL.map(Table::file_name).join(", ");
        let message = format!("There is no such table. There are: {known}.");
        ApiError::new(StatusCode::NOT_FOUND, "no_such_table", message)
    })?;
    let file = off_the_async_threads(&state, move || table.write(&results.outputs)).await?;
    let file = file.ok_or_else(|| not_ready("This table is not there yet: its phase has not finished."))?;
    let disposition = format!("attachment; filename=\"{}\"", table.file_name());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file))
}

/// Writing down the results of ten thousand positions takes a while; nobody else should wait for it.
async fn off_the_async_threads<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    state.setups.computing().run(work).await.map_err(|error| ApiError::internal(&error))
}

fn not_ready(message: &str) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "not_ready", message)
}
