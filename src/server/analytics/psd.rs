//! The nearest correlation matrix to one that is not positive semi-definite.
//!
//! It touches nothing that needs no repair, and it does not decide which series
//! belong in the matrix; see [`super::correlation`].

use nalgebra::DMatrix;

use super::Reason;
use super::eigen::{Eigen, rows_of, square_matrix, symmetric_eigen};

/// A matrix is repaired only if its smallest eigenvalue is below this.
pub const NEGATIVE_EIGENVALUE: f64 = -1e-10;
/// Rounds after which the iteration stops wherever it is.
pub const MAX_ROUNDS: usize = 100;
/// The largest matrix that is repaired to the finer tolerance.
const FINE_SIZE: usize = 100;
const FINE_TOLERANCE: f64 = 1e-7;
const COARSE_TOLERANCE: f64 = 1e-5;

/// A correlation matrix, repaired where it had to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// The matrix: the input itself, or the repaired one, which is symmetric to
    /// the last bit with a unit diagonal.
    pub matrix: Vec<Vec<f64>>,
    /// Whether the input was changed.
    pub repaired: bool,
    /// Rounds of the iteration, 0 without repair.
    pub iterations: usize,
    /// Smallest eigenvalue of the input; `None` for an empty matrix.
    pub smallest_eigenvalue: Option<f64>,
}

/// The correlation matrix itself if its eigenvalues are at least -1e-10, else
/// the nearest one (see [`higham`]) to 1e-7, or to 1e-5 above 100 symbols.
///
/// `correlation` has `n` rows of `n`, symmetric.
///
/// # Errors
/// [`Reason::ShapeMismatch`], [`Reason::NotFinite`], [`Reason::NoConvergence`].
pub fn repair(correlation: &[Vec<f64>]) -> Result<Repair, Reason> {
    let matrix = square_matrix(correlation)?;
    let values = symmetric_eigen(&matrix)?.values;
    let smallest_eigenvalue = values.iter().copied().reduce(f64::min);
    if smallest_eigenvalue.is_none_or(|smallest| smallest >= NEGATIVE_EIGENVALUE) {
        let matrix = correlation.to_vec();
        return Ok(Repair { matrix, repaired: false, iterations: 0, smallest_eigenvalue });
    }
    let tolerance = if matrix.nrows() <= FINE_SIZE { FINE_TOLERANCE } else { COARSE_TOLERANCE };
    let (nearest, iterations) = higham(&matrix, tolerance)?;
    Ok(Repair { matrix: rows_of(&nearest), repaired: true, iterations, smallest_eigenvalue })
}

/// Nearest correlation matrix in the Frobenius norm by alternating projections
/// with Dykstra's correction (Higham 2002, algorithm 3.3), and its rounds.
///
/// Stops when `‖Y - X‖ / ‖Y‖ < tolerance` or after 100 rounds; a last clip of
/// the negative eigenvalues, rescaled to unit diagonal, makes the result
/// positive semi-definite wherever it stopped.
///
/// # Errors
/// As [`repair`].
pub fn higham(matrix: &DMatrix<f64>, tolerance: f64) -> Result<(DMatrix<f64>, usize), Reason> {
    let mut y = matrix.clone();
    let mut correction = DMatrix::zeros(matrix.nrows(), matrix.ncols());
    let mut rounds = 0;
    while rounds < MAX_ROUNDS {
        rounds += 1;
        let corrected = &y - &correction;
        let x = clip(&symmetric_eigen(&corrected)?);
        correction = &x - corrected;
        y.copy_from(&x);
        y.fill_diagonal(1.0);
        if (&y - &x).norm() / y.norm() < tolerance {
            break;
        }
    }
    let clipped = clip(&symmetric_eigen(&y)?);
    Ok((unit_diagonal(&clipped)?, rounds))
}

/// The matrix with its negative eigenvalues set to 0, symmetric to the last bit.
fn clip(eigen: &Eigen) -> DMatrix<f64> {
    let mut scaled = eigen.vectors.clone();
    for (mut column, value) in scaled.column_iter_mut().zip(eigen.values.iter()) {
        column *= value.max(0.0).sqrt();
    }
    let mut clipped = &scaled * scaled.transpose();
    clipped.fill_lower_triangle_with_upper_triangle();
    clipped
}

/// `D^{-1/2} C D^{-1/2}` with `D` the diagonal of `C`.
fn unit_diagonal(matrix: &DMatrix<f64>) -> Result<DMatrix<f64>, Reason> {
    let scale = matrix.diagonal().map(f64::sqrt);
    if scale.iter().any(|s| !s.is_finite() || *s <= 0.0) {
        return Err(Reason::NotFinite);
    }
    Ok(DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| {
        if i == j { 1.0 } else { (matrix[(i, j)] / (scale[i] * scale[j])).clamp(-1.0, 1.0) }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_matrix_without_negative_eigenvalues_is_left_alone() {
        let correlation = vec![vec![1.0, 0.5], vec![0.5, 1.0]];
        let ours = repair(&correlation).unwrap();
        assert_eq!((ours.matrix, ours.repaired, ours.iterations), (correlation, false, 0));
    }

    #[test]
    fn an_impossible_pair_becomes_the_nearest_possible_one() {
        let ours = repair(&[vec![1.0, 1.5], vec![1.5, 1.0]]).unwrap();
        assert!(ours.repaired && (ours.matrix[0][1] - 1.0).abs() < 1e-6, "{ours:?}");
    }

    #[test]
    fn the_empty_matrix_needs_no_repair() {
        assert_eq!(repair(&[]).unwrap().smallest_eigenvalue, None);
    }

    #[test]
    fn a_matrix_that_is_not_square_is_refused() {
        assert_eq!(repair(&[vec![1.0, 0.0]]), Err(Reason::ShapeMismatch));
    }

    proptest! {
        #[test]
        fn a_repaired_matrix_is_a_correlation_matrix(
            upper in prop::collection::vec(-1.0..1.0f64, 10),
        ) {
            let value = |i: usize, j: usize| if i == j { 1.0 } else {
                let (low, high) = (i.min(j), i.max(j));
                upper[high * (high - 1) / 2 + low]
            };
            let input: Vec<Vec<f64>> =
                (0..5).map(|i| (0..5).map(|j| value(i, j)).collect()).collect();
            let ours = square_matrix(&repair(&input).unwrap().matrix).unwrap();
            prop_assert_eq!(&ours, &ours.transpose());
            prop_assert!(ours.diagonal().iter().all(|d| *d == 1.0));
            let smallest = symmetric_eigen(&ours).unwrap().values.min();
            prop_assert!(smallest > -1e-9, "{}", smallest);
        }
    }
}
