//! Maximum drawdown of a return series.
//!
//! The returns are compounded to a series of levels that starts at 1. The peak and the trough are
//! reported as positions in this series, because only the caller knows their dates.

/// Maximum drawdown of a return series, with the indices of its peak and its trough.
///
/// `peak` and `trough` are indices of levels, not of returns. Level 0 is 1, the value before the
/// first return, and level `k` is the compounded value after the first `k` returns. So for `k ≥ 1`,
/// level `k` belongs to the date of `returns[k - 1]`, and level 0 belongs to the date before the
/// first return.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaxDrawdown {
    /// The drawdown, from -1 to 0: the level at the trough divided by the level at the peak, minus
    /// 1.
    pub value: f64,
    /// Index of the level at the peak.
    pub peak: usize,
    /// Index of the level at the trough; equal to `peak` if the levels never fell.
    pub trough: usize,
}

/// Computes the maximum drawdown of the compounded returns, that is, of the levels `1, 1+r_1,
/// (1+r_1)(1+r_2), …`.
///
/// If there is a tie, the earliest peak and the earliest trough are used. Returns `None` for an
/// empty slice, a return below -1, or levels that are not finite.
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
    fn measures_drawdown_from_running_peak_to_trough() {
        // The returns compound to the levels 1, 2, 1, 1.5, 0.75 and 3.
        let worst = max_drawdown(&[1.0, -0.5, 0.5, -0.5, 3.0]);
        assert_eq!(worst, Some(MaxDrawdown { value: -0.625, peak: 1, trough: 4 }));
    }

    #[test]
    fn measures_first_day_loss_from_initial_level() {
        let worst = max_drawdown(&[-0.25, 0.1]);
        assert_eq!(worst, Some(MaxDrawdown { value: -0.25, peak: 0, trough: 1 }));
    }

    #[test]
    fn returns_zero_drawdown_for_rising_series() {
        assert_eq!(max_drawdown(&[0.1, 0.0]).map(|worst| worst.value), Some(0.0));
    }

    #[test]
    fn rejects_return_below_minus_one() {
        assert_eq!((max_drawdown(&[-1.5]), max_drawdown(&[])), (None, None));
    }

    proptest! {
        #[test]
        fn finds_deepest_fall_of_all_pairs(returns in prop::collection::vec(-0.2..0.2f64, 1..40)) {
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
