//! Some eigenvalues of a symmetric tridiagonal matrix, by their place in order.
//!
//! Bisection on Sturm counts (Barth, Martin and Wilkinson 1967), many eigenvalues side by side. It finds no eigenvectors; see
//! [`super::inverse_iteration`].

use std::ops::Range;

/// Eigenvalues that are bisected side by side: a step waits for a division, and processors divide several numbers at once.
const LANES: usize = 16;

/// The Sturm sequence of a symmetric tridiagonal matrix `T`: the pivots of `T - x` without pivoting, of which as many are
/// negative as eigenvalues are below `x` (Sylvester).
#[derive(Debug, Clone)]
pub struct SturmSequence<'a> {
    diagonal: &'a [f64],
    /// What stands beside the diagonal, squared, after a zero.
    squares: Vec<f64>,
    /// What a pivot that is nearly zero counts as: dividing by it is still a number.
    smallest_pivot: f64,
    /// No eigenvalue is larger in size (Gershgorin).
    bound: f64,
}

impl<'a> SturmSequence<'a> {
    /// Of the matrix with this diagonal of `n` and these `n - 1` entries beside it.
    pub fn of(diagonal: &'a [f64], beside: &[f64]) -> Self {
        let squares: Vec<f64> = diagonal.iter().take(1).map(|_| 0.0).chain(beside.iter().map(|b| b * b)).collect();
        let largest = squares.iter().copied().fold(1.0, f64::max);
        Self { diagonal, squares, smallest_pivot: f64::MIN_POSITIVE * largest, bound: bound(diagonal, beside) }
    }

    /// How many eigenvalues are below `x`, up to rounding.
    pub fn count_below(&self, x: f64) -> usize {
        let [count] = self.counts_below([x]);
        count
    }

    fn counts_below<const N: usize>(&self, xs: [f64; N]) -> [usize; N] {
        let mut counts = [0; N];
        let mut pivots = [1.0; N];
        for (entry, square) in self.diagonal.iter().zip(&self.squares) {
            for lane in 0..N {
                let pivot = (entry - xs[lane]) - square / pivots[lane];
                pivots[lane] = if pivot.abs() < self.smallest_pivot { -self.smallest_pivot } else { pivot };
                counts[lane] += usize::from(pivots[lane] < 0.0);
            }
        }
        counts
    }

    /// The eigenvalues at these places in ascending order, each up to rounding of the largest.
    pub fn eigenvalues(&self, places: Range<usize>) -> Vec<f64> {
        let mut values = Vec::with_capacity(places.len());
        for first in places.clone().step_by(LANES) {
            let lanes: [f64; LANES] = self.bisected(std::array::from_fn(|lane| first + lane));
            values.extend(lanes.iter().take(places.end - first));
        }
        values
    }

    /// The eigenvalues at these places; what is past the last one comes out as the bound.
    fn bisected<const N: usize>(&self, places: [usize; N]) -> [f64; N] {
        let (mut low, mut high) = ([-self.bound; N], [self.bound; N]);
        let mut width = 2.0 * self.bound;
        while width > f64::EPSILON * self.bound {
            width *= 0.5;
            let middle: [f64; N] = std::array::from_fn(|lane| 0.5 * (low[lane] + high[lane]));
            let counts = self.counts_below(middle);
            for lane in 0..N {
                let is_below = counts[lane] > places[lane];
                low[lane] = if is_below { low[lane] } else { middle[lane] };
                high[lane] = if is_below { middle[lane] } else { high[lane] };
            }
        }
        std::array::from_fn(|lane| 0.5 * (low[lane] + high[lane]))
    }
}

/// The largest sum of the sizes of a row's entries.
fn bound(diagonal: &[f64], beside: &[f64]) -> f64 {
    let beside = |row: Option<usize>| row.and_then(|row| beside.get(row)).map_or(0.0, |entry| entry.abs());
    let rows = diagonal.iter().enumerate();
    rows.map(|(row, entry)| entry.abs() + beside(row.checked_sub(1)) + beside(Some(row))).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_many_pivots_are_negative_as_eigenvalues_are_below() {
        // Eigenvalues 1 and 3.
        let sturm = SturmSequence::of(&[2.0, 2.0], &[1.0]);
        assert_eq!([0.5, 2.0, 3.5].map(|x| sturm.count_below(x)), [0, 1, 2]);
    }

    #[test]
    fn a_pivot_of_zero_is_passed() {
        // Eigenvalues -1 and 1.
        let sturm = SturmSequence::of(&[0.0, 0.0], &[1.0]);
        assert_eq!(sturm.count_below(0.0), 1);
        let values = sturm.eigenvalues(0..2);
        assert!((values[0] + 1.0).abs() < 1e-15 && (values[1] - 1.0).abs() < 1e-15, "{values:?}");
    }

    #[test]
    fn second_differences_have_their_textbook_eigenvalues() {
        // 2 - 2 cos(kπ / (n + 1)); more of them than are bisected at once.
        let n = 2 * LANES + 1;
        let (diagonal, beside) = (vec![2.0; n], vec![-1.0; n - 1]);
        let values = SturmSequence::of(&diagonal, &beside).eigenvalues(0..n);
        assert_eq!(values.len(), n);
        for (k, value) in values.into_iter().enumerate() {
            let law = 2.0 - 2.0 * ((k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64).cos();
            assert!((value - law).abs() < 1e-14, "{k} {value} {law}");
        }
    }

    #[test]
    fn equal_eigenvalues_are_found_as_often_as_they_are() {
        let values = SturmSequence::of(&[0.5; 3], &[0.0; 2]).eigenvalues(0..3);
        assert!(values.len() == 3 && values.iter().all(|value| (value - 0.5).abs() < 1e-15), "{values:?}");
    }

    #[test]
    fn there_are_none_of_nothing() {
        assert!(SturmSequence::of(&[], &[]).eigenvalues(0..0).is_empty());
        assert_eq!(SturmSequence::of(&[0.0], &[]).eigenvalues(0..1), [0.0]);
    }

    proptest! {
        #[test]
        fn an_eigenvalue_depends_on_its_place_alone(
            diagonal in prop::collection::vec(-1.0..1.0f64, 40), beside in prop::collection::vec(-1.0..1.0f64, 39),
            start in 0..40usize, length in 0..40usize,
        ) {
            let sturm = SturmSequence::of(&diagonal, &beside);
            let (all, end) = (sturm.eigenvalues(0..40), (start + length).min(40));
            prop_assert_eq!(sturm.eigenvalues(start..end), all[start..end].to_vec());
            prop_assert!(all.is_sorted());
        }

        #[test]
        fn eigenvalues_add_up_to_the_diagonal_and_their_squares_to_all_squares(
            diagonal in prop::collection::vec(-1.0..1.0f64, 20), beside in prop::collection::vec(-1.0..1.0f64, 19),
        ) {
            let values = SturmSequence::of(&diagonal, &beside).eigenvalues(0..20);
            let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
            prop_assert!((values.iter().sum::<f64>() - diagonal.iter().sum::<f64>()).abs() < 1e-13);
            prop_assert!((squares(&values) - squares(&diagonal) - 2.0 * squares(&beside)).abs() < 1e-12);
        }
    }
}
