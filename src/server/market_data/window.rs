//! A sliding window of a provider's quota: a number of requests per period.

use std::time::Duration;

/// A limit of `requests` in any period of `length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Number of requests that the window allows, at least 1.
    pub requests: usize,
    pub length: Duration,
}

/// Divisor for the reserve of a long window: a fifth of the requests is kept for users who have
/// used less than that.
const RESERVED: usize = 5;
/// Shortest window with a reserve. In a shorter window, the next user does not wait long anyway.
const LONG_WINDOW: Duration = Duration::from_mins(10);

impl Window {
    /// Creates a window with a length in whole seconds.
    pub const fn new(requests: usize, seconds: u64) -> Self {
        Self { requests, length: Duration::from_secs(seconds) }
    }

    /// Creates a window that spaces `requests` per minute evenly.
    pub fn evenly_per_minute(requests: u32) -> Self {
        Self { requests: 1, length: Duration::from_mins(1) / requests.max(1) }
    }

    /// Returns the number of requests that are reserved for users who have used fewer than that.
    pub(super) fn reserve(&self) -> usize {
        if self.length < LONG_WINDOW { 0 } else { self.requests / RESERVED }
    }
}
