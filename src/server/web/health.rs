//! Whether the process lives, whether it can do its work, and what operators measure.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::state::AppState;

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "It does", body = String)))]
pub async fn live() -> &'static str {
    "ok"
}

/// Whether it can do its work: the store can be read, setups are taken from their queue,
/// the keys that sessions are verified with are known, and it is not about to stop.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses((status = 200, description = "Ready", body = String), (status = 503, description = "Not ready, and why", body = String))
)]
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.setups.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "The server is stopping.");
    }
    if !state.setups.is_taking_jobs() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "The queue of setups does not answer; they go on as soon as it does.",
        );
    }
    if !state.auth.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "The keys that sessions are verified with have not been loaded.");
    }
    match state.setups.store().ping().await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(?error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "The database did not answer.")
        }
    }
}

/// What operators measure, in the text format of Prometheus.
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, state.setups.metrics())
}
