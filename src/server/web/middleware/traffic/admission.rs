//! Lets requests in, and answers go out, within the limits.

use std::sync::Arc;

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{FREE_BYTES, InFlight, answer_body::HeldAnswer, arriving_body::ArrivingBody};
use crate::server::{
    util::guarded_body::GuardedBody,
    web::{error::ApiError, response_format::ResponseFormat, state::AppState},
};

/// Counts the request from its first byte until its answer is sent, and ends it when it stalls.
pub async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let in_flight = match state.traffic.begin() {
        Ok(in_flight) => in_flight,
        Err(overload) => return format.error(&state, ApiError::overload(overload)),
    };
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(in_flight.clone());
    let body = Body::new(ArrivingBody::new(body, in_flight.clone()));
    let answer = tokio::select! {
        answer = next.run(Request::from_parts(parts, body)) => answer,
        () = in_flight.stalled() => format.error(&state, ApiError::timed_out()),
    };
    answer.map(|body| Body::new(GuardedBody::new(body, in_flight)))
}

/// Counts the bytes of an answer held in memory until they are sent. Skips small answers, and
/// streamed ones, which have no known size.
pub async fn hold_answer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let in_flight = request.extensions().get::<Arc<InFlight>>().cloned();
    let answer = next.run(request).await;
    let Some(in_flight) = in_flight else { return answer };
    // The handler is done with what came.
    in_flight.release();
    let size = answer.body().size_hint().exact().and_then(|size| usize::try_from(size).ok());
    let Some(size) = size.filter(|size| *size > FREE_BYTES) else { return answer };
    if let Err(overload) = in_flight.hold(size) {
        return format.error(&state, ApiError::overload(overload));
    }
    let (parts, body) = answer.into_parts();
    match to_bytes(body, size).await {
        Ok(bytes) => Response::from_parts(parts, Body::new(HeldAnswer::new(bytes, in_flight))),
        Err(error) => format.error(&state, ApiError::internal(&error)),
    }
}
