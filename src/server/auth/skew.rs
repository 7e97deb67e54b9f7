//! Logs warnings about clock skew. Even if the skew exceeds the tolerance by only a few seconds,
//! users are signed out for no apparent reason.

use std::sync::atomic::{AtomicI64, Ordering};

use super::claims::{Lifetime, Skew};

/// Shortest time between two warnings, in milliseconds. Without a limit, every request could cause
/// one.
const INTERVAL_MS: i64 = 60_000;

/// Limits a warning to once per minute.
#[derive(Debug)]
pub struct OncePerMinute {
    last_ms: AtomicI64,
}

impl Default for OncePerMinute {
    fn default() -> Self {
        Self { last_ms: AtomicI64::new(i64::MIN) }
    }
}

impl OncePerMinute {
    /// Returns whether a warning may be logged now. If so, suppresses further warnings for a
    /// minute. If the clock is set back during that minute, the next warning is allowed
    /// immediately.
    pub fn is_due(&self, now_ms: i64) -> bool {
        let last = self.last_ms.load(Ordering::Relaxed);
        let is_recent = now_ms >= last && now_ms.saturating_sub(last) < INTERVAL_MS;
        // If several requests get here concurrently, only one of them logs the warning.
        !is_recent && self.last_ms.compare_exchange(last, now_ms, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Logs warnings about clock skew, at most one per minute.
#[derive(Debug, Default)]
pub struct SkewWarning {
    limit: OncePerMinute,
}

impl SkewWarning {
    /// Logs a warning if the lifetime of a token suggests that the issuer's clock and this
    /// machine's clock differ. The token's signature must have been verified.
    pub fn observe(&self, lifetime: Lifetime, now_ms: i64) {
        let Some(skew) = lifetime.skew(now_ms) else { return };
        if !self.limit.is_due(now_ms) {
            return;
        }
        let accepted = lifetime.check(now_ms).is_ok();
        match skew {
            Skew::Behind { seconds } => tracing::warn!(
                seconds,
                accepted,
                "clock skew: a session token becomes valid in the future; synchronize the clock of this machine"
            ),
            Skew::PerhapsAhead { seconds } => tracing::warn!(
                seconds,
                accepted,
                "possible clock skew: a session token expired shortly before it arrived; if this repeats, synchronize the clock of this machine"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{INTERVAL_MS, OncePerMinute};

    #[test]
    fn lets_one_warning_a_minute_through() {
        let limit = OncePerMinute::default();
        let warned_at: Vec<i64> = (0..180).filter(|second| limit.is_due(second * 1_000)).collect();
        assert_eq!(warned_at, [0, 60, 120]);
    }

    #[test]
    fn warns_again_after_the_clock_was_set_back() {
        let limit = OncePerMinute::default();
        assert!(limit.is_due(INTERVAL_MS * 10) && limit.is_due(0) && !limit.is_due(1));
        assert!(limit.is_due(i64::MAX) && !limit.is_due(i64::MAX));
    }
}
