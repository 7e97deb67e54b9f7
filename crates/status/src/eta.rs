//! Estimates how long a run will still take, from its plan and its measured pace.

use super::{PhaseEffort, Range};

/// Factors by which an extrapolated estimate is multiplied to get the low and the high end of the
/// displayed range.
const SPREAD: (f64, f64) = (0.85, 1.25);

/// Factors by which a wait of known length, such as the wait for a provider's rate limit, is
/// multiplied to get the low and the high end of the displayed range.
const KNOWN_SPREAD: (f64, f64) = (0.95, 1.1);

/// Returns the time left as a range of whole seconds, or `None` if there is no plan or nothing is
/// left.
///
/// `efforts` has one element per phase. `running` contains the index of the running phase, and how
/// long that phase has been running, in milliseconds. The running phase has two estimates, one from
/// its plan and one from its measured pace, and their weighted average is used. The more of the
/// phase is done, the more weight its pace gets.
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
    // The casts are safe, because the total was checked to be positive and finite.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
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
    fn returns_none_when_nothing_is_left() {
        assert_eq!(time_left(&[effort(1000.0, 1.0)], None), None);
        assert_eq!(time_left(&[], None), None);
    }

    #[test]
    fn uses_plan_before_anything_ran() {
        assert_eq!(time_left(&[effort(100_000.0, 0.0)], None), Some(Range { low: 85, high: 125 }));
    }

    #[test]
    fn narrows_range_when_wait_is_known() {
        let waiting = PhaseEffort { expected_ms: 1.0, done: 0.9, left_ms: Some(101_000.0) };
        assert_eq!(time_left(&[waiting], Some((0, 5_000))), Some(Range { low: 95, high: 112 }));
    }

    #[test]
    fn trusts_pace_in_proportion_to_share_done() {
        // The phase was planned to take 100 s, and is half done after 100 s. Its pace suggests that
        // 100 s are left, and its plan suggests 50 s. Both get the same weight, so the estimate is
        // 75 s.
        let range = time_left(&[effort(100_000.0, 0.5)], Some((0, 100_000)));
        assert_eq!(range, Some(Range { low: 63, high: 94 }));
    }
}
