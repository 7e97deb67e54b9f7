//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! The one place that asks faer for them, so that another solver is one change. It computes on the calling thread: a
//! result does not depend on how many threads there are.

use std::ops::Range;

use faer::{
    Col, Conj, Mat, Par, Side, Spec,
    diag::Diag,
    dyn_stack::{MemBuffer, MemStack},
    linalg::{
        evd::{
            ComputeEigenvectors, self_adjoint_evd_scratch, tridiag::tridiag_in_place,
            tridiag::tridiag_in_place_scratch, tridiagonal_self_adjoint_evd,
        },
        householder::{
            apply_block_householder_sequence_on_the_left_in_place_scratch as apply_scratch,
            apply_block_householder_sequence_on_the_left_in_place_with_conj as apply,
        },
        qr::no_pivoting::factor::recommended_block_size,
        solvers::Llt,
    },
};

use super::Reason;

/// The largest entry of what is made tridiagonal. faer's norms multiply by 1e-154, and squares of what was below 1 before
/// are numbers too small for a processor to be quick with; so even rounding has to be above.
const LARGEST_ENTRY: f64 = (1_u128 << 100) as f64;

/// A symmetric matrix made tridiagonal, `A = s·Q T Q'`, with `Q` kept as reflections (Golub and Van Loan 2013, §8.3).
#[derive(Debug, Clone)]
pub struct Tridiagonal {
    /// The diagonal of `T`, whose entries are about as large as the matrix has rows at most.
    pub diagonal: Vec<f64>,
    /// What stands beside it, one less.
    pub beside: Vec<f64>,
    /// `s`, a power of two: times it the eigenvalues of `T` are those of the matrix.
    pub size: f64,
    /// The reflections of `Q` below the diagonal, and their factors. The first row and column of `Q` are those of the
    /// identity.
    reflections: Mat<f64>,
    factors: Mat<f64>,
}

impl Tridiagonal {
    /// Of a symmetric matrix, of which the lower triangle is read.
    ///
    /// # Errors
    /// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`].
    pub fn of(matrix: Mat<f64>) -> Result<Self, Reason> {
        check(&matrix)?;
        let n = matrix.nrows();
        let size = power_of_two_above(matrix.norm_max());
        // Powers of two: not a bit of the result depends on them.
        let scale = LARGEST_ENTRY / size;
        let mut reflections = matrix;
        for column in reflections.col_iter_mut() {
            column.iter_mut().for_each(|entry| *entry *= scale);
        }
        let mut factors = Mat::zeros(recommended_block_size::<f64>(n, n), n.saturating_sub(1));
        // faer counts down from the size in places.
        if n > 0 {
            let mut memory = MemBuffer::new(tridiag_in_place_scratch::<f64>(n, Par::Seq, Spec::default()));
            let stack = MemStack::new(&mut memory);
            tridiag_in_place(reflections.as_mut(), factors.as_mut(), Par::Seq, stack, Spec::default());
        }
        Ok(Self {
            diagonal: (0..n).map(|i| reflections[(i, i)] / LARGEST_ENTRY).collect(),
            beside: (1..n).map(|i| reflections[(i, i - 1)] / LARGEST_ENTRY).collect(),
            size,
            reflections,
            factors,
        })
    }

    /// Its eigenvalues and eigenvectors.
    ///
    /// # Errors
    /// [`Reason::NoConvergence`].
    pub fn eigen(self) -> Result<Eigen, Reason> {
        let n = self.diagonal.len();
        let mut inner = Mat::zeros(n, n);
        let mut values = Diag::zeros(n);
        if n > 0 {
            let diagonal = Col::from_fn(n, |i| self.diagonal[i]).into_diagonal();
            let beside = Col::from_fn(n, |i| self.beside.get(i).copied().unwrap_or(0.0)).into_diagonal();
            let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Spec::default());
            tridiagonal_self_adjoint_evd(
                diagonal.as_ref(),
                beside.as_ref(),
                values.as_mut(),
                Some(inner.as_mut()),
                Par::Seq,
                MemStack::new(&mut MemBuffer::new(scratch)),
                Spec::default(),
            )
            .map_err(|_| Reason::NoConvergence)?;
        }
        let values = values.column_vector().iter().map(|value| value * self.size).collect();
        Ok(Eigen { values, inner, outer: self })
    }
}

