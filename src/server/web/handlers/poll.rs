//! Handles `GET /api/page/status`, which the live page polls, and implements the Leptos server
//! function at this path.

use axum::{
    Json,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use serde::Deserialize;
use status::{PollAnswer, same_log};

use crate::{
    live_page::poll_error::PollError,
    server::{
        setups::Shown,
        store::StoreError,
        util::clock,
        web::{
            identity::access::PortfolioAccess,
            precompressed_response::{Coding, precompressed_response},
            query_parameters::QueryParameters,
            state::AppState,
        },
    },
};

/// The query parameters of a poll. They match the arguments of the server function
/// `crate::live_page::server_fn::poll_status`.
#[derive(Debug, Deserialize)]
pub struct PollParameters {
    portfolio_id: String,
    attempt: u32,
    version: u64,
    after: u64,
    #[serde(default)]
    found: u64,
}

/// Handles a poll of the live page.
///
/// If the run is in memory and the page does not need the whole log, all clients that poll the run
/// share one encoded response. Otherwise, this handler calls the Leptos server function, which gets
/// the application state and the user's access from the Leptos context.
///
/// Leptos treats a request that accepts HTML as a form submitted without JavaScript, and redirects
/// the browser to its `Referer`. Polls never come from forms, so the headers `Accept` and `Referer`
/// are removed. Invalid parameters are rejected before Leptos sees them, because the error messages
/// of Leptos would expose the names of Rust types.
pub async fn poll(
    State(state): State<AppState>,
    access: PortfolioAccess,
    QueryParameters(poll): QueryParameters<PollParameters>,
    mut request: Request,
) -> Response {
    let coding = Coding::accepted_by(request.headers());
    if let Some(response) = shared_response(&state, &access, poll, coding).await {
        return response;
    }
    for name in [header::ACCEPT, header::REFERER] {
        request.headers_mut().remove(name);
    }
    // Leptos does not support HEAD, so a HEAD request is handled as GET. axum removes the body of
    // the response afterward.
    *request.method_mut() = Method::GET;
    let context = move || {
        provide_context(state.clone());
        provide_context(access.clone());
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// Returns the response that is shared by all clients that poll the same run. Returns `None` if the
/// server function must respond instead: because the run is not in memory, because the page needs
/// the whole log, or because the user has no access.
async fn shared_response(
    state: &AppState,
    access: &PortfolioAccess,
    poll: PollParameters,
    coding: Coding,
) -> Option<Response> {
    let id = poll.portfolio_id.parse().ok()?;
    let viewer = access.authorize_watch(state, id).await.ok()?;
    let live = state.setups.live(viewer, id)?;
    let now_ms = clock::now_ms();
    let shared = live.shared_status(now_ms);
    let (known, current) = ((poll.attempt, poll.version), (live.identity().attempt, shared.version()));
    let private = [(header::CACHE_CONTROL, "private, no-cache")];
    if known == current && shared.is_all_found(poll.found) {
        return Some((private, Json(PollAnswer::Unchanged(shared.clock(now_ms)))).into_response());
    }
    if !same_log(known, current) {
        return None;
    }
    let answer = shared.changed(poll.after, poll.found)?;
    let vary = [(header::VARY, "accept-encoding")];
    Some((private, vary, precompressed_response(&answer, coding)).into_response())
}

/// Implements the server function that the live page polls. The application state and the user's
/// access come from the Leptos context.
///
/// # Errors
/// Returns [`PollError::NotFound`] if the portfolio does not exist, and [`PollError::Unavailable`]
/// if its status cannot be read. Also sets the matching HTTP status.
pub async fn answer_poll(portfolio_id: &str, shown: Shown) -> Result<PollAnswer, PollError> {
    let (Some(state), Some(access)) = (use_context::<AppState>(), use_context::<PortfolioAccess>()) else {
        return Err(with_status(PollError::Unavailable, StatusCode::SERVICE_UNAVAILABLE));
    };
    let Ok(id) = portfolio_id.parse() else { return Err(with_status(PollError::NotFound, StatusCode::NOT_FOUND)) };
    let answer = async {
        let viewer = access.authorize_watch(&state, id).await?;
        state.setups.poll(viewer, id, shown).await
    };
    answer.await.map_err(|error| match error {
        StoreError::NotFound => with_status(PollError::NotFound, StatusCode::NOT_FOUND),
        error => {
            tracing::error!(?error, "poll failed");
            with_status(PollError::Unavailable, StatusCode::SERVICE_UNAVAILABLE)
        }
    })
}

fn with_status(error: PollError, status: StatusCode) -> PollError {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
    error
}
