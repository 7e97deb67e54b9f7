//! Endpoints for operators: liveness, readiness and metrics.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::state::AppState;

/// Reports that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "The process is alive", body = String)))]
pub async fn live() -> &'static str {
    "ok"
}

/// Reports whether the server is ready: the database responds, jobs are taken from the queue, the
/// keys for verifying sessions are loaded, and the server is not shutting down.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses((status = 200, description = "Ready", body = String), (status = 503, description = "Not ready, with the reason", body = String))
)]
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.setups.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "The server is shutting down.");
    }
    if !state.setups.is_taking_jobs() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "The queue of setups isn't responding; setups continue as soon as it does.",
        );
    }
    if !state.auth.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "The keys for verifying sessions haven't been loaded yet.");
    }
    match state.setups.store().ping().await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(?error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "The database isn't responding.")
        }
    }
}

/// Returns the metrics in the OpenMetrics text format, which Prometheus reads.
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, state.setups.metrics())
}