/// The eigendecomposition `A = Q S Λ S' Q'`: what needs few of the eigenvectors need not pay for all of them.
#[derive(Debug, Clone)]
pub struct Eigen {
    /// The eigenvalues, ascending.
    pub values: Vec<f64>,
    /// Column `k` is the unit eigenvector of the tridiagonal matrix to `values[k]`.
    inner: Mat<f64>,
    outer: Tridiagonal,
}

impl Eigen {
    /// The unit eigenvectors of these eigenvalues, as columns.
    pub fn vectors(&self, of: Range<usize>) -> Mat<f64> {
        let mut vectors = self.inner.subcols(of.start, of.len()).to_owned();
        let n = vectors.nrows();
        if n > 1 && !of.is_empty() {
            let Tridiagonal { reflections, factors, .. } = &self.outer;
            let mut memory = MemBuffer::new(apply_scratch::<f64>(n - 1, factors.nrows(), of.len()));
            let (basis, below) = (reflections.submatrix(1, 0, n - 1, n - 1), vectors.subrows_mut(1, n - 1));
            apply(basis, factors.as_ref(), Conj::No, below, Par::Seq, MemStack::new(&mut memory));
        }
        vectors
    }
}

/// Eigendecomposition of a symmetric matrix, of which the lower triangle is read.
///
/// # Errors
/// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`],
/// [`Reason::NoConvergence`].
pub fn symmetric_eigen(matrix: &Mat<f64>) -> Result<Eigen, Reason> {
    // faer's own clone goes entry by entry.
    let mut copy = Mat::zeros(matrix.nrows(), matrix.ncols());
    copy.copy_from(matrix);
    Tridiagonal::of(copy)?.eigen()
}

/// The smallest power of two above `value`, as far as there is one; 1 for zero.
fn power_of_two_above(value: f64) -> f64 {
    if value == 0.0 {
        return 1.0;
    }
    let (_, exponent) = libm::frexp(value);
    // Its ratio to the largest entry stays a number, too.
    libm::ldexp(1.0, exponent.clamp(-900, 1_000))
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
pub fn has_eigenvalues_above(matrix: Mat<f64>, floor: f64) -> Result<bool, Reason> {
    check(&matrix)?;
    let mut shifted = matrix;
    shifted.diagonal_mut().column_vector_mut().iter_mut().for_each(|value| *value -= floor);
    Ok(shifted.nrows() == 0 || Llt::new(shifted.as_ref(), Side::Lower).is_ok())
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_two_by_two_matrix_has_its_textbook_eigenvalues() {
        let matrix = symmetric_matrix(&[vec![2.0, 1.0], vec![1.0, 2.0]]).unwrap();
        let values = symmetric_eigen(&matrix).unwrap().values;
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15, "{values:?}");
    }

    #[test]
    fn rows_of_unequal_length_are_no_matrix() {
        assert_eq!(symmetric_matrix(&[vec![1.0], vec![]]), Err(Reason::ShapeMismatch));
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
        fn few_eigenvectors_are_some_of_all(upper in prop::collection::vec(-1.0..1.0f64, 21)) {
            let matrix = Mat::from_fn(6, 6, |i, j| upper[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)]);
            let eigen = symmetric_eigen(&matrix).unwrap();
            prop_assert_eq!(eigen.vectors(2..4), eigen.vectors(0..6).subcols(2, 2).to_owned());
        }

        #[test]
        fn the_unit_of_the_matrix_only_scales_its_eigenvalues(
            upper in prop::collection::vec(-1.0..1.0f64, 21), exponent in -300..300i32,
        ) {
            let unit = 2f64.powi(exponent);
            let of = |unit: f64| {
                let entry = |i: usize, j: usize| upper[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)] * unit;
                symmetric_eigen(&Mat::from_fn(6, 6, entry)).unwrap()
            };
            let (ours, law) = (of(unit), of(1.0));
            prop_assert!(ours.values.iter().zip(&law.values).all(|(ours, law)| *ours == law * unit));
            prop_assert_eq!(ours.vectors(0..6), law.vectors(0..6));
        }

        #[test]
        fn the_cholesky_factor_exists_where_all_eigenvalues_are_above(
            upper in prop::collection::vec(-1.0..1.0f64, 15), floor in -2.0..1.0f64,
        ) {
            let matrix = Mat::from_fn(5, 5, |i, j| upper[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)]);
            let smallest = smallest_eigenvalue(&matrix).unwrap().unwrap();
            prop_assume!((smallest - floor).abs() > 1e-9);
            prop_assert_eq!(has_eigenvalues_above(matrix, floor), Ok(smallest > floor));
        }
    }
}
