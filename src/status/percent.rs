//! The overall percent: how much of the expected time is behind, not how many phases.

/// What one phase is expected to cost and how much of it is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseEffort {
    /// Expected duration in milliseconds, at least 0.
    pub expected_ms: f64,
    /// Share done, 0 to 1.
    pub done: f64,
}

/// The overall percent of an unfinished run: 0 to 99, and never below `shown`, what was shown before.
///
/// 100 is never returned: it belongs to a completed run alone.
pub fn overall_percent(shown: u32, efforts: &[PhaseEffort]) -> u32 {
    let total: f64 = efforts.iter().map(|effort| effort.expected_ms.max(0.0)).sum();
    let behind: f64 = efforts.iter().map(|effort| effort.expected_ms.max(0.0) * effort.done.clamp(0.0, 1.0)).sum();
    if total <= 0.0 {
        return shown.min(99);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within 0..=100 by construction
    let percent = (100.0 * behind / total).floor().clamp(0.0, 99.0) as u32;
    percent.max(shown).min(99)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PhaseEffort, overall_percent};

    fn effort(expected_ms: f64, done: f64) -> PhaseEffort {
        PhaseEffort { expected_ms, done }
    }

    #[test]
    fn a_long_phase_weighs_more_than_a_short_one() {
        assert_eq!(overall_percent(0, &[effort(9_000.0, 0.5), effort(1_000.0, 0.0)]), 45);
    }

    #[test]
    fn everything_done_is_still_99_until_the_run_is_completed() {
        assert_eq!(overall_percent(0, &[effort(10.0, 1.0)]), 99);
    }

    #[test]
    fn a_longer_estimate_does_not_take_back_what_was_shown() {
        assert_eq!(overall_percent(60, &[effort(1_000.0, 0.1)]), 60);
    }

    proptest! {
        #[test]
        fn it_never_falls_and_stays_below_100(
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
