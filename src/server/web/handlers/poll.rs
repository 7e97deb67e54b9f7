//! `GET /api/page/status`: the polls of the live page, and the body of its server function.

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

/// The parameters of a poll, as `crate::live_page::server_fn::poll_status` has them.
#[derive(Debug, Deserialize)]
pub struct PollParameters {
    portfolio_id: String,
    attempt: u32,
    version: u64,
    after: u64,
}

/// Calls the server function that the page polls, with the state and the access as context. While
/// a run is live, all watchers get the bytes that it would return, encoded once per version.
///
/// The framework treats a request that accepts HTML as a form without scripts and redirects it to
/// its `Referer`. Polls never come from forms, so these headers are removed. Refuses unreadable
/// parameters first, because the framework's messages name types of this program.
pub async fn poll(
    State(state): State<AppState>,
    access: PortfolioAccess,
    QueryParameters(poll): QueryParameters<PollParameters>,
    mut request: Request,
) -> Response {
    let coding = Coding::accepted_by(request.headers());
    if let Some(answer) = shared_answer(&state, &access, poll, coding).await {
        return answer;
    }
    for name in [header::ACCEPT, header::REFERER] {
        request.headers_mut().remove(name);
    }
    // The framework does not support HEAD; the body is removed later.
    *request.method_mut() = Method::GET;
    let context = move || {
        provide_context(state.clone());
        provide_context(access.clone());
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// Answers a poll with the bytes that all watchers share; `None` if the server function has to:
/// the run is not live, the page reloads the whole log, or the poll is refused.
async fn shared_answer(
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
    if known == current {
        return Some((private, Json(PollAnswer::Unchanged(shared.clock(now_ms)))).into_response());
    }
    if !same_log(known, current) {
        return None;
    }
    let answer = shared.changed(poll.after)?;
    let vary = [(header::VARY, "accept-encoding")];
    Some((private, vary, precompressed_response(&answer, coding)).into_response())
}

/// The body of the server function: reads its context and asks the setups.
///
/// # Errors
/// [`PollError`], with the HTTP status set to match.
pub async fn answer_poll(portfolio_id: &str, attempt: u32, version: u64, after: u64) -> Result<PollAnswer, PollError> {
    let (Some(state), Some(access)) = (use_context::<AppState>(), use_context::<PortfolioAccess>()) else {
        return Err(failed(PollError::Unavailable, StatusCode::SERVICE_UNAVAILABLE));
    };
    let Ok(id) = portfolio_id.parse() else { return Err(failed(PollError::NotFound, StatusCode::NOT_FOUND)) };
    let answer = async {
        let viewer = access.authorize_watch(&state, id).await?;
        state.setups.poll(viewer, id, attempt, version, after).await
    };
    answer.await.map_err(|error| match error {
        StoreError::NotFound => failed(PollError::NotFound, StatusCode::NOT_FOUND),
        error => {
            tracing::error!(?error, "a poll was not answered");
            failed(PollError::Unavailable, StatusCode::SERVICE_UNAVAILABLE)
        }
    })
}

fn failed(error: PollError, status: StatusCode) -> PollError {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
    error
}
