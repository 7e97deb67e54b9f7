//! The overall percent: how much of the expected time is behind, not how many phases.

/// What one phase is expected to cost and how much of it is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseEffort {
    /// Expected duration in milliseconds, at least 0.
    pub expected_ms: f64,
    /// Share done, 0 to 1.
    pub done: f64,
    /// Milliseconds still ahead, where that is known better than by the plan.
    pub left_ms: Option<f64>,
}

impl PhaseEffort {
    /// Its duration in milliseconds, as far as is known by now: what is ahead and the share of it say more than the
    /// plan.
    fn duration_ms(&self) -> f64 {
        let ahead = 1.0 - self.done.clamp(0.0, 1.0);
        match self.left_ms {
            Some(left_ms) if ahead > 0.0 => left_ms.max(0.0) / ahead,
            _ => self.expected_ms.max(0.0),
        }
    }
}

/// The overall percent of an unfinished run: 0 to 99, and never below `shown`, what was shown before.
///
/// 100 is never returned: it belongs to a completed run alone.
pub fn overall_percent(shown: u32, efforts: &[PhaseEffort]) -> u32 {
    let total: f64 = efforts.iter().map(PhaseEffort::duration_ms).sum();
    let behind: f64 = efforts.iter().map(|effort| effort.duration_ms() * effort.done.clamp(0.0, 1.0)).sum();
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
        PhaseEffort { expected_ms, done, left_ms: None }
    }

    #[test]
    fn a_long_phase_weighs_more_than_a_short_one() {
        assert_eq!(overall_percent(0, &[effort(9_000.0, 0.5), effort(1_000.0, 0.0)]), 45);
    }

    #[test]
    fn a_wait_that_turns_out_longer_than_planned_weighs_as_long_as_it_is() {
        // A minute behind, three ahead, and as long again planned for the rest: an eighth.
        let waiting = PhaseEffort { expected_ms: 1.0, done: 0.25, left_ms: Some(180_000.0) };
        assert_eq!(overall_percent(0, &[waiting, effort(240_000.0, 0.0)]), 12);
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
