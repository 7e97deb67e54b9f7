//! The deepest fall of a return series from its running peak.
//!
//! It does not date the peak and the trough: it gives their place among the
//! levels, and the caller has the calendar.

/// The deepest fall and where it happened.
///
/// `peak` and `trough` count levels, not returns: level 0 is the 1 before the
/// first return, level `k` is the level after the `k`-th return. So for
/// `k ≥ 1` level `k` belongs to the date of `returns[k - 1]`, and a peak of 0
/// to the date before the first return.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaxDrawdown {
    /// Level at the trough over level at the peak, less 1: between -1 and 0.
    pub value: f64,
    /// Level index of the peak.
    pub peak: usize,
    /// Level index of the trough; equal to `peak` when nothing was ever lost.
    pub trough: usize,
}

/// Maximum drawdown of the levels `1, 1+r_1, (1+r_1)(1+r_2), …`.
///
/// Ties keep the earliest peak and the earliest trough. `None` for an empty
/// slice, a return below -1, or levels that are not finite.
pub fn max_drawdown(returns: &[f64]) -> Option<MaxDrawdown> {
    let mut worst = MaxDrawdown { value: 0.0, peak: 0, trough: 0 };
    let (mut level, mut peak_level, mut peak) = (1.0_f64, 1.0_f64, 0);
    for (index, r) in returns.iter().enumerate() {
        level *= 1.0 + r;
        if !level.is_finite() || *r < -1.0 {
            return None;
        }
        if level > peak_level {
            (peak_level, peak) = (level, index + 1);
        }
        let value = level / peak_level - 1.0;
        if value < worst.value {
            worst = MaxDrawdown { value, peak, trough: index + 1 };
        }
    }
    (!returns.is_empty()).then_some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_fall_runs_from_the_running_peak_to_the_lowest_level() {
        // Levels 1, 2, 1, 1.5, 0.75, 3.
        let worst = max_drawdown(&[1.0, -0.5, 0.5, -0.5, 3.0]);
        assert_eq!(worst, Some(MaxDrawdown { value: -0.625, peak: 1, trough: 4 }));
    }

    #[test]
    fn a_loss_on_the_first_day_falls_from_the_level_before_it() {
        let worst = max_drawdown(&[-0.25, 0.1]);
        assert_eq!(worst, Some(MaxDrawdown { value: -0.25, peak: 0, trough: 1 }));
    }

    #[test]
    fn a_series_that_only_rises_has_no_drawdown() {
        assert_eq!(max_drawdown(&[0.1, 0.0]).map(|worst| worst.value), Some(0.0));
    }

    #[test]
    fn a_return_below_minus_one_has_no_meaning() {
        assert_eq!((max_drawdown(&[-1.5]), max_drawdown(&[])), (None, None));
    }

    proptest! {
        #[test]
        fn no_two_levels_fall_further(returns in prop::collection::vec(-0.2..0.2f64, 1..40)) {
            let mut levels = vec![1.0];
            for r in &returns {
                levels.push(levels[levels.len() - 1] * (1.0 + r));
            }
            let worst = max_drawdown(&returns).unwrap().value;
            for (later, level) in levels.iter().enumerate() {
                for peak in &levels[..=later] {
                    prop_assert!(level / peak - 1.0 >= worst - 1e-15);
                }
            }
        }
    }
}
