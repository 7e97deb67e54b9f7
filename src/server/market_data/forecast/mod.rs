//! Computes when a waiting request may go out, in a few steps, whatever its position in the queue.
//!
//! A window of `n` requests is periodic: the request `n` positions later goes out one length later.
//! So past requests decide only the first period. Shorter windows apply within each longer period.

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::Instant;

use super::usage::Usage;

/// A window with the slots that one user may take in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    /// Its place among the windows.
    pub window: usize,
    /// How many requests this user may make it hold, at least 1.
    pub requests: usize,
    /// Its length.
    pub length: Duration,
}

/// Returns when the waiting request at this position, from 1, goes out, never before `earliest`.
/// `windows` start with the longest. Requests in flight count as answered at `now`.
pub(super) fn goes_out(usage: &Usage, windows: &[Slots], place: usize, now: Instant, earliest: Instant) -> Instant {
    let Some((longest, shorter)) = windows.split_first() else { return earliest };
    let (repeats, within) = ((place - 1) / longest.requests, (place - 1) % longest.requests + 1);
    let mut first = goes_out(usage, shorter, within, now, earliest);
    // The request that must have left the window before this one.
    if let Some(before) = (usage.held(longest.window) + within - 1).checked_sub(longest.requests) {
        first = first.max(usage.leaves(longest.window, before).unwrap_or(now + longest.length));
    }
    let repeated = u32::try_from(repeats).ok().and_then(|repeats| longest.length.checked_mul(repeats));
    // A wait beyond the clock's range is ignored: nobody would wait that long.
    let repeated = repeated.and_then(|wait| first.checked_add(wait)).unwrap_or(first);
    if repeats == 0 { repeated } else { repeated.max(goes_out(usage, shorter, place, now, earliest)) }
}
