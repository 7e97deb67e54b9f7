//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! The one place that asks nalgebra for them, so that another solver is one
//! change. Its iteration is bounded: a matrix that does not converge is a
//! reason, not a thread that never returns.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::Reason;

/// Implicit QR needs two or three sweeps an eigenvalue; this is ten times that.
const SWEEPS_PER_EIGENVALUE: usize = 30;

/// Eigenvalues with the eigenvectors as columns, in no particular order.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues.
    pub values: DVector<f64>,
    /// Column `k` is the unit eigenvector of `values[k]`.
    pub vectors: DMatrix<f64>,
}

/// Eigendecomposition of a symmetric matrix.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`],
/// [`Reason::NoConvergence`].
pub fn symmetric_eigen(matrix: &DMatrix<f64>) -> Result<Eigen, Reason> {
    if !matrix.is_square() {
        return Err(Reason::ShapeMismatch);
    }
    if matrix.iter().any(|value| !value.is_finite()) {
        return Err(Reason::NotFinite);
    }
    if matrix.is_empty() {
        return Ok(Eigen { values: DVector::zeros(0), vectors: DMatrix::zeros(0, 0) });
    }
    let sweeps = SWEEPS_PER_EIGENVALUE.saturating_mul(matrix.nrows());
    SymmetricEigen::try_new(matrix.clone(), f64::EPSILON, sweeps)
        .map(|eigen| Eigen { values: eigen.eigenvalues, vectors: eigen.eigenvectors })
        .ok_or(Reason::NoConvergence)
}

/// A square matrix from its rows.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless there are as many rows as columns in each.
pub fn square_matrix(rows: &[Vec<f64>]) -> Result<DMatrix<f64>, Reason> {
    let n = rows.len();
    if rows.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    Ok(DMatrix::from_fn(n, n, |i, j| rows[i][j]))
}

/// The rows of a matrix.
pub fn rows_of(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_two_by_two_matrix_has_its_textbook_eigenvalues() {
        let matrix = square_matrix(&[vec![2.0, 1.0], vec![1.0, 2.0]]).unwrap();
        let mut values: Vec<f64> = symmetric_eigen(&matrix).unwrap().values.iter().copied().collect();
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15, "{values:?}");
    }

    #[test]
    fn rows_of_unequal_length_are_no_matrix() {
        assert_eq!(square_matrix(&[vec![1.0], vec![]]), Err(Reason::ShapeMismatch));
    }

    #[test]
    fn a_matrix_with_nan_is_refused() {
        let matrix = DMatrix::from_element(2, 2, f64::NAN);
        assert_eq!(symmetric_eigen(&matrix), Err(Reason::NotFinite));
    }

    #[test]
    fn the_empty_matrix_has_no_eigenvalues() {
        assert_eq!(symmetric_eigen(&DMatrix::zeros(0, 0)).unwrap().values.len(), 0);
    }
}
