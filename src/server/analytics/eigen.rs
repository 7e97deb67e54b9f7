//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! The one place that asks faer for them, so that another solver is one change. It computes on the calling thread: a
//! result does not depend on how many threads there are.

use faer::{Mat, Side, linalg::solvers::Llt};

use super::Reason;

/// Eigenvalues, ascending, with the eigenvectors as columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// Column `k` is the unit eigenvector of `values[k]`.
    pub vectors: Mat<f64>,
}

/// Eigendecomposition of a symmetric matrix, of which the lower triangle is read.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`],
/// [`Reason::NoConvergence`].
pub fn symmetric_eigen(matrix: &Mat<f64>) -> Result<Eigen, Reason> {
    check(matrix)?;
    if matrix.nrows() == 0 {
        // faer counts down from the size in places.
        return Ok(Eigen { values: Vec::new(), vectors: Mat::new() });
    }
    let eigen = matrix.self_adjoint_eigen(Side::Lower).map_err(|_| Reason::NoConvergence)?;
    Ok(Eigen { values: eigen.S().column_vector().iter().copied().collect(), vectors: eigen.U().to_owned() })
}

/// The smallest eigenvalue of a symmetric matrix; `None` for the empty one.
///
/// # Errors
/// As [`symmetric_eigen`].
pub fn smallest_eigenvalue(matrix: &Mat<f64>) -> Result<Option<f64>, Reason> {
    check(matrix)?;
    if matrix.nrows() == 0 {
        return Ok(None);
    }
    let values = matrix.self_adjoint_eigenvalues(Side::Lower).map_err(|_| Reason::NoConvergence)?;
    Ok(values.first().copied())
}

/// Whether every eigenvalue of a symmetric matrix is above `floor`, up to rounding: whether the matrix less `floor`
/// on its diagonal has a Cholesky factor. Takes a tenth of the time of the eigenvalues.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`].
pub fn has_eigenvalues_above(matrix: &Mat<f64>, floor: f64) -> Result<bool, Reason> {
    check(matrix)?;
    let mut shifted = matrix.clone();
    shifted.diagonal_mut().column_vector_mut().iter_mut().for_each(|value| *value -= floor);
    Ok(matrix.nrows() == 0 || Llt::new(shifted.as_ref(), Side::Lower).is_ok())
}

fn check(matrix: &Mat<f64>) -> Result<(), Reason> {
    if matrix.nrows() != matrix.ncols() {
        return Err(Reason::ShapeMismatch);
    }
    if matrix.col_iter().flat_map(|column| column.iter()).any(|value| !value.is_finite()) {
        return Err(Reason::NotFinite);
    }
    Ok(())
}

/// A square matrix from its rows.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless there are as many rows as columns in each.
pub fn square_matrix(rows: &[Vec<f64>]) -> Result<Mat<f64>, Reason> {
    let n = rows.len();
    if rows.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    Ok(Mat::from_fn(n, n, |i, j| rows[i][j]))
}

/// The rows of a matrix.
pub fn rows_of(matrix: &Mat<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_two_by_two_matrix_has_its_textbook_eigenvalues() {
        let matrix = square_matrix(&[vec![2.0, 1.0], vec![1.0, 2.0]]).unwrap();
        let values = symmetric_eigen(&matrix).unwrap().values;
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15, "{values:?}");
    }

    #[test]
    fn rows_of_unequal_length_are_no_matrix() {
        assert_eq!(square_matrix(&[vec![1.0], vec![]]), Err(Reason::ShapeMismatch));
    }

    #[test]
    fn a_matrix_with_nan_is_refused() {
        let matrix = Mat::from_fn(2, 2, |_, _| f64::NAN);
        assert_eq!(symmetric_eigen(&matrix), Err(Reason::NotFinite));
    }

    #[test]
    fn the_empty_matrix_has_no_eigenvalues() {
        assert_eq!(symmetric_eigen(&Mat::new()).unwrap().values.len(), 0);
        assert_eq!(smallest_eigenvalue(&Mat::new()), Ok(None));
    }

    proptest! {
        #[test]
        fn eigenvectors_and_eigenvalues_make_the_matrix(upper in prop::collection::vec(-1.0..1.0f64, 21)) {
            let matrix = Mat::from_fn(6, 6, |i, j| upper[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)]);
            let Eigen { values, vectors } = symmetric_eigen(&matrix).unwrap();
            let scaled = Mat::from_fn(6, 6, |i, k| vectors[(i, k)] * values[k]);
            prop_assert!((&scaled * vectors.transpose() - &matrix).norm_max() < 1e-13);
        }

        #[test]
        fn the_cholesky_factor_exists_where_all_eigenvalues_are_above(
            upper in prop::collection::vec(-1.0..1.0f64, 15), floor in -2.0..1.0f64,
        ) {
            let matrix = Mat::from_fn(5, 5, |i, j| upper[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)]);
            let smallest = smallest_eigenvalue(&matrix).unwrap().unwrap();
            prop_assume!((smallest - floor).abs() > 1e-9);
            prop_assert_eq!(has_eigenvalues_above(&matrix, floor), Ok(smallest > floor));
        }
    }
}
