//! Limits on requests in progress and on the memory that they use.

use std::num::NonZeroUsize;

use super::values::{AT_LEAST_ONE, parsed};

/// Limits on the number of requests in progress and on the bytes that they hold in memory. There is
/// one limit of each kind for each user, and one for all users together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrafficLimits {
    pub requests: usize,
    pub user_requests: usize,
    pub bytes: usize,
    pub user_bytes: usize,
}

impl Default for TrafficLimits {
    fn default() -> Self {
        Self { requests: 4_096, user_requests: 256, bytes: 128_000_000, user_bytes: 32_000_000 }
    }
}

impl TrafficLimits {
    /// Reads the limits from environment variables. Variables that are not set fall back to the
    /// defaults.
    pub(super) fn read(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Self {
        let mut count =
            |name, default| parsed::<NonZeroUsize>(get, name, AT_LEAST_ONE, problems).map_or(default, Into::into);
        let defaults = Self::default();
        Self {
            requests: count("MAX_REQUESTS", defaults.requests),
            user_requests: count("MAX_USER_REQUESTS", defaults.user_requests),
            bytes: count("MAX_BYTES", defaults.bytes),
            user_bytes: count("MAX_USER_BYTES", defaults.user_bytes),
        }
    }
}
