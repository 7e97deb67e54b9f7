//! The redirect to the live page, and its address.

use std::time::Duration;

use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::{identity::user::CurrentUser, state::AppState};
use crate::server::util::viewer::Viewer;

/// How long to wait for a quick run: people hardly notice it.
const MOMENT: Duration = Duration::from_millis(400);

/// Redirects to the live page. Waits a moment first, so that a quick run is shown as completed.
pub async fn to_live_page(state: &AppState, user: &CurrentUser, id: Uuid) -> Response {
    state.setups.wait_briefly_for_completion(Viewer::Owner(&user.id), id, MOMENT).await;
    Redirect::to(&progress_url(id)).into_response()
}

/// The address of the live page.
pub fn progress_url(id: Uuid) -> String {
    format!("/onboarding/progress?portfolioId={id}")
}
