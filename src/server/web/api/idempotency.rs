//! Idempotency keys, in the `Idempotency-Key` header or in a form: validates keys and detects
//! reused keys.

use axum::http::{HeaderMap, HeaderValue, StatusCode};

use crate::server::{store::AcceptedRun, web::error::ApiError};

/// Maximum length of an idempotency key, in characters. Many clients use a UUID, which has 36.
const MAX_KEY: usize = 255;

/// Returns the idempotency key of a request: the header or, without it, the field of the form.
/// Returns `None` if the request has neither.
///
/// # Errors
/// Returns a 400 error if the header is repeated, or if the key is not 1 to 255 visible ASCII
/// characters.
pub fn key<'a>(headers: &'a HeaderMap, field: Option<&'a str>) -> Result<Option<&'a str>, ApiError> {
    let mut sent = headers.get_all("idempotency-key").iter();
    let (first, second) = (sent.next(), sent.next());
    let Some(bytes) = first.map(HeaderValue::as_bytes).or(field.map(str::as_bytes)) else { return Ok(None) };
    let is_visible = (1..=MAX_KEY).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match std::str::from_utf8(bytes) {
        Ok(key) if is_visible && second.is_none() => Ok(Some(key)),
        _ => {
            let message = "The Idempotency-Key isn't valid; send one key of 1 to 255 visible ASCII characters.";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_idempotency_key", message))
        }
    }
}

/// Rejects an idempotency key that was already used with different parameters.
///
/// # Errors
/// Returns a 422 error if the parameters differ. If the server returned the earlier run instead,
/// the client would believe that its new request had been carried out.
pub fn check_parameters(run: &AcceptedRun, from_start: bool) -> Result<(), ApiError> {
    if run.is_new || run.from_start == from_start {
        return Ok(());
    }
    let message = "This Idempotency-Key was already used with another value of \"from\"; send a new key.";
    Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message))
}
