//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! The one place that asks faer for them, so that another solver is one change. It computes on the calling thread: a
//! result does not depend on how many threads there are.

use std::ops::Range;

use faer::{
    Col, Conj, Mat, Par, Side, Spec,
    diag::Diag,
    dyn_stack::{MemBuffer, MemStack, StackReq},
    linalg::{
        evd::{
            self_adjoint_evd_scratch, tridiag::tridiag_in_place, tridiag::tridiag_in_place_scratch,
            tridiagonal_self_adjoint_evd,
        },
        householder::{
            apply_block_householder_sequence_on_the_left_in_place_scratch as apply_scratch,
            apply_block_householder_sequence_on_the_left_in_place_with_conj as apply,
            apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj as apply_transpose,
        },
        qr::no_pivoting::factor::recommended_block_size,
        solvers::Llt,
    },
};

use super::Reason;

/// The eigendecomposition of a symmetric matrix `A = Q S Λ S' Q'`, where `Q` makes it tridiagonal and is kept as
/// reflections (Golub and Van Loan 2013, §8.3): what needs few of the eigenvectors, or only their products with one
/// vector, need not pay for all of them.
#[derive(Debug, Clone)]
pub struct Eigen {
    /// The eigenvalues, ascending.
    pub values: Vec<f64>,
    /// Column `k` is the unit eigenvector of the tridiagonal matrix to `values[k]`.
    inner: Mat<f64>,
    /// The reflections of `Q` below the diagonal, and their factors.
    reflections: Mat<f64>,
    factors: Mat<f64>,
}

/// Eigendecomposition of a symmetric matrix, of which the lower triangle is read.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`],
/// [`Reason::NoConvergence`].
pub fn symmetric_eigen(matrix: &Mat<f64>) -> Result<Eigen, Reason> {
    check(matrix)?;
    let n = matrix.nrows();
    let mut eigen =
        Eigen { values: vec![0.0; n], inner: Mat::zeros(n, n), reflections: matrix.clone(), factors: Mat::new() };
    // faer counts down from the size in places.
    if n == 0 {
        return Ok(eigen);
    }
    eigen.factors = Mat::zeros(recommended_block_size::<f64>(n, n), n - 1);
    let scratch = StackReq::any_of(&[
        tridiag_in_place_scratch::<f64>(n, Par::Seq, Spec::default()),
        self_adjoint_evd_scratch::<f64>(n, faer::linalg::evd::ComputeEigenvectors::Yes, Par::Seq, Spec::default()),
    ]);
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    tridiag_in_place(eigen.reflections.as_mut(), eigen.factors.as_mut(), Par::Seq, stack, Spec::default());
    let diagonal = Col::from_fn(n, |i| eigen.reflections[(i, i)]).into_diagonal();
    let below = Col::from_fn(n, |i| if i + 1 < n { eigen.reflections[(i + 1, i)] } else { 0.0 }).into_diagonal();
    let mut values = Diag::zeros(n);
    tridiagonal_self_adjoint_evd(
        diagonal.as_ref(),
        below.as_ref(),
        values.as_mut(),
        Some(eigen.inner.as_mut()),
        Par::Seq,
        stack,
        Spec::default(),
    )
    .map_err(|_| Reason::NoConvergence)?;
    eigen.values = values.column_vector().iter().copied().collect();
    Ok(eigen)
}

impl Eigen {
    /// The unit eigenvectors of these eigenvalues, as columns.
    pub fn vectors(&self, of: Range<usize>) -> Mat<f64> {
        let mut vectors = self.inner.subcols(of.start, of.len()).to_owned();
        let n = vectors.nrows();
        if n > 1 && !of.is_empty() {
            let mut memory = MemBuffer::new(apply_scratch::<f64>(n - 1, self.factors.nrows(), of.len()));
            let (basis, below) = (self.reflections.submatrix(1, 0, n - 1, n - 1), vectors.subrows_mut(1, n - 1));
            apply(basis, self.factors.as_ref(), Conj::No, below, Par::Seq, MemStack::new(&mut memory));
        }
        vectors
    }

    /// The product of each unit eigenvector with `w`: `E'w = S'(Q'w)`.
    pub fn loadings(&self, w: &Col<f64>) -> Col<f64> {
        let mut turned = w.clone();
        let n = turned.nrows();
        if n > 1 {
            let mut memory = MemBuffer::new(apply_scratch::<f64>(n - 1, self.factors.nrows(), 1));
            let (basis, below) =
                (self.reflections.submatrix(1, 0, n - 1, n - 1), turned.subrows_mut(1, n - 1).as_mat_mut());
            apply_transpose(basis, self.factors.as_ref(), Conj::No, below, Par::Seq, MemStack::new(&mut memory));
        }
        self.inner.transpose() * turned
    }
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
    if !matrix.is_all_finite() {
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
        assert_eq!(symmetric_eigen(&matrix).err(), Some(Reason::NotFinite));
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
            let eigen = symmetric_eigen(&matrix).unwrap();
            let vectors = eigen.vectors(0..6);
            let scaled = Mat::from_fn(6, 6, |i, k| vectors[(i, k)] * eigen.values[k]);
            prop_assert!((&scaled * vectors.transpose() - &matrix).norm_max() < 1e-13);
        }

        #[test]
        fn loadings_are_products_with_the_eigenvectors(upper in prop::collection::vec(-1.0..1.0f64, 21)) {
            let matrix = Mat::from_fn(6, 6, |i, j| upper[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)]);
            let (eigen, w) = (symmetric_eigen(&matrix).unwrap(), Col::from_fn(6, |i| upper[i]));
            prop_assert!((eigen.loadings(&w) - eigen.vectors(0..6).transpose() * &w).norm_l2() < 1e-14);
            prop_assert_eq!(eigen.vectors(2..4), eigen.vectors(0..6).subcols(2, 2).to_owned());
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
