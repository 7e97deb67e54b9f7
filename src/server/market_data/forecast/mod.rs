//! Forecasts when a queued request will be sent. The cost of a forecast does not depend on how far
//! back in the queue the request is.
//!
//! If a rate-limit window allows `n` requests, the schedule is periodic: each request is sent one
//! window length after the request that is `n` positions ahead of it. Past requests therefore
//! affect only the first period. Shorter windows apply within each period of a longer one.

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::Instant;

use super::usage::Usage;

/// How many requests one user may send within a rate-limit window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    /// Index of the window in [`Usage`].
    pub window: usize,
    /// This user has to wait while the window contains at least this many requests. The number is
    /// at least 1, and lower than the provider's limit if slots are reserved for other users.
    pub requests: usize,
    /// Length of the provider's rate-limit window.
    pub length: Duration,
}

/// Returns the time at which the queued request at `position` will be sent, which is never before
/// `earliest`. The first request in the queue has position 1. `windows` must be sorted by length,
/// longest first. Requests in flight are assumed to complete at `now`.
pub(super) fn send_time(usage: &Usage, windows: &[Slots], position: usize, now: Instant, earliest: Instant) -> Instant {
    let Some((longest, shorter)) = windows.split_first() else { return earliest };
    let (repeats, within) = ((position - 1) / longest.requests, (position - 1) % longest.requests + 1);
    let mut first = send_time(usage, shorter, within, now, earliest);
    // If the window is full, the request can be sent only once enough earlier requests have left
    // the window. `older` is the number of requests that leave before the one that frees the slot.
    if let Some(older) = (usage.used(longest.window) + within - 1).checked_sub(longest.requests) {
        first = first.max(usage.leaves_at(longest.window, older).unwrap_or(now + longest.length));
    }
    let repeated = u32::try_from(repeats).ok().and_then(|repeats| longest.length.checked_mul(repeats));
    // If the clock cannot represent the resulting time, the wait is ignored.
    let repeated = repeated.and_then(|wait| first.checked_add(wait)).unwrap_or(first);
    if repeats == 0 { repeated } else { repeated.max(send_time(usage, shorter, position, now, earliest)) }
}
