//! Ridge regression of one return series on several factors.
//!
//! The caller selects the rows (see [`super::returns::common_rows`]) and chooses the penalty.

use faer::{Col, Mat, Side, linalg::solvers::Llt, prelude::Solve};

use super::Reason;
use super::moments::{Ddof, mean, standard_deviation, sum_of_squares};
use super::sums::dot;

/// Length of the window over which factor betas are estimated, in daily returns.
pub const WINDOW: usize = 90;
/// Minimum number of daily returns for factor betas.
pub const MIN_ROWS: usize = 30;
/// Penalty on the sum of squared coefficients. It has the same meaning as `alpha` in scikit-learn's
/// `Ridge`.
pub const ALPHA: f64 = 1.0;

/// Result of a ridge regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    /// Beta for each factor, with respect to the factor's original (unstandardized) returns; `None`
    /// for a dropped factor.
    pub betas: Vec<Option<f64>>,
    /// Intercept of the regression, as a daily return. The penalty does not apply to it.
    pub intercept: f64,
    /// In-sample R² of the penalized fit.
    pub r_squared: f64,
    /// Number of rows used in the regression.
    pub observations: usize,
    /// Indices of the factors that were dropped because they are constant, in ascending order.
    pub dropped: Vec<usize>,
}

/// Computes a ridge regression (Hoerl and Kennard 1970) of `y` on factors that are standardized
/// over the given rows.
///
/// Each factor is centered and divided by its standard deviation `s_k` (ddof = 0), which gives the
/// matrix `Z`. The coefficients `b = (Z'Z + αI)^-1 Z'(y - ȳ)` are computed by Cholesky
/// factorization, and the betas are `β_k = b_k / s_k`. This matches scikit-learn's `StandardScaler`
/// followed by `Ridge(alpha)`. `y` and every factor must have the same number of rows. A constant
/// factor is dropped, and its index is listed in the result.
///
/// # Errors
/// Returns [`Reason::ShapeMismatch`] if a factor differs from `y` in length, [`Reason::TooFewRows`]
/// if there are fewer than 2 rows, and the errors of [`RidgeDesign::new`] and [`RidgeDesign::fit`].
pub fn ridge<F: AsRef<[f64]>>(y: &[f64], factors: &[F], alpha: f64) -> Result<Ridge, Reason> {
    if factors.iter().any(|factor| factor.as_ref().len() != y.len()) {
        return Err(Reason::ShapeMismatch);
    }
    if y.len() < 2 {
        return Err(Reason::TooFewRows { have: y.len(), need: 2 });
    }
    RidgeDesign::new(factors, alpha)?.fit(y)
}

/// The part of a ridge regression that depends only on the factors. It is computed once and used
/// for all series on the same rows.
#[derive(Debug, Clone)]
pub struct RidgeDesign {
    factors: usize,
    kept: Vec<StandardizedFactor>,
    dropped: Vec<usize>,
    cholesky: Llt<f64>,
}

/// A factor that is not constant, with its standardized values.
#[derive(Debug, Clone)]
struct StandardizedFactor {
    index: usize,
    mean: f64,
    deviation: f64,
    /// Standardized values `(x - mean) / deviation`, one element per row.
    z: Vec<f64>,
}

impl RidgeDesign {
    /// Standardizes the factors, which gives a matrix `Z`, and computes the Cholesky factor of
    /// `Z'Z + αI`.
    ///
    /// # Errors
    /// Returns [`Reason::NotFinite`] if a factor is not finite, [`Reason::ConstantFactor`] if every
    /// factor is constant, and [`Reason::Collinear`] if the factors are linearly dependent and
    /// `alpha` is too small to separate them.
    pub fn new<F: AsRef<[f64]>>(factors: &[F], alpha: f64) -> Result<Self, Reason> {
        let mut kept = Vec::new();
        let mut dropped = Vec::new();
        for (index, factor) in factors.iter().map(AsRef::as_ref).enumerate() {
            let mean = mean(factor).ok_or(Reason::NotFinite)?;
            match standard_deviation(factor, Ddof::Population).ok_or(Reason::NotFinite)? {
                0.0 => dropped.push(index),
                deviation => {
                    let z = factor.iter().map(|x| (x - mean) / deviation).collect();
                    kept.push(StandardizedFactor { index, mean, deviation, z });
                }
            }
        }
        if kept.is_empty() {
            return Err(Reason::ConstantFactor);
        }
        let penalty = |i: usize, j: usize| if i == j { alpha } else { 0.0 };
        let penalized = Mat::from_fn(kept.len(), kept.len(), |i, j| dot(&kept[i].z, &kept[j].z) + penalty(i, j));
        let cholesky = Llt::new(penalized.as_ref(), Side::Lower).map_err(|_| Reason::Collinear)?;
        Ok(Self { factors: factors.len(), kept, dropped, cholesky })
    }

