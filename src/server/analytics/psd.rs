//! The nearest correlation matrix to one that is not positive semi-definite.
//!
//! It touches nothing that needs no repair, and it does not decide which series
//! belong in the matrix; see [`super::correlation`].

use faer::{
    Accum, Mat, Par,
    linalg::matmul::triangular::{BlockStructure, matmul},
};

use super::Reason;
use super::eigen::{has_eigenvalues_above, rows_of, smallest_eigenvalue, square_matrix, symmetric_eigen};

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
    let unchanged = || Repair { matrix: correlation.to_vec(), repaired: false, iterations: 0 };
    // Rounding decides where the smallest eigenvalue is within 1e-13 of the limit; so does it in the eigenvalue.
    if has_eigenvalues_above(&matrix, NEGATIVE_EIGENVALUE)? {
        return Ok(unchanged());
    }
    if smallest_eigenvalue(&matrix)?.is_none_or(|smallest| smallest >= NEGATIVE_EIGENVALUE) {
        return Ok(unchanged());
    }
    let tolerance = if matrix.nrows() <= FINE_SIZE { FINE_TOLERANCE } else { COARSE_TOLERANCE };
    let (nearest, iterations) = higham(&matrix, tolerance)?;
    Ok(Repair { matrix: rows_of(&nearest), repaired: true, iterations })
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
pub fn higham(matrix: &Mat<f64>, tolerance: f64) -> Result<(Mat<f64>, usize), Reason> {
    let n = matrix.nrows();
    let mut y = matrix.clone();
    let mut correction = Mat::zeros(n, n);
    let mut rounds = 0;
    while rounds < MAX_ROUNDS {
        rounds += 1;
        // With R = Y - dS the correction X - R is what the projection adds.
        y -= &correction;
        correction = missing_part(&y)?;
        y += &correction;
        // Y differs from X on the diagonal alone.
        let moved = (0..n).map(|i| (1.0 - y[(i, i)]).powi(2)).sum::<f64>().sqrt();
        y.diagonal_mut().fill(1.0);
        if moved / y.norm_l2() < tolerance {
            break;
        }
    }
    let clipped = &y + missing_part(&y)?;
    Ok((unit_diagonal(&clipped)?, rounds))
}

/// `Σ |λ_k| e_k e_k'` over the negative eigenvalues: what has to be added for none to be left. Symmetric to the last
/// bit.
fn missing_part(matrix: &Mat<f64>) -> Result<Mat<f64>, Reason> {
    let eigen = symmetric_eigen(matrix)?;
    let (n, negative) = (matrix.nrows(), eigen.values.partition_point(|value| *value < 0.0));
    // The positive part less the matrix is the same: the sign that fewer eigenvalues have takes fewer eigenvectors.
    let by_negative = negative <= n - negative;
    let few = if by_negative { 0..negative } else { negative..n };
    let mut roots = eigen.vectors(few.clone());
    for (column, value) in roots.col_iter_mut().zip(&eigen.values[few]) {
        let root = value.abs().sqrt();
        column.iter_mut().for_each(|entry| *entry *= root);
    }
    let mut part = Mat::zeros(n, n);
    let lower = BlockStructure::TriangularLower;
    let whole = BlockStructure::Rectangular;
    matmul(&mut part, lower, Accum::Replace, &roots, whole, roots.transpose(), whole, 1.0, Par::Seq);
    if !by_negative {
        part -= matrix;
    }
    for column in 1..n {
        for row in 0..column {
            part[(row, column)] = part[(column, row)];
        }
    }
    Ok(part)
}

/// `D^{-1/2} C D^{-1/2}` with `D` the diagonal of `C`.
fn unit_diagonal(matrix: &Mat<f64>) -> Result<Mat<f64>, Reason> {
    let scale: Vec<f64> = matrix.diagonal().column_vector().iter().map(|value| value.sqrt()).collect();
    if scale.iter().any(|s| !s.is_finite() || *s <= 0.0) {
        return Err(Reason::NotFinite);
    }
    Ok(Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| {
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
        assert!(!repair(&[]).unwrap().repaired);
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
            prop_assert_eq!(&ours, &ours.transpose().to_owned());
            prop_assert!((0..5).all(|i| ours[(i, i)] == 1.0));
            let smallest = smallest_eigenvalue(&ours).unwrap().unwrap();
            prop_assert!(smallest > -1e-9, "{}", smallest);
        }
    }
}
