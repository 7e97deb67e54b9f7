//! Repair of a correlation matrix that is not positive semi-definite: it is replaced by the nearest
//! valid correlation matrix.
//!
//! A valid matrix is returned unchanged. [`super::correlation`] decides which series the matrix
//! includes.

use faer::Mat;

use super::eigen::Eigen;
use super::gram::gram;
use super::sums::dot;
use super::symmetric::{has_eigenvalues_above, symmetric_matrix, to_rows};
use super::{Interrupt, Reason};

/// A matrix is repaired only if its smallest eigenvalue is below this negative bound.
pub const NEGATIVE_EIGENVALUE: f64 = -1e-10;
/// Maximum number of rounds of a repair. After this many rounds, the iteration stops even if it has
/// not converged.
pub const MAX_ROUNDS: usize = 100;
/// Largest number of rows for which a matrix is repaired with a tolerance of 1e-7. The tolerance
/// for larger matrices is 1e-5.
const FINE_SIZE: usize = 100;
const FINE_TOLERANCE: f64 = 1e-7;
const COARSE_TOLERANCE: f64 = 1e-5;

/// Result of [`repair`]: a valid correlation matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// The input matrix if it was valid, otherwise the repaired one. A repaired matrix is symmetric
    /// to the last bit and has a unit diagonal.
    pub matrix: Vec<Vec<f64>>,
    pub repaired: bool,
    /// Number of rounds of the repair; 0 if no repair was needed.
    pub iterations: usize,
}

/// Repairs a correlation matrix if necessary. Returns it unchanged if its eigenvalues are at least
/// -1e-10. Otherwise returns the nearest correlation matrix (see [`higham`]) with a tolerance of
/// 1e-7, or 1e-5 for more than 100 symbols.
///
/// `correlation` must be symmetric, with `n` rows of `n` elements.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] if the matrix is not square, [`Reason::NotFinite`] if an entry
/// or the result is not finite, [`Reason::NoConvergence`] if the eigenvalues cannot be found, and
/// [`Reason::Interrupted`] if the caller stops the computation.
pub fn repair(correlation: Vec<Vec<f64>>, interrupt: Interrupt<'_>) -> Result<Repair, Reason> {
    let matrix = symmetric_matrix(&correlation)?;
    if has_eigenvalues_above(&matrix, NEGATIVE_EIGENVALUE)? {
        return Ok(Repair { matrix: correlation, repaired: false, iterations: 0 });
    }
    let tolerance = if matrix.nrows() <= FINE_SIZE { FINE_TOLERANCE } else { COARSE_TOLERANCE };
    let (nearest, iterations) = higham(&matrix, tolerance, interrupt)?;
    Ok(Repair { matrix: to_rows(&nearest), repaired: true, iterations })
}

/// Finds the nearest correlation matrix in the Frobenius norm by alternating projections with
/// Dykstra's correction (Higham 2002, algorithm 3.3). Returns the matrix and the number of rounds.
///
/// In each round, `X` is the matrix `R` with its negative eigenvalues set to zero, `Y` is `X` with
/// a unit diagonal, and `R` becomes `Y - (X - R)`. `R` starts as the input and changes only on its
/// diagonal, by `1 - x_jj`, so a round needs only the diagonal and the norm of `X`.
///
/// The iteration stops when `‖Y - X‖ / ‖Y‖ < tolerance` or after 100 rounds. Then the remaining
/// negative eigenvalues are set to zero and the diagonal is rescaled to ones, so the result is
/// positive semi-definite even without convergence.
///
/// # Errors
/// Returns the same errors as [`repair`].
pub fn higham(matrix: &Mat<f64>, tolerance: f64, interrupt: Interrupt<'_>) -> Result<(Mat<f64>, usize), Reason> {
    let mut r = matrix.clone();
    let mut rounds = 0;
    let mut y = loop {
        rounds += 1;
        let x = PositivePart::new(&r, interrupt)?;
        let diagonal = x.diagonal();
        let missing: Vec<f64> = diagonal.iter().map(|x| 1.0 - x).collect();
        let moved = dot(&missing, &missing).sqrt();
        let norm = (x.squared_norm - dot(&diagonal, &diagonal) + diagonal.len() as f64).sqrt();
        if moved / norm < tolerance || rounds == MAX_ROUNDS {
            break x.matrix();
        }
        r.diagonal_mut().column_vector_mut().iter_mut().zip(missing).for_each(|(entry, missing)| *entry += missing);
    };
    y.diagonal_mut().fill(1.0);
    Ok((unit_diagonal(&PositivePart::new(&y, interrupt)?.matrix())?, rounds))
}

