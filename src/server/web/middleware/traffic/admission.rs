//! Middleware that applies the traffic limits to requests and responses.

use std::sync::Arc;

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{FREE_BYTES, InFlight, arriving_body::ArrivingBody, response_body::HeldResponse};
use crate::server::{
    util::guarded_body::GuardedBody,
    web::{error::ApiError, response_format::ResponseFormat, state::AppState},
};

/// Counts a request as in flight until its response has been sent. Responds with an error if too
/// many requests are in flight, or if the request stalls.
pub async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let in_flight = match state.traffic.begin() {
        Ok(in_flight) => in_flight,
        Err(overload) => return format.error(&state, ApiError::overload(overload)),
    };
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(in_flight.clone());
    let body = Body::new(ArrivingBody::new(body, in_flight.clone()));
    let response = tokio::select! {
        response = next.run(Request::from_parts(parts, body)) => response,
        () = in_flight.stalled() => format.error(&state, ApiError::timed_out()),
    };
    response.map(|body| Body::new(GuardedBody::new(body, in_flight)))
}

/// Holds a response in memory and counts its bytes against the traffic limits until they have been
/// sent. Does not count responses of up to [`FREE_BYTES`], nor streamed responses, whose size is
/// unknown.
pub async fn hold_response(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let format = ResponseFormat::at(request.uri(), request.headers());
    let in_flight = request.extensions().get::<Arc<InFlight>>().cloned();
    let response = next.run(request).await;
    let Some(in_flight) = in_flight else { return response };
    // The handler has finished with the request body, so its bytes no longer count.
    in_flight.release();
    let size = response.body().size_hint().exact().and_then(|size| usize::try_from(size).ok());
    let Some(size) = size.filter(|size| *size > FREE_BYTES) else { return response };
    if let Err(overload) = in_flight.hold(size) {
        return format.error(&state, ApiError::overload(overload));
    }
    let (parts, body) = response.into_parts();
    match to_bytes(body, size).await {
        Ok(bytes) => Response::from_parts(parts, Body::new(HeldResponse::new(bytes, in_flight))),
        Err(error) => format.error(&state, ApiError::internal(&error)),
    }
}
