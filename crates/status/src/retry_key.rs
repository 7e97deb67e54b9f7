//! The idempotency key that the forms of a retry send.

/// Returns the key for a retry after the given attempt. `from` is `failed` or `start`, as in the
/// form.
///
/// A double click sends the same form twice, and the first request's attempt may have ended before
/// the second request arrives. With the same key, the second request does not start another one.
#[must_use]
pub fn retry_key(from: &str, attempt: u32) -> String {
    format!("{from}-after-{attempt}")
}