/// A symmetric matrix whose negative eigenvalues have been set to zero. It is stored as the factor
/// `V` of `VV' = Σ λ_k e_k e_k'`, where the sum includes only the positive eigenvalues.
struct PositivePart {
    /// The factor `V`. It has one column per positive eigenvalue: the eigenvector times the square
    /// root of the eigenvalue.
    roots: Mat<f64>,
    /// Squared Frobenius norm of `VV'`.
    squared_norm: f64,
}

impl PositivePart {
    fn new(matrix: &Mat<f64>, interrupt: Interrupt<'_>) -> Result<Self, Reason> {
        interrupt.check()?;
        let Eigen { values, vectors } = Eigen::new(matrix)?;
        let first = values.partition_point(|value| *value <= 0.0);
        let positive = &values[first..];
        let mut roots = vectors.subcols(first, positive.len()).to_owned();
        for (column, value) in roots.col_iter_mut().zip(positive) {
            let root = value.sqrt();
            column.iter_mut().for_each(|entry| *entry *= root);
        }
        Ok(Self { roots, squared_norm: dot(positive, positive) })
    }

    fn diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.roots.nrows()];
        for column in self.roots.col_iter() {
            diagonal.iter_mut().zip(column.iter()).for_each(|(sum, root)| *sum += root * root);
        }
        diagonal
    }

    /// Computes the matrix `VV'`, which is symmetric to the last bit.
    fn matrix(&self) -> Mat<f64> {
        gram(self.roots.as_ref())
    }
}

/// Rescales the matrix `C` to a unit diagonal: `D^{-1/2} C D^{-1/2}`, where `D` is the diagonal of
/// `C`.
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
    use super::super::interrupt::tests::assert_stops_at_every_check;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leaves_positive_semi_definite_matrix_unchanged() {
        let correlation = vec![vec![1.0, 0.5], vec![0.5, 1.0]];
        let ours = repair(correlation.clone(), Interrupt::NEVER).unwrap();
        assert_eq!((ours.matrix, ours.repaired, ours.iterations), (correlation, false, 0));
    }

    #[test]
    fn repairs_impossible_pair() {
        let ours = repair(vec![vec![1.0, 1.5], vec![1.5, 1.0]], Interrupt::NEVER).unwrap();
        assert!(ours.repaired && (ours.matrix[0][1] - 1.0).abs() < 1e-6, "{ours:?}");
    }

    #[test]
    fn checks_interrupt_in_each_repair_round() {
        let impossible = vec![vec![1.0, 1.5], vec![1.5, 1.0]];
        let rounds = repair(impossible.clone(), Interrupt::NEVER).unwrap().iterations;
        let checks = assert_stops_at_every_check(|interrupt| repair(impossible.clone(), interrupt));
        assert!(checks > rounds, "{checks} in {rounds} rounds");
    }

    #[test]
    fn leaves_empty_matrix_unrepaired() {
        assert!(!repair(vec![], Interrupt::NEVER).unwrap().repaired);
    }

    #[test]
    fn rejects_repair_of_non_square_matrix() {
        assert_eq!(repair(vec![vec![1.0, 0.0]], Interrupt::NEVER), Err(Reason::ShapeMismatch));
    }

    proptest! {
        #[test]
        fn repairs_any_matrix_to_correlation_matrix(
            upper in prop::collection::vec(-1.0..1.0f64, 10),
        ) {
            let value = |i: usize, j: usize| if i == j { 1.0 } else {
                let (low, high) = (i.min(j), i.max(j));
                upper[high * (high - 1) / 2 + low]
            };
            let input: Vec<Vec<f64>> =
                (0..5).map(|i| (0..5).map(|j| value(i, j)).collect()).collect();
            let ours = symmetric_matrix(&repair(input, Interrupt::NEVER).unwrap().matrix).unwrap();
            prop_assert_eq!(&ours, &ours.transpose().to_owned());
            prop_assert!((0..5).all(|i| ours[(i, i)] == 1.0));
            let smallest = Eigen::new(&ours).unwrap().values[0];
            prop_assert!(smallest > -1e-9, "{}", smallest);
        }
    }
}
