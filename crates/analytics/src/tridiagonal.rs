//! A symmetric matrix made tridiagonal by reflections, and what a tridiagonal matrix's eigenvectors become under them.
//!
//! The one place that asks for a matrix to be made tridiagonal and for divide and conquer, so that another library is one
//! change. It computes on the calling thread, as all of faer does here, which is built without threads: a result does not
//! depend on how many there are.

use std::ops::Range;

use faer::{
    Col, Conj, Mat, Par, Spec,
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
    },
};

use super::bisection::SturmSequence;
use super::inverse_iteration;
use super::sums::dot;
use super::symmetric::check_square;
use super::{Interrupt, Reason};

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
    pub fn of(matrix: &Mat<f64>) -> Result<Self, Reason> {
        check_square(matrix)?;
        let n = matrix.nrows();
        let size = power_of_two_above(matrix.norm_max());
        // Powers of two: not a bit of the result depends on them.
        let scale = LARGEST_ENTRY / size;
        let mut reflections = Mat::zeros(n, n);
        for (scaled, entries) in reflections.col_iter_mut().zip(matrix.col_iter()) {
            scaled.iter_mut().zip(entries.iter()).for_each(|(scaled, entry)| *scaled = entry * scale);
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

    /// How many eigenvalues of the matrix are negative, up to rounding of the largest.
    pub fn negative(&self) -> usize {
        self.sturm_sequence().count_below(0.0)
    }

    /// The squared Frobenius norm of the matrix, which is the sum of its squared eigenvalues.
    pub fn squared_norm(&self) -> f64 {
        (dot(&self.diagonal, &self.diagonal) + 2.0 * dot(&self.beside, &self.beside)) * self.size * self.size
    }

    /// The eigenvalues of the matrix at these places in ascending order, and their unit eigenvectors.
    ///
    /// Up to half of them are found one by one, where they can be told apart: what is not asked for costs nothing.
    ///
    /// # Errors
    /// [`Reason::NoConvergence`], [`Reason::Interrupted`].
    pub fn eigen(&self, places: Range<usize>, interrupt: Interrupt<'_>) -> Result<Eigen, Reason> {
        let few = 2 * places.len() <= self.diagonal.len();
        interrupt.check()?;
        let one_by_one = if few { self.one_by_one(places.clone(), interrupt)? } else { None };
        let (values, vectors) = match one_by_one {
            Some(found) => found,
            None => self.all_at_once(places)?,
        };
        interrupt.check()?;
        let values = values.into_iter().map(|value| value * self.size).collect();
        Ok(Eigen { values, vectors: self.turned_back(vectors) })
    }

    fn sturm_sequence(&self) -> SturmSequence<'_> {
        SturmSequence::of(&self.diagonal, &self.beside)
    }

    /// Eigenvalues and eigenvectors of `T`, unless two eigenvalues cannot be told apart.
    fn one_by_one(&self, places: Range<usize>, interrupt: Interrupt<'_>) -> Result<OneByOne, Reason> {
        let values = self.sturm_sequence().eigenvalues(places);
        interrupt.check()?;
        let vectors = inverse_iteration::eigenvectors(&self.diagonal, &self.beside, &values);
        interrupt.check()?;
        Ok(vectors.map(|vectors| (values, vectors)))
    }

    /// Eigenvalues and eigenvectors of `T`, by divide and conquer.
    fn all_at_once(&self, places: Range<usize>) -> Result<(Vec<f64>, Mat<f64>), Reason> {
        let n = self.diagonal.len();
        let mut vectors = Mat::zeros(n, n);
        let mut values = Diag::zeros(n);
        // faer counts down from the size in places.
        if n > 0 {
            let diagonal = Col::from_fn(n, |i| self.diagonal[i]).into_diagonal();
            let beside = Col::from_fn(n, |i| self.beside.get(i).copied().unwrap_or(0.0)).into_diagonal();
            let scratch = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Spec::default());
            tridiagonal_self_adjoint_evd(
                diagonal.as_ref(),
                beside.as_ref(),
                values.as_mut(),
                Some(vectors.as_mut()),
                Par::Seq,
                MemStack::new(&mut MemBuffer::new(scratch)),
                Spec::default(),
            )
            .map_err(|_| Reason::NoConvergence)?;
        }
        let values = values.column_vector().iter().copied();
        let (start, length) = (places.start, places.len());
        Ok((values.skip(start).take(length).collect(), vectors.subcols(start, length).to_owned()))
    }

    /// `Q V`.
    fn turned_back(&self, mut vectors: Mat<f64>) -> Mat<f64> {
        let (n, count) = (vectors.nrows(), vectors.ncols());
        if n > 1 && count > 0 {
            let Self { reflections, factors, .. } = self;
            let mut memory = MemBuffer::new(apply_scratch::<f64>(n - 1, factors.nrows(), count));
            let (basis, below) = (reflections.submatrix(1, 0, n - 1, n - 1), vectors.subrows_mut(1, n - 1));
            apply(basis, factors.as_ref(), Conj::No, below, Par::Seq, MemStack::new(&mut memory));
        }
        vectors
    }
}

/// Eigenvalues and their eigenvectors, unless two eigenvalues cannot be told apart.
type OneByOne = Option<(Vec<f64>, Mat<f64>)>;

/// Eigenvalues of a symmetric matrix, ascending, and their unit eigenvectors.
#[derive(Debug, Clone)]
pub struct Eigen {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// Column `k` is the eigenvector of `values[k]`; orthonormal.
    pub vectors: Mat<f64>,
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

#[cfg(test)]
mod tests {
    use super::super::symmetric::from_triangle as symmetric;
    use super::*;
    use proptest::prelude::*;

