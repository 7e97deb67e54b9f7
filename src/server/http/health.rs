//! Whether the process lives, and whether it can do its work.

use axum::{extract::State, http::StatusCode};

use super::AppState;

/// The process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// The store can be read.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.setups.store().ping().await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(?error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "The database did not answer.")
        }
    }
}
