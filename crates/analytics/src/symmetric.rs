//! Symmetric matrices: from rows and back, and what is asked of one before it is computed with.
//!
//! It does not decompose one; see [`super::eigen`].

use faer::{Mat, Side, linalg::solvers::Llt};

use super::Reason;

/// Whether every eigenvalue of a symmetric matrix is above `floor`, up to rounding: whether the matrix less `floor`
/// on its diagonal has a Cholesky factor. Takes a tenth of the time of the eigenvalues.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`].
pub fn has_eigenvalues_above(matrix: &Mat<f64>, floor: f64) -> Result<bool, Reason> {
    check_square(matrix)?;
    // faer's own clone goes entry by entry.
    let mut shifted = Mat::zeros(matrix.nrows(), matrix.ncols());
    shifted.copy_from(matrix);
    shifted.diagonal_mut().column_vector_mut().iter_mut().for_each(|value| *value -= floor);
    Ok(shifted.nrows() == 0 || Llt::new(shifted.as_ref(), Side::Lower).is_ok())
}

/// Refuses what is not a square of numbers.
///
/// # Errors
/// [`Reason::ShapeMismatch`], [`Reason::NotFinite`].
pub fn check_square(matrix: &Mat<f64>) -> Result<(), Reason> {
    if matrix.nrows() != matrix.ncols() {
        return Err(Reason::ShapeMismatch);
    }
    if !matrix.is_all_finite() {
        return Err(Reason::NotFinite);
    }
    Ok(())
}

/// A symmetric matrix from its rows, which are its columns.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless there are as many rows as columns in each.
pub fn symmetric_matrix(rows: &[Vec<f64>]) -> Result<Mat<f64>, Reason> {
    let n = rows.len();
    if rows.iter().any(|row| row.len() != n) {
        return Err(Reason::ShapeMismatch);
    }
    let mut matrix = Mat::zeros(n, n);
    for (column, row) in matrix.col_iter_mut().zip(rows) {
        column.iter_mut().zip(row).for_each(|(entry, value)| *entry = *value);
    }
    Ok(matrix)
}

/// The rows of a symmetric matrix, which are its columns.
pub fn rows_of(matrix: &Mat<f64>) -> Vec<Vec<f64>> {
    matrix.col_iter().map(|column| column.iter().copied().collect()).collect()
}

/// A symmetric matrix of `n` rows from its lower triangle, row by row.
#[cfg(test)]
pub(super) fn from_triangle(n: usize, triangle: &[f64]) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| triangle[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)])
}

#[cfg(test)]
mod tests {
    use super::super::eigen::Eigen;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_of_unequal_length_are_no_matrix() {
        assert_eq!(symmetric_matrix(&[vec![1.0], vec![]]), Err(Reason::ShapeMismatch));
    }

    #[test]
    fn a_matrix_that_is_not_square_or_not_finite_is_refused() {
        assert_eq!(check_square(&Mat::zeros(1, 2)), Err(Reason::ShapeMismatch));
        assert_eq!(check_square(&Mat::from_fn(1, 1, |_, _| f64::NAN)), Err(Reason::NotFinite));
    }

    proptest! {
        #[test]
        fn the_cholesky_factor_exists_where_all_eigenvalues_are_above(
            upper in prop::collection::vec(-1.0..1.0f64, 15), floor in -2.0..1.0f64,
        ) {
            let matrix = from_triangle(5, &upper);
            let smallest = Eigen::new(&matrix).unwrap().values[0];
            prop_assume!((smallest - floor).abs() > 1e-9);
            prop_assert_eq!(has_eigenvalues_above(&matrix, floor), Ok(smallest > floor));
        }
    }
}
