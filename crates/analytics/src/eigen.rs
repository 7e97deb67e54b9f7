//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! Only this module calls the eigenvalue solver of the faer library, so the solver can be replaced
//! in one place. faer is built without support for threads and runs on the calling thread, so its
//! results do not depend on the number of threads.

use faer::{Mat, Side};

use super::Reason;
use super::symmetric::check_square;

/// Eigenvalues of a symmetric matrix, in ascending order, and their unit eigenvectors.
#[derive(Debug, Clone)]
pub struct Eigen {
    pub values: Vec<f64>,
    /// Orthonormal eigenvectors: column `k` belongs to `values[k]`.
    pub vectors: Mat<f64>,
}

impl Eigen {
    /// Computes the eigenvalues and eigenvectors of a symmetric matrix from its lower triangle.
    ///
    /// # Errors
    /// Returns [`Reason::ShapeMismatch`] if the matrix is not square, [`Reason::NotFinite`] if an
    /// entry is not finite, and [`Reason::NoConvergence`] if the solver does not converge.
    pub fn new(matrix: &Mat<f64>) -> Result<Self, Reason> {
        check_square(matrix)?;
        let n = matrix.nrows();
        // Handles the empty matrix here, because faer would subtract one from its size and
        // underflow.
        if n == 0 {
            return Ok(Self { values: Vec::new(), vectors: Mat::new() });
        }
        // Scales the matrix, because faer's divide-and-conquer solver is accurate only for entries
        // near 1. Scaling by a power of two is exact.
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

/// Returns the smallest power of two above `value`, limited to the range from 2^-1000 to 2^1000.
/// Returns 1 for zero.
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

    /// Decomposes the matrix `A` into eigenvectors `V` and eigenvalues `Λ`. Returns two measures of
    /// the error: the largest entry of `|A V - V Λ|`, and the largest entry of `|V'V - I|`.
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
    fn decomposes_empty_single_and_zero_matrices() {
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
    fn keeps_eigenvectors_orthonormal_for_equal_eigenvalues() {
        // This test matrix has zeros on the diagonal and -1 everywhere else. Its eigenvalues are 1
        // (n - 1 times) and 1 - n.
        for n in [40, 200] {
            let matrix = Mat::from_fn(n, n, |i, j| if i == j { 0.0 } else { -1.0 });
            assert!(errors(&matrix).into_iter().all(|error| error < 1e-11), "{:?}", errors(&matrix));
        }
    }

    #[test]
    fn keeps_eigenvectors_precise_at_every_scale() {
        // The test matrix contains the covariances of 150 symbols over 100 days, so a third of its
        // eigenvalues are zero.
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
        fn reconstructs_matrix_from_eigenvectors(upper in prop::collection::vec(-1.0..1.0f64, 21)) {
            let matrix = symmetric(6, &upper);
            let Eigen { values, vectors } = Eigen::new(&matrix).unwrap();
            let scaled = Mat::from_fn(6, 6, |i, k| vectors[(i, k)] * values[k]);
            prop_assert!((&scaled * vectors.transpose() - &matrix).norm_max() < 1e-13);
        }

        #[test]
        fn scales_eigenvalues_with_matrix(
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
