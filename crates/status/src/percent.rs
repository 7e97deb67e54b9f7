//! Computes the overall percentage of a run. Phases are weighted by their expected duration, so a
//! long phase counts for more than a short one.

/// The expected duration of one phase, and the share of the phase that is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseEffort {
    /// Expected duration of the phase in milliseconds, at least 0.
    pub expected_ms: f64,
    /// Share of the phase that is done, 0 to 1.
    pub done: f64,
    /// Milliseconds until the phase ends, if this is known more precisely than from the plan. One
    /// example is a phase that is waiting for a rate limit.
    pub left_ms: Option<f64>,
}

impl PhaseEffort {
    /// Returns the best estimate of the phase's total duration in milliseconds. If the time left is
    /// known, it is extrapolated to the whole phase. Otherwise, the planned duration is returned.
    fn duration_ms(&self) -> f64 {
        let ahead = 1.0 - self.done.clamp(0.0, 1.0);
        match self.left_ms {
            Some(left_ms) if ahead > 0.0 => left_ms.max(0.0) / ahead,
            _ => self.expected_ms.max(0.0),
        }
    }
}

/// Computes the overall percentage of an unfinished run. It is never below `shown`, the percentage
/// shown before, and never above 99, because only a completed run shows 100.
pub fn overall_percent(shown: u32, efforts: &[PhaseEffort]) -> u32 {
    let total: f64 = efforts.iter().map(PhaseEffort::duration_ms).sum();
    let behind: f64 = efforts.iter().map(|effort| effort.duration_ms() * effort.done.clamp(0.0, 1.0)).sum();
    if total <= 0.0 {
        return shown.min(99);
    }
    // The casts are safe, because the value is clamped to 0..=99.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let percent = (100.0 * behind / total).floor().clamp(0.0, 99.0) as u32;
    percent.max(shown).min(99)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PhaseEffort, overall_percent};

    fn effort(expected_ms: f64, done: f64) -> PhaseEffort {
        PhaseEffort { expected_ms, done, left_ms: None }
    }

    #[test]
    fn weighs_phases_by_expected_time() {
        assert_eq!(overall_percent(0, &[effort(9_000.0, 0.5), effort(1_000.0, 0.0)]), 45);
    }

    #[test]
    fn weighs_known_waits_by_actual_length() {
        // One minute of the first phase has passed and three are left. The second phase is planned
        // to take four. That makes 1 of 8 minutes, or 12.5%, which is rounded down to 12.
        let waiting = PhaseEffort { expected_ms: 1.0, done: 0.25, left_ms: Some(180_000.0) };
        assert_eq!(overall_percent(0, &[waiting, effort(240_000.0, 0.0)]), 12);
    }

    #[test]
    fn stays_at_99_until_run_completes() {
        assert_eq!(overall_percent(0, &[effort(10.0, 1.0)]), 99);
    }

    #[test]
    fn keeps_shown_percent_when_estimate_grows() {
        assert_eq!(overall_percent(60, &[effort(1_000.0, 0.1)]), 60);
    }

    proptest! {
        #[test]
        fn never_falls_and_stays_below_100(
            steps in prop::collection::vec(prop::collection::vec((0.0..1e9_f64, -1.0..2.0_f64), 0..10), 1..50)
        ) {
            let mut shown = 0;
            for step in steps {
                let efforts: Vec<_> = step.into_iter().map(|(ms, done)| effort(ms, done)).collect();
                let next = overall_percent(shown, &efforts);
                prop_assert!(next >= shown && next <= 99);
                shown = next;
            }
        }
    }
}
