//! One part of a provider's allowance: requests per stretch of time.

use std::time::Duration;

/// At most this many requests in any stretch of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Requests, at least 1.
    pub requests: usize,
    /// Length of the stretch.
    pub length: Duration,
}

/// Fraction of a long window that is kept for users who have used less than that fraction.
const RESERVED: usize = 5;
/// Windows shorter than this reserve nothing, because the next user does not wait long.
const LONG_WINDOW: Duration = Duration::from_mins(10);

impl Window {
    /// A window of whole seconds.
    pub const fn new(requests: usize, seconds: u64) -> Self {
        Self { requests, length: Duration::from_secs(seconds) }
    }

    /// So many requests a minute, each apart from the next by the same time.
    pub fn evenly_per_minute(requests: u32) -> Self {
        Self { requests: 1, length: Duration::from_mins(1) / requests.max(1) }
    }

    /// Returns how many of the requests are kept for users who have used few.
    pub(super) fn reserve(&self) -> usize {
        if self.length < LONG_WINDOW { 0 } else { self.requests / RESERVED }
    }
}
