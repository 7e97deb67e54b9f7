//! The range of time left, from what was expected and what this run has shown of its own pace.

use super::{PhaseEffort, Range};

/// How far a run's own pace may differ from the plan before the shown range stops covering it.
const SPREAD: (f64, f64) = (0.85, 1.25);

/// The same for time whose length follows from a limit and is not extrapolated.
const KNOWN_SPREAD: (f64, f64) = (0.95, 1.1);

/// Time left as a range of whole seconds, or `None` with nothing to go on.
///
/// `efforts` are all phases; `running` is the index of the running one and for how long it has run, in
/// milliseconds. Its expected duration is blended with its own pace, trusted in proportion to the share done.
pub fn time_left(efforts: &[PhaseEffort], running: Option<(usize, u64)>) -> Option<Range> {
    let (mut known_ms, mut left_ms) = (0.0, 0.0);
    for (index, effort) in efforts.iter().enumerate() {
        let done = effort.done.clamp(0.0, 1.0);
        let planned = effort.expected_ms.max(0.0) * (1.0 - done);
        if let Some(known) = effort.left_ms {
            known_ms += known.max(0.0);
            continue;
        }
        left_ms += match running {
            Some((at, ran_ms)) if at == index && done > 0.0 => {
                let paced = ran_ms as f64 * (1.0 - done) / done;
                done * paced + (1.0 - done) * planned
            }
            _ => planned,
        };
    }
    let total_ms: f64 = known_ms + left_ms;
    if total_ms <= 0.0 || !total_ms.is_finite() {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive and finite, checked above
    let seconds =
        |known: f64, other: f64, round: fn(f64) -> f64| round((known_ms * known + left_ms * other) / 1000.0) as u64;
    Some(Range {
        low: seconds(KNOWN_SPREAD.0, SPREAD.0, f64::floor),
        high: seconds(KNOWN_SPREAD.1, SPREAD.1, f64::ceil),
    })
}

#[cfg(test)]
mod tests {
    use super::{PhaseEffort, Range, time_left};

    fn effort(expected_ms: f64, done: f64) -> PhaseEffort {
        PhaseEffort { expected_ms, done, left_ms: None }
    }

    #[test]
    fn nothing_left_is_nothing_to_say() {
        assert_eq!(time_left(&[effort(1000.0, 1.0)], None), None);
        assert_eq!(time_left(&[], None), None);
    }

    #[test]
    fn before_anything_ran_the_plan_is_all_there_is() {
        assert_eq!(time_left(&[effort(100_000.0, 0.0)], None), Some(Range { low: 85, high: 125 }));
    }

    #[test]
    fn a_wait_whose_end_is_known_is_no_guess() {
        let waiting = PhaseEffort { expected_ms: 1.0, done: 0.9, left_ms: Some(101_000.0) };
        assert_eq!(time_left(&[waiting], Some((0, 5_000))), Some(Range { low: 95, high: 112 }));
    }

    #[test]
    fn a_run_twice_as_slow_as_planned_is_believed_more_the_further_it_got() {
        // Half done after 100 s of a phase planned at 100 s: the pace says 100 s left, the plan 50 s.
        let range = time_left(&[effort(100_000.0, 0.5)], Some((0, 100_000)));
        assert_eq!(range, Some(Range { low: 63, high: 94 }));
    }
}
