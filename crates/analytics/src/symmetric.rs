//! Symmetric matrices: converts them from and to rows, and checks their shape, entries and
//! eigenvalues.
//!
//! Eigenvalues and eigenvectors are computed in [`super::eigen`].

use faer::{Mat, Side, linalg::solvers::Llt};

use super::Reason;

/// Returns whether every eigenvalue of a symmetric matrix is above `floor`, up to rounding error.
///
/// This is the case if and only if the matrix has a Cholesky factor after `floor` is subtracted
/// from its diagonal. Testing this takes about a tenth of the time of computing the eigenvalues.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] if the matrix is not square, and [`Reason::NotFinite`] if an
/// entry is not finite.
pub fn has_eigenvalues_above(matrix: &Mat<f64>, floor: f64) -> Result<bool, Reason> {
    check_square(matrix)?;
    // Copies whole columns. This is faster than faer's `clone`, which copies entry by entry.
    let mut shifted = Mat::zeros(matrix.nrows(), matrix.ncols());
    shifted.copy_from(matrix);
    shifted.diagonal_mut().column_vector_mut().iter_mut().for_each(|value| *value -= floor);
    Ok(shifted.nrows() == 0 || Llt::new(shifted.as_ref(), Side::Lower).is_ok())
}

/// Rejects a matrix that is not square or has an entry that is not finite.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] if the matrix is not square, and [`Reason::NotFinite`] if an
/// entry is not finite.
pub fn check_square(matrix: &Mat<f64>) -> Result<(), Reason> {
    if matrix.nrows() != matrix.ncols() {
        return Err(Reason::ShapeMismatch);
    }
    if !matrix.is_all_finite() {
        return Err(Reason::NotFinite);
    }
    Ok(())
}

/// Creates a symmetric matrix from its rows, which equal its columns.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] unless every row has as many elements as there are rows.
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

/// Returns the rows of a symmetric matrix, which equal its columns.
pub fn to_rows(matrix: &Mat<f64>) -> Vec<Vec<f64>> {
    matrix.col_iter().map(|column| column.iter().copied().collect()).collect()
}

/// Creates a symmetric matrix of `n` rows from its lower triangle, listed row by row.
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
    fn rejects_matrix_rows_of_unequal_length() {
        assert_eq!(symmetric_matrix(&[vec![1.0], vec![]]), Err(Reason::ShapeMismatch));
    }

    #[test]
    fn rejects_non_square_and_non_finite_matrices() {
        assert_eq!(check_square(&Mat::zeros(1, 2)), Err(Reason::ShapeMismatch));
        assert_eq!(check_square(&Mat::from_fn(1, 1, |_, _| f64::NAN)), Err(Reason::NotFinite));
    }

    proptest! {
        #[test]
        fn compares_smallest_eigenvalue_with_floor(
            upper in prop::collection::vec(-1.0..1.0f64, 15), floor in -2.0..1.0f64,
        ) {
            let matrix = from_triangle(5, &upper);
            let smallest = Eigen::new(&matrix).unwrap().values[0];
            prop_assume!((smallest - floor).abs() > 1e-9);
            prop_assert_eq!(has_eigenvalues_above(&matrix, floor), Ok(smallest > floor));
        }
    }
}
