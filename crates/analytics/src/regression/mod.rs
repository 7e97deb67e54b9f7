//! Linear regressions with an intercept, used to estimate market, rate and spread betas. Also
//! computes the standard errors and p-values of the coefficients.
//!
//! The caller selects the rows (see [`super::returns::common_rows`]). Betas are capped in
//! [`super::exposure`].

use super::Reason;
use super::least_squares::{LeastSquares, PERFECT_FIT, center};
use super::student_t::two_sided_p;
use super::sums::sum_of_pairs;

/// Lengths of the two windows over which market and rate betas are estimated, in daily returns.
pub const BETA_WINDOWS: [usize; 2] = [90, 252];
/// Minimum number of daily returns for a market or rate beta.
pub const BETA_MIN_ROWS: usize = 30;
/// Length of the window over which a spread beta is estimated, in daily returns.
pub const SPREAD_WINDOW: usize = 180;
/// Minimum number of daily returns for a spread beta.
pub const SPREAD_MIN_ROWS: usize = 60;

/// One estimated regression coefficient, with its standard error and p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// Estimate of the coefficient, in units of `y` per unit of the regressor.
    pub estimate: f64,
    /// Standard error of the estimate; 0 for a perfect fit.
    pub std_error: f64,
    /// t statistic `estimate / std_error`; `None` if the quotient is not finite.
    pub t: Option<f64>,
    /// Two-sided p-value, from Student's t distribution with `n - k - 1` degrees of freedom.
    pub p: f64,
}

/// Ordinary least-squares regression on `k` columns and an intercept.
#[derive(Debug, Clone, PartialEq)]
pub struct Ols {
    pub intercept: Coefficient,
    /// Slopes, one per column, in the order of the columns.
    pub slopes: Vec<Coefficient>,
    /// In-sample R² of the regression, from 0 to 1.
    pub r_squared: f64,
    /// Residual variance `RSS / (n - k - 1)`, in squared units of `y`.
    pub residual_variance: f64,
    /// Number `n` of rows used in the regression.
    pub observations: usize,
}

/// Least-squares regression on one column and an intercept, used for a market, rate or spread beta.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimpleOls {
    /// Intercept of the regression, as a daily return.
    pub alpha: f64,
    pub beta: f64,
    /// Standard error of the slope; 0 for a perfect fit.
    pub std_error: f64,
    /// t statistic of the slope; `None` for a perfect fit, where it would be infinite.
    pub t: Option<f64>,
    /// Two-sided p-value of the slope; 0 for a perfect fit.
    pub p: f64,
    /// In-sample R² of the regression, from 0 to 1.
    pub r_squared: f64,
    /// Number of rows used in the regression.
    pub observations: usize,
}

/// Regresses `y` on `columns` and an intercept by ordinary least squares; see
/// [`LeastSquares::fit`]. The standard errors are the classical ones (equal variances), as in
/// statsmodels `OLS`.
///
/// # Errors
/// Returns the same errors as [`LeastSquares::fit`].
pub fn ols<C: AsRef<[f64]>>(y: &[f64], columns: &[C]) -> Result<Ols, Reason> {
    let fit = LeastSquares::fit(y, columns)?;
    let observations = y.len();
    let degrees = (observations - columns.len() - 1) as f64;
    let residual_variance = fit.rss / degrees;
    let (intercept_variance, slope_variances) = fit.unscaled_variances(observations);
    let coefficient =
        |estimate: f64, unscaled: f64| coefficient(estimate, (residual_variance * unscaled).sqrt(), degrees);
    Ok(Ols {
        intercept: coefficient(fit.intercept, intercept_variance)?,
        slopes: fit
            .slopes
            .iter()
            .zip(slope_variances)
            .map(|(slope, unscaled)| coefficient(*slope, unscaled))
            .collect::<Result<_, Reason>>()?,
        r_squared: fit.r_squared,
        residual_variance,
        observations,
    })
}

/// Regresses `y` on one column and an intercept by ordinary least squares.
///
/// # Errors
/// Returns the same errors as [`ols`], but [`Reason::ConstantFactor`] for a constant column.
pub fn simple_ols(y: &[f64], x: &[f64]) -> Result<SimpleOls, Reason> {
    if x.len() != y.len() {
        return Err(Reason::ShapeMismatch);
    }
    if y.len() < 3 {
        return Err(Reason::TooFewRows { have: y.len(), need: 3 });
    }
    Regressor::new(x)?.fit(y)
}

/// One regressor, with the sums that depend only on it. These are computed once and used for all
/// series on the same rows.
#[derive(Debug, Clone)]
pub struct Regressor {
    mean: f64,
    /// Values of the regressor minus their mean, `x - x̄`.
    centered: Vec<f64>,
    /// Sum of squared deviations `Σ(x - x̄)²` of the regressor.
    sxx: f64,
}

impl Regressor {
    /// Creates a regressor from a column of values.
    ///
    /// # Errors
    /// Returns [`Reason::NotFinite`] if a value is not finite, and [`Reason::ConstantFactor`] if
    /// the column is constant.
    pub fn new(x: &[f64]) -> Result<Self, Reason> {
        let constant = |reason| if reason == Reason::ZeroVariance { Reason::ConstantFactor } else { reason };
        let (mean, sxx) = center(x).map_err(constant)?;
        Ok(Self { mean, centered: x.iter().map(|x| x - mean).collect(), sxx })
    }

    /// Regresses `y` on this regressor and an intercept, in closed form: `β = Sxy / Sxx`.
    ///
    /// # Errors
    /// Returns the same errors as [`ols`].
    pub fn fit(&self, y: &[f64]) -> Result<SimpleOls, Reason> {
        let (n, x) = (y.len(), &self.centered);
        if x.len() != n {
            return Err(Reason::ShapeMismatch);
        }
        if n < 3 {
            return Err(Reason::TooFewRows { have: n, need: 3 });
        }
        let (y_mean, total) = center(y)?;
        let beta = sum_of_pairs(x, y, |x, y| x * (y - y_mean)) / self.sxx;
        let residuals = sum_of_pairs(x, y, |x, y| (y - y_mean - beta * x).powi(2));
        let rss = if residuals <= PERFECT_FIT * total { 0.0 } else { residuals };
        let degrees = (n - 2) as f64;
        let slope = coefficient(beta, (rss / degrees / self.sxx).sqrt(), degrees)?;
        Ok(SimpleOls {
            alpha: y_mean - beta * self.mean,
            beta,
            std_error: slope.std_error,
            t: slope.t,
            p: slope.p,
            r_squared: 1.0 - rss / total,
            observations: n,
        })
    }
}

/// Computes the t statistic and the p-value of an estimate.
pub(super) fn coefficient(estimate: f64, std_error: f64, degrees: f64) -> Result<Coefficient, Reason> {
    if !estimate.is_finite() || !std_error.is_finite() {
        return Err(Reason::NotFinite);
    }
    let t = Some(estimate / std_error).filter(|t| t.is_finite());
    let p = match t {
        Some(t) => two_sided_p(t, degrees).ok_or(Reason::NotFinite)?,
        None if estimate == 0.0 => 1.0,
        None => 0.0,
    };
    Ok(Coefficient { estimate, std_error, t, p })
}

#[cfg(test)]
mod tests;