    /// Regresses one series on the factors.
    ///
    /// # Errors
    /// Returns [`Reason::ShapeMismatch`] unless the series has as many rows as the factors,
    /// [`Reason::NotFinite`] if a value or the result is not finite, and [`Reason::ZeroVariance`]
    /// if the series is constant.
    pub fn fit(&self, y: &[f64]) -> Result<Ridge, Reason> {
        if self.kept.iter().any(|factor| factor.z.len() != y.len()) {
            return Err(Reason::ShapeMismatch);
        }
        let y_mean = mean(y).ok_or(Reason::NotFinite)?;
        let total = sum_of_squares(y).ok_or(Reason::NotFinite)?;
        if total == 0.0 {
            return Err(Reason::ZeroVariance);
        }
        let mut residuals: Vec<f64> = y.iter().map(|y| y - y_mean).collect();
        let mut b = Col::from_fn(self.kept.len(), |j| dot(&self.kept[j].z, &residuals));
        self.cholesky.solve_in_place(b.as_mut());

        let mut betas = vec![None; self.factors];
        let mut intercept = y_mean;
        for (factor, b) in self.kept.iter().zip(b.iter()) {
            residuals.iter_mut().zip(&factor.z).for_each(|(residual, z)| *residual -= z * b);
            let beta = b / factor.deviation;
            intercept -= beta * factor.mean;
            betas[factor.index] = Some(beta);
        }
        let r_squared = 1.0 - dot(&residuals, &residuals) / total;
        let finite = betas.iter().flatten().all(|beta| beta.is_finite());
        if !finite || !intercept.is_finite() || !r_squared.is_finite() {
            return Err(Reason::NotFinite);
        }
        Ok(Ridge { betas, intercept, r_squared, observations: y.len(), dropped: self.dropped.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shrinks_standardized_slope_by_penalty() {
        // Computation by hand: x̄ = 2, ȳ = 2 and Z'Z = 3, so a penalty of 1 multiplies the
        // least-squares slope 10/8 by 3/4.
        let fit = ridge(&[0.0, 1.0, 5.0], &[[0.0, 2.0, 4.0]], 1.0).unwrap();
        let slope = 1.25 * 0.75;
        assert!((fit.betas[0].unwrap() - slope).abs() < 1e-12, "{fit:?}");
        assert!((fit.intercept - (2.0 - 2.0 * slope)).abs() < 1e-12, "{fit:?}");
    }

    #[test]
    fn drops_and_names_constant_factor() {
        let fit = ridge(&[0.0, 1.0, 5.0], &[[0.1; 3], [0.0, 2.0, 4.0]], 1.0).unwrap();
        assert_eq!((fit.dropped, fit.betas[0]), (vec![0], None));
    }

    #[test]
    fn rejects_ridge_on_constant_factors() {
        assert_eq!(ridge(&[0.0, 1.0, 5.0], &[[0.1; 3]], 1.0), Err(Reason::ConstantFactor));
    }

    #[test]
    fn shares_beta_between_repeated_factors() {
        let x = [0.0, 2.0, 4.0];
        let fit = ridge(&[0.0, 1.0, 5.0], &[x, x], 1.0).unwrap();
        assert!((fit.betas[0].unwrap() - fit.betas[1].unwrap()).abs() < 1e-12, "{fit:?}");
    }

    proptest! {
        #[test]
        fn scales_beta_inversely_with_factor(
            rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 30..90),
        ) {
            let (y, x): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
            let percent: Vec<f64> = x.iter().map(|v| v * 100.0).collect();
            let ours = ridge(&y, &[percent], ALPHA).unwrap().betas[0].unwrap();
            let law = ridge(&y, &[x], ALPHA).unwrap().betas[0].unwrap() / 100.0;
            prop_assert!((ours - law).abs() < 1e-12 + 1e-9 * law.abs());
        }

        #[test]
        fn equals_least_squares_without_penalty(
            rows in prop::collection::vec((-0.1..0.1f64, -0.1..0.1f64), 30..90),
        ) {
            let (y, x): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
            let ours = ridge(&y, &[&x], 0.0).unwrap().betas[0].unwrap();
            let law = super::super::regression::simple_ols(&y, &x).unwrap().beta;
            prop_assert!((ours - law).abs() < 1e-9);
        }
    }
}
