//! Finds splits that a column of closes lacks although the adjusted closes have them, and divides
//! the closes before each split by its factor.
//!
//! A close that is not adjusted for a split would value the positions before the split by the wrong
//! number of shares. The adjusted closes show the split: the close changes by the split's factor
//! from one day to the next, and the adjusted close does not.

use super::super::Bar;

/// Maximum relative difference between a change of the close and a split's factor. Closes and
/// adjusted closes are rounded, and a dividend can fall on the same day.
const TOLERANCE: f64 = 0.005;
/// Largest factor of a split or of a reverse split.
const MAX_SHARES: u32 = 100;

/// A split: `new` shares for `old` ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitRatio {
    pub new: u32,
    pub old: u32,
}

impl SplitRatio {
    /// Returns the split that divides prices by `ratio`, if there is a usual one: whole shares for
    /// one, one for whole shares, or 3 for 2, 5 for 2, 4 for 3, 5 for 4.
    pub fn from_price_ratio(ratio: f64, tolerance: f64) -> Option<Self> {
        let is_near = |split: &Self| (ratio / split.factor() - 1.0).abs() <= tolerance;
        let fractions = [(3, 2), (5, 2), (4, 3), (5, 4)].map(|(new, old)| Self { new, old });
        let whole = (2..=MAX_SHARES).flat_map(|shares| [Self { new: shares, old: 1 }, Self { new: 1, old: shares }]);
        let distance = |split: &Self| (ratio / split.factor() - 1.0).abs();
        let near = fractions.into_iter().chain(whole).filter(is_near);
        near.min_by(|one, other| distance(one).total_cmp(&distance(other)))
    }

    pub fn factor(self) -> f64 {
        f64::from(self.new) / f64::from(self.old)
    }
}

/// Smallest ratio of a change that a dividend does not explain.
const LARGE_STEP: f64 = 1.15;

/// A large change of the closes that the adjusted closes do not have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CloseStep {
    /// Index of the first bar after the change.
    pub index: usize,
    /// The split that explains the change, or `None` if no usual split does.
    pub split: Option<SplitRatio>,
}

/// Returns the large changes of the closes of `bars` that the adjusted closes do not have.
pub(super) fn close_steps(bars: &[Bar]) -> Vec<CloseStep> {
    let step = |(index, pair): (usize, &[Bar])| {
        let ratio = (pair[0].close / pair[1].close) / (pair[0].adj_close / pair[1].adj_close);
        let is_large = !(1.0 / LARGE_STEP..=LARGE_STEP).contains(&ratio);
        is_large.then(|| CloseStep { index: index + 1, split: SplitRatio::from_price_ratio(ratio, TOLERANCE) })
    };
    bars.windows(2).enumerate().filter_map(step).collect()
}
