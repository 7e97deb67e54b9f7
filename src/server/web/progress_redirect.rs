//! The URL of the live page and the redirect to it.

use std::time::Duration;

use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::{identity::user::CurrentUser, state::AppState};
use crate::server::util::viewer::Viewer;

/// How long a redirect to the live page waits for a quick run to finish. The wait is short enough
/// to go unnoticed.
const QUICK_RUN_WAIT: Duration = Duration::from_millis(400);

/// Redirects to the live page of a portfolio. Waits up to 400 ms first, so that a quick run is
/// already completed when the page opens.
pub async fn to_live_page(state: &AppState, user: &CurrentUser, id: Uuid) -> Response {
    state.setups.wait_briefly_for_completion(Viewer::Owner(&user.id), id, QUICK_RUN_WAIT).await;
    Redirect::to(&progress_url(id)).into_response()
}

/// Returns the URL of a portfolio's live page.
pub fn progress_url(id: Uuid) -> String {
    format!("/onboarding/progress?portfolioId={id}")
}
