//! `/api/v1/portfolios/{id}/analytics`: serves the results of the finished phases, as a JSON object
//! and as CSV tables.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::portfolio_id::parse_id;
use crate::server::{
    results::{Results, csv::Table},
    web::{
        error::{ApiError, ErrorBody},
        identity::access::PortfolioAccess,
        state::AppState,
    },
};

/// Returns the results of the finished phases.
///
/// Parts that are not computed yet are null, and so is a number that cannot be computed.
/// `comparison` has the portfolio beside its benchmark. `risk` has the risk of the positions held
/// today, and the contributions of each symbol to risk and return. `closed` has the positions that
/// were sold or settled.
#[utoipa::path(
    get,
    path = "/api/v1/portfolios/{id}/analytics",
    tag = "results",
    params(("id" = Uuid, Path, description = "The portfolio id")),
    responses(
        (status = 200, description = "The results that are available so far", body = Object),
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
        return Err(not_ready("There are no results yet; wait until the first phase has finished."));
    };
    // Uses the factors that the run used, because the server's factor file may have changed since
    // the run.
    let factors = market.factors.clone().unwrap_or_else(|| state.setups.market_data().factors());
    let write = move || serde_json::to_vec(&Results::new(&results.run, &results.outputs, &factors));
    let body = run_on_compute_threads(&state, write).await?.map_err(|error| ApiError::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "private, no-cache")], body))
}

/// Downloads one table of the results as a CSV file.
#[utoipa::path(
    get,
    path = "/api/v1/portfolios/{id}/analytics/{table}",
    tag = "results",
    params(
        ("id" = Uuid, Path, description = "The portfolio id"),
        ("table" = String, Path, description = "`positions.csv`, `snapshots.csv`, `exposures.csv`, `symbols.csv`, `factors.csv`, `volatility.csv`, `correlations.csv`, `prices.csv`, `unavailable.csv`, `closed.csv`, `comparison.csv` or `contributions.csv`"),
    ),
    responses(
        (status = 200, description = "The table, with unrounded numbers", body = String, content_type = "text/csv"),
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
        let message = format!("This table doesn't exist; choose one of {known}.");
        ApiError::new(StatusCode::NOT_FOUND, "no_such_table", message)
    })?;
    let file = run_on_compute_threads(&state, move || table.write(&results.outputs)).await?;
    let file = file.ok_or_else(|| not_ready("This table isn't ready yet; wait until its phase has finished."))?;
    let disposition = format!("attachment; filename=\"{}\"", table.file_name());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file))
}

/// Runs CPU-bound work on the compute threads, such as serializing the results of 10,000 positions.
/// On an async thread, the work would block other requests.
async fn run_on_compute_threads<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    state.setups.computing().run(work).await.map_err(|error| ApiError::internal(&error))
}

fn not_ready(message: &str) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, "not_ready", message)
}
