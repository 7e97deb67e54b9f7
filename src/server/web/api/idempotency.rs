//! The `Idempotency-Key` header: which keys are valid, and how a reused key is handled.

use crate::server::{store::AcceptedRun, web::error::ApiError};
use axum::http::{HeaderMap, StatusCode};

/// The longest key, in characters. A UUID has 36.
const MAX_KEY: usize = 255;

/// Reads the key of a request, if it has one.
///
/// # Errors
/// 400 unless it is one header of 1 to 255 visible ASCII characters.
pub fn key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let mut sent = headers.get_all("idempotency-key").iter();
    let Some(first) = sent.next() else { return Ok(None) };
    let bytes = first.as_bytes();
    let is_visible = (1..=MAX_KEY).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match first.to_str() {
        Ok(key) if is_visible && sent.next().is_none() => Ok(Some(key)),
        _ => {
            let message = "The Idempotency-Key is not usable; send one of 1 to 255 visible ASCII characters.";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_idempotency_key", message))
        }
    }
}

/// Checks that the run started by this key was requested with the same parameters.
///
/// # Errors
/// 422 where they differ: answering with that run would look as if this request had been carried
/// out.
pub fn check_parameters(run: &AcceptedRun, from_start: bool) -> Result<(), ApiError> {
    if run.is_new || run.from_start == from_start {
        return Ok(());
    }
    let message = "This Idempotency-Key already started an attempt with another \"from\"; send a new key.";
    Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message))
}
