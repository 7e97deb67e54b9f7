//! Some eigenvectors of a symmetric tridiagonal matrix, from their eigenvalues.
//!
//! Inverse iteration (Peters and Wilkinson 1971): a vector solved for with `T - λ` grows along the eigenvector of `λ`
//! far more than along any other. Eigenvalues that agree to the last digits would have one vector twice; this is found
//! and said, not repaired.
//!
//! Invariant: what is given is orthonormal, and each vector times the matrix is itself times its eigenvalue, up to
//! rounding; it is computed and looked at, not taken for granted.

use faer::{ColRef, Mat};

use super::sums::{dot, largest_magnitude};

/// Solutions after which an eigenvalue is given up; two are usual.
const MAX_SOLUTIONS: usize = 5;
/// The least part of a vector that must not lie along those before it.
const LEAST_NEW: f64 = 0.5;

/// Orthonormal eigenvectors, as columns, of the tridiagonal matrix with this diagonal of `n` and these `n - 1` entries
/// beside it, to these eigenvalues, each known up to rounding of the largest. `None` where they are not told apart.
pub fn eigenvectors(diagonal: &[f64], beside: &[f64], values: &[f64]) -> Option<Mat<f64>> {
    let n = diagonal.len();
    let largest = largest_magnitude(diagonal).max(largest_magnitude(beside));
    let tolerance = n as f64 * f64::EPSILON * largest;
    let mut vectors = Mat::zeros(n, values.len());
    let mut factors = Factors::with_capacity(n);
    for (column, value) in vectors.col_iter_mut().zip(values) {
        factors.factor(diagonal, beside, *value, f64::EPSILON * largest);
        let vector = column.try_as_col_major_mut()?.as_slice_mut();
        factors.grow(vector, tolerance)?;
    }
    let qr = vectors.qr();
    let told_apart = (0..values.len()).all(|k| qr.thin_R()[(k, k)].abs() > LEAST_NEW);
    // What each lost to those before it may add up where many eigenvalues are near each other.
    let orthonormal = told_apart.then(|| qr.compute_thin_Q())?;
    let is_one =
        |(vector, value): (ColRef<'_, f64>, &f64)| residual(diagonal, beside, *value, vector) <= 2.0 * tolerance;
    let all_are = orthonormal.col_iter().zip(values).all(is_one);
    all_are.then_some(orthonormal)
}

/// `‖(T - λ) x‖`.
fn residual(diagonal: &[f64], beside: &[f64], value: f64, x: ColRef<'_, f64>) -> f64 {
    let (mut sum, mut above) = (0.0, 0.0);
    for (row, (entry, x_row)) in diagonal.iter().zip(x.iter()).enumerate() {
        let below = beside.get(row).map_or(0.0, |beside| beside * x[row + 1]);
        let error = above + (entry - value) * x_row + below;
        sum += error * error;
        above = beside.get(row).map_or(0.0, |beside| beside * x_row);
    }
    sum.sqrt()
}

/// `T - λ = P L U` by elimination with row exchanges.
struct Factors {
    /// One over the diagonal of `U`, and the two entries right of it.
    rows: Vec<[f64; 3]>,
    /// What was taken of each row from the next, and whether the two had changed places before.
    taken: Vec<(f64, bool)>,
}

impl Factors {
    fn with_capacity(n: usize) -> Self {
        Self { rows: Vec::with_capacity(n), taken: Vec::with_capacity(n) }
    }

    /// A pivot smaller than `smallest` counts as that.
    fn factor(&mut self, diagonal: &[f64], beside: &[f64], value: f64, smallest: f64) {
        self.rows.clear();
        self.taken.clear();
        let inverse = |pivot: f64| 1.0 / if pivot.abs() < smallest { smallest } else { pivot };
        let right_of = |row: usize| beside.get(row).copied().unwrap_or(0.0);
        let Some(first) = diagonal.first() else { return };
        let (mut pivot, mut right) = (first - value, right_of(0));
        for (row, below) in beside.iter().enumerate() {
            let (next, next_right) = (diagonal[row + 1] - value, right_of(row + 1));
            let exchanged = below.abs() > pivot.abs();
            let part = if exchanged {
                let inverse = inverse(*below);
                let part = pivot * inverse;
                self.rows.push([inverse, next, next_right]);
                (pivot, right) = (right - part * next, -part * next_right);
                part
            } else {
                let inverse = inverse(pivot);
                let part = below * inverse;
                self.rows.push([inverse, right, 0.0]);
                (pivot, right) = (next - part * right, next_right);
                part
            };
            self.taken.push((part, exchanged));
        }
        self.rows.push([inverse(pivot), 0.0, 0.0]);
    }

    /// Solves until the unit vector `x` has `‖(T - λ) x‖ ≤ tolerance`.
    fn grow(&self, x: &mut [f64], tolerance: f64) -> Option<()> {
        // As if `P L` had been applied to what is started from (Wilkinson): a vector along no eigenvector in particular.
        x.fill(1.0);
        self.solve_upper(x);
        normalise(x)?;
        for _ in 1..MAX_SOLUTIONS {
            self.solve_lower(x);
            self.solve_upper(x);
            let growth = normalise(x)?;
            if 1.0 <= tolerance * growth {
                return Some(());
            }
        }
        None
    }

    fn solve_lower(&self, x: &mut [f64]) {
        for (row, (part, exchanged)) in self.taken.iter().enumerate() {
            if *exchanged {
                x.swap(row, row + 1);
            }
            x[row + 1] -= part * x[row];
        }
    }

    fn solve_upper(&self, x: &mut [f64]) {
        let (mut right, mut second_right) = (0.0, 0.0);
        for (entry, [inverse, beside, second]) in x.iter_mut().zip(&self.rows).rev() {
            *entry = (*entry - beside * right - second * second_right) * inverse;
            (right, second_right) = (*entry, right);
        }
    }
}

/// Makes a unit vector of `x` and gives its length before, unless that is no number.
fn normalise(x: &mut [f64]) -> Option<f64> {
    let length = dot(x, x).sqrt();
    for entry in x {
        *entry /= length;
    }
    Some(length).filter(|length| length.is_finite() && *length > 0.0)
}

#[cfg(test)]
mod tests {
    use super::super::bisection::SturmSequence;
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    fn of_places(diagonal: &[f64], beside: &[f64], places: std::ops::Range<usize>) -> (Vec<f64>, Option<Mat<f64>>) {
        let values = SturmSequence::of(diagonal, beside).eigenvalues(places);
        let vectors = eigenvectors(diagonal, beside, &values);
        (values, vectors)
    }

    #[test]
    fn second_differences_have_sines_for_eigenvectors() {
        let n = 200;
        let (_, vectors) = of_places(&vec![2.0; n], &vec![-1.0; n - 1], 0..3);
        let vectors = vectors.unwrap();
        let law = |i: usize, k: usize| ((i + 1) as f64 * (k + 1) as f64 * PI / (n + 1) as f64).sin();
        for k in 0..3 {
            let sign = vectors[(0, k)].signum() * (2.0 / (n + 1) as f64).sqrt();
            let error = (0..n).map(|i| (vectors[(i, k)] - sign * law(i, k)).abs()).fold(0.0, f64::max);
            assert!(error < 1e-11, "{k} {error}");
        }
    }

    #[test]
    fn equal_eigenvalues_are_not_told_apart() {
        assert_eq!(of_places(&[1.0; 4], &[0.0; 3], 0..2).1, None);
    }

    /// Wilkinson's W21+, whose largest eigenvalues are 10.746194182903322 and 10.746194182903393.
    fn wilkinson() -> (Vec<f64>, Vec<f64>) {
        ((-10..=10).map(|i: i32| f64::from(i.abs())).collect(), vec![1.0; 20])
    }

    #[test]
    fn eigenvalues_that_agree_to_thirteen_digits_are_told_apart() {
        let (diagonal, beside) = wilkinson();
        let (values, vectors) = of_places(&diagonal, &beside, 19..21);
        assert!(values[1] - values[0] < 1e-13, "{values:?}");
        assert!(vectors.is_some());
    }

    #[test]
    fn what_is_given_of_many_near_eigenvalues_is_held_to_its_residual() {
        // Ten of Wilkinson's, glued together: twenty eigenvalues within the size of the glue.
        let (one, beside) = wilkinson();
        let diagonal = one.repeat(10);
        for glue in [1e-3, 1e-6, 1e-9, 1e-12, 1e-15] {
            let mut glued: Vec<f64> = [&*beside, &[glue]].concat().repeat(10);
            glued.pop();
            let (values, vectors) = of_places(&diagonal, &glued, 190..210);
            let Some(vectors) = vectors else { continue };
            for (vector, value) in vectors.col_iter().zip(values) {
                let error = residual(&diagonal, &glued, value, vector);
                assert!(error < 1e-11, "{glue} {error}");
            }
        }
    }

    #[test]
    fn a_number_that_is_no_eigenvalue_has_no_eigenvector() {
        assert_eq!(eigenvectors(&[2.0, 2.0], &[1.0], &[2.5]), None);
    }

    #[test]
    fn nothing_is_an_eigenvector_of_zero_that_could_be_told_from_others() {
        assert_eq!(eigenvectors(&[0.0, 0.0], &[0.0], &[0.0]), None);
    }

    proptest! {
        #[test]
        fn a_vector_times_the_matrix_is_the_vector_times_its_eigenvalue(
            diagonal in prop::collection::vec(-1.0..1.0f64, 30), beside in prop::collection::vec(-1.0..1.0f64, 29),
            start in 0..16usize,
        ) {
            let (values, vectors) = of_places(&diagonal, &beside, start..start + 15);
            prop_assume!(values.windows(2).all(|pair| pair[1] - pair[0] > 1e-12));
            let vectors = vectors.unwrap();
            for (k, value) in values.into_iter().enumerate() {
                for i in 0..30 {
                    let above = if i > 0 { beside[i - 1] * vectors[(i - 1, k)] } else { 0.0 };
                    let below = if i < 29 { beside[i] * vectors[(i + 1, k)] } else { 0.0 };
                    let error = above + below + (diagonal[i] - value) * vectors[(i, k)];
                    prop_assert!(error.abs() < 1e-13, "{}", error);
                }
            }
            prop_assert!((vectors.transpose() * &vectors - Mat::<f64>::identity(15, 15)).norm_max() < 1e-14);
        }
    }
}
