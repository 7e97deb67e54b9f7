//! Warns of clock skew: a few seconds beyond the leeway sign people out without a visible cause.

use std::sync::atomic::{AtomicI64, Ordering};

use super::claims::{Lifetime, Skew};

/// Shortest time between two warnings in milliseconds, since every request may cause one.
const EVERY_MS: i64 = 60_000;

/// Lets a warning through at most once a minute.
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
    /// Returns whether the warning may be written now. A clock that was set back counts as time
    /// that passed.
    pub fn is_due(&self, now_ms: i64) -> bool {
        let last = self.last_ms.load(Ordering::Relaxed);
        let is_recent = now_ms >= last && now_ms.saturating_sub(last) < EVERY_MS;
        // Of several requests at once one writes it.
        !is_recent && self.last_ms.compare_exchange(last, now_ms, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Writes the warnings.
#[derive(Debug, Default)]
pub struct SkewWarning {
    pace: OncePerMinute,
}

impl SkewWarning {
    /// Warns where this token, whose signature is good, suggests that the issuer's clock and this
    /// one differ.
    pub fn observe(&self, lifetime: Lifetime, now_ms: i64) {
        let Some(skew) = lifetime.skew(now_ms) else { return };
        if !self.pace.is_due(now_ms) {
            return;
        }
        let accepted = lifetime.check(now_ms).is_ok();
        match skew {
            Skew::Behind { seconds } => tracing::warn!(
                seconds,
                accepted,
                "clock skew: a session token begins in the future; synchronize the clock of this machine"
            ),
            Skew::PerhapsAhead { seconds } => tracing::warn!(
                seconds,
                accepted,
                "possible clock skew: a session token ended shortly before it came; if this repeats, synchronize the clock of this machine"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EVERY_MS, OncePerMinute};

    #[test]
    fn lets_one_warning_a_minute_through() {
        let pace = OncePerMinute::default();
        let lines: Vec<i64> = (0..180).filter(|second| pace.is_due(second * 1_000)).collect();
        assert_eq!(lines, [0, 60, 120]);
    }

    #[test]
    fn warns_again_after_the_clock_was_set_back() {
        let pace = OncePerMinute::default();
        assert!(pace.is_due(EVERY_MS * 10) && pace.is_due(0) && !pace.is_due(1));
        assert!(pace.is_due(i64::MAX) && !pace.is_due(i64::MAX));
    }
}
