//! A sliding window of a provider's rate limit, which allows a maximum number of requests in any
//! period of a given length.

use std::time::Duration;

/// A limit of `requests` requests in any period of the given `length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Maximum number of requests in the window, at least 1.
    pub requests: usize,
    pub length: Duration,
}

/// Divisor that yields the reserve of a long window: one fifth of its requests. The reserve is for
/// users who have used fewer requests than that.
const RESERVED: usize = 5;
/// Minimum length of a window with a reserve. Shorter windows need no reserve, because no user
/// waits long for a free slot in them.
const LONG_WINDOW: Duration = Duration::from_mins(10);

impl Window {
    /// Creates a window that allows this number of requests in any period of `seconds` seconds.
    pub const fn new(requests: usize, seconds: u64) -> Self {
        Self { requests, length: Duration::from_secs(seconds) }
    }

    /// Creates a window that spreads this number of requests evenly over a minute.
    pub fn evenly_per_minute(requests: u32) -> Self {
        Self { requests: 1, length: Duration::from_mins(1) / requests.max(1) }
    }

    /// Returns how many requests of this window are reserved. The reserve is for users who have
    /// used fewer requests than that. A short window has no reserve.
    pub(super) fn reserve(&self) -> usize {
        if self.length < LONG_WINDOW { 0 } else { self.requests / RESERVED }
    }
}
