//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! The only module that asks for them, so that another library is one change. It computes on the
//! calling thread, like all of faer here, which is built without threads: a result does not depend
//! on how many there are.

use faer::{Mat, Side};

use super::Reason;
use super::symmetric::check_square;

/// Eigenvalues of a symmetric matrix, ascending, and their unit eigenvectors.
#[derive(Debug, Clone)]
pub struct Eigen {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// Column `k` is the eigenvector of `values[k]`; orthonormal.
    pub vectors: Mat<f64>,
}

impl Eigen {
    /// Decomposes a symmetric matrix, of which it reads the lower triangle.
    ///
    /// # Errors
    /// [`Reason::ShapeMismatch`] unless the matrix is square, [`Reason::NotFinite`],
    /// [`Reason::NoConvergence`].
    pub fn new(matrix: &Mat<f64>) -> Result<Self, Reason> {
        check_square(matrix)?;
        let n = matrix.nrows();
        // faer subtracts one from the size.
        if n == 0 {
            return Ok(Self { values: Vec::new(), vectors: Mat::new() });
        }
        // faer's divide and conquer is accurate only for entries near 1. Scaling by a power of two
        // changes no bit.
        let scale = power_of_two_above(matrix.norm_max());
        let mut scaled = Mat::zeros(n, n);
        for (scaled, entries) in scaled.col_iter_mut().zip(matrix.col_iter()) {
            scaled.iter_mut().zip(entries.iter()).for_each(|(scaled, entry)| *scaled = entry / scale);
        }
        let eigen = scaled.self_adjoint_eigen(Side::Lower).map_err(|_| Reason::NoConvergence)?;
        let values = eigen.S().column_vector().iter().map(|value| value * scale).collect();
        Ok(Self { values, vectors: eigen.U().to_owned() })
    }
}

/// The smallest power of two above `value`, within the range where it can scale; 1 for zero.
fn power_of_two_above(value: f64) -> f64 {
    if value == 0.0 {
        return 1.0;
    }
    let (_, exponent) = libm::frexp(value);
    libm::ldexp(1.0, exponent.clamp(-1_000, 1_000))
}

#[cfg(test)]
mod tests {
    use super::super::symmetric::from_triangle as symmetric;
    use super::*;
    use proptest::prelude::*;

    /// How far `A V` is from `V Λ` and `V'V` from the identity, at most.
    fn errors(matrix: &Mat<f64>) -> [f64; 2] {
        let Eigen { values, vectors } = Eigen::new(matrix).unwrap();
        assert!(values.is_sorted(), "{values:?}");
        let scaled = Mat::from_fn(vectors.nrows(), values.len(), |i, k| vectors[(i, k)] * values[k]);
        let products = vectors.transpose() * &vectors - Mat::<f64>::identity(values.len(), values.len());
        [(matrix * &vectors - scaled).norm_max(), products.norm_max()]
    }

    #[test]
    fn finds_textbook_eigenvalues() {
        let values = Eigen::new(&symmetric(2, &[2.0, 1.0, 2.0])).unwrap().values;
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15, "{values:?}");
    }

    #[test]
    fn rejects_nan_and_unequal_sides() {
        assert_eq!(Eigen::new(&Mat::from_fn(2, 2, |_, _| f64::NAN)).err(), Some(Reason::NotFinite));
        assert_eq!(Eigen::new(&Mat::zeros(1, 2)).err(), Some(Reason::ShapeMismatch));
    }

    #[test]
    fn decomposes_matrices_of_no_and_one_row() {
        assert!(Eigen::new(&Mat::new()).unwrap().values.is_empty());
        assert_eq!(Eigen::new(&Mat::from_fn(1, 1, |_, _| -3.0)).unwrap().values, [-3.0]);
        assert_eq!(Eigen::new(&Mat::zeros(3, 3)).unwrap().values, [0.0; 3]);
    }

    #[test]
    fn decomposes_a_matrix_without_structure() {
        let matrix = Mat::from_fn(200, 200, |i, j| ((i.max(j) * 37 + i.min(j) * 101) as f64).sin());
        assert!(errors(&matrix).into_iter().all(|error| error < 1e-12), "{:?}", errors(&matrix));
    }

    #[test]
    fn equal_eigenvalues_have_orthonormal_eigenvectors() {
        // The identity less a matrix of ones: n - 1 times 1, and 1 - n.
        for n in [40, 200] {
            let matrix = Mat::from_fn(n, n, |i, j| if i == j { 0.0 } else { -1.0 });
            assert!(errors(&matrix).into_iter().all(|error| error < 1e-11), "{:?}", errors(&matrix));
        }
    }

    #[test]
    fn eigenvectors_are_exact_in_every_unit() {
        // A hundred days of 150 symbols: a third of the eigenvalues are zero.
        let factors = Mat::from_fn(150, 100, |i, k| 1.0 + 3.0 * (1e4 * ((100 * i + k) as f64).sin()).fract());
        for exponent in [-300, -30, 0, 30, 100, 300] {
            let unit = 2f64.powi(exponent);
            let matrix = faer::Scale(unit / 100.0) * (&factors * factors.transpose());
            let [residual, product] = errors(&matrix);
            assert!(residual < 1e-13 * unit && product < 1e-13, "2^{exponent}: {residual:e} {product:e}");
        }
    }

    proptest! {
        #[test]
        fn eigenvectors_and_eigenvalues_make_the_matrix(upper in prop::collection::vec(-1.0..1.0f64, 21)) {
            let matrix = symmetric(6, &upper);
            let Eigen { values, vectors } = Eigen::new(&matrix).unwrap();
            let scaled = Mat::from_fn(6, 6, |i, k| vectors[(i, k)] * values[k]);
            prop_assert!((&scaled * vectors.transpose() - &matrix).norm_max() < 1e-13);
        }

        #[test]
        fn the_unit_of_the_matrix_only_scales_its_eigenvalues(
            upper in prop::collection::vec(-1.0..1.0f64, 21), exponent in -300..300i32,
        ) {
            let unit = 2f64.powi(exponent);
            let scaled: Vec<f64> = upper.iter().map(|entry| entry * unit).collect();
            let [ours, law] = [&scaled, &upper].map(|triangle| Eigen::new(&symmetric(6, triangle)).unwrap());
            prop_assert!(ours.values.iter().zip(&law.values).all(|(ours, law)| *ours == law * unit));
            prop_assert_eq!(ours.vectors, law.vectors);
        }
    }
}