    /// How far `A V` is from `V Λ` and `V'V` from the identity, at most.
    fn errors(matrix: &Mat<f64>, eigen: &Eigen) -> [f64; 2] {
        let Eigen { values, vectors } = eigen;
        let scaled = Mat::from_fn(vectors.nrows(), values.len(), |i, k| vectors[(i, k)] * values[k]);
        let products = vectors.transpose() * vectors - Mat::<f64>::identity(values.len(), values.len());
        [(matrix * vectors - scaled).norm_max(), products.norm_max()]
    }

    fn all(matrix: &Mat<f64>) -> Eigen {
        Tridiagonal::of(matrix).unwrap().eigen(0..matrix.nrows(), Interrupt::NEVER).unwrap()
    }

    #[test]
    fn a_two_by_two_matrix_has_its_textbook_eigenvalues() {
        let tridiagonal = Tridiagonal::of(&symmetric(2, &[2.0, 1.0, 2.0])).unwrap();
        let values = tridiagonal.eigen(0..2, Interrupt::NEVER).unwrap().values;
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15, "{values:?}");
        assert_eq!((tridiagonal.negative(), tridiagonal.squared_norm()), (0, 10.0));
    }

    #[test]
    fn a_matrix_with_nan_is_refused() {
        assert_eq!(Tridiagonal::of(&Mat::from_fn(2, 2, |_, _| f64::NAN)).err(), Some(Reason::NotFinite));
    }

    #[test]
    fn the_empty_matrix_has_no_eigenvalues() {
        let tridiagonal = Tridiagonal::of(&Mat::new()).unwrap();
        assert_eq!((tridiagonal.negative(), tridiagonal.eigen(0..0, Interrupt::NEVER).unwrap().values.len()), (0, 0));
    }

    #[test]
    fn the_rarer_sign_of_a_matrix_without_structure_is_found_one_by_one() {
        let matrix = Mat::from_fn(120, 120, |i, j| ((i.max(j) * 37 + i.min(j) * 101) as f64).sin());
        let tridiagonal = Tridiagonal::of(&matrix).unwrap();
        assert!(tridiagonal.negative() > 50, "{}", tridiagonal.negative());
        assert!(tridiagonal.one_by_one(0..50, Interrupt::NEVER).unwrap().is_some());
        let errors = errors(&matrix, &tridiagonal.eigen(0..50, Interrupt::NEVER).unwrap());
        assert!(errors.into_iter().all(|error| error < 1e-12), "{errors:?}");
    }

    #[test]
    fn eigenvectors_of_equal_eigenvalues_are_orthonormal() {
        // The identity less a matrix of ones: 39 times 1, and 1 - 40.
        let matrix = Mat::from_fn(40, 40, |i, j| if i == j { 0.0 } else { -1.0 });
        for places in [0..40, 0..3, 30..40] {
            let eigen = Tridiagonal::of(&matrix).unwrap().eigen(places, Interrupt::NEVER).unwrap();
            assert!(errors(&matrix, &eigen).into_iter().all(|error| error < 1e-12), "{:?}", errors(&matrix, &eigen));
        }
    }

    proptest! {
        #[test]
        fn eigenvectors_and_eigenvalues_make_the_matrix(upper in prop::collection::vec(-1.0..1.0f64, 21)) {
            let matrix = symmetric(6, &upper);
            let Eigen { values, vectors } = all(&matrix);
            let scaled = Mat::from_fn(6, 6, |i, k| vectors[(i, k)] * values[k]);
            prop_assert!((&scaled * vectors.transpose() - &matrix).norm_max() < 1e-13);
        }

        #[test]
        fn some_eigenvalues_are_those_of_all(
            upper in prop::collection::vec(-1.0..1.0f64, 465), start in 0..30usize, length in 0..15usize,
        ) {
            let matrix = symmetric(30, &upper);
            let places = start..(start + length).min(30);
            let (some, all) = (Tridiagonal::of(&matrix).unwrap().eigen(places.clone(), Interrupt::NEVER).unwrap(), all(&matrix));
            prop_assert_eq!(some.values.len(), places.len());
            prop_assert!(some.values.iter().zip(&all.values[places]).all(|(some, all)| (some - all).abs() < 1e-13));
            prop_assert!(errors(&matrix, &some).into_iter().all(|error| error < 1e-12));
        }

        #[test]
        fn the_squared_norm_and_the_number_of_negative_ones_are_those_of_all_eigenvalues(
            upper in prop::collection::vec(-1.0..1.0f64, 21),
        ) {
            let matrix = symmetric(6, &upper);
            let (values, tridiagonal) = (all(&matrix).values, Tridiagonal::of(&matrix).unwrap());
            prop_assume!(values.iter().all(|value| value.abs() > 1e-12));
            prop_assert_eq!(tridiagonal.negative(), values.iter().filter(|value| **value < 0.0).count());
            prop_assert!((tridiagonal.squared_norm() - dot(&values, &values)).abs() < 1e-12);
        }

        #[test]
        fn the_unit_of_the_matrix_only_scales_its_eigenvalues(
            upper in prop::collection::vec(-1.0..1.0f64, 21), exponent in -300..300i32, places in 0..6usize,
        ) {
            let unit = 2f64.powi(exponent);
            let of = |unit: f64| {
                let scaled: Vec<f64> = upper.iter().map(|entry| entry * unit).collect();
                Tridiagonal::of(&symmetric(6, &scaled)).unwrap().eigen(0..places, Interrupt::NEVER).unwrap()
            };
            let (ours, law) = (of(unit), of(1.0));
            prop_assert!(ours.values.iter().zip(&law.values).all(|(ours, law)| *ours == law * unit));
            prop_assert_eq!(ours.vectors, law.vectors);
        }
    }
}
