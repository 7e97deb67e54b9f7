//! Moments of a return series and the ratios made of them.
//!
//! It takes the window as given, oldest first, and does not annualise unless
//! the name says so. A spread that is only rounding noise counts as zero.

use super::{
    TRADING_DAYS_PER_YEAR,
    sums::{largest_magnitude, sum},
};

/// Deviations whose root mean square is below this share of the largest value
/// are rounding noise, not variance.
const ROUNDING_NOISE: f64 = 1e-13;

/// Degrees of freedom taken off `n` in a variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ddof {
    /// Divide by `n` (ddof = 0).
    Population,
    /// Divide by `n - 1` (ddof = 1).
    Sample,
}

/// Arithmetic mean; `None` for an empty slice or a mean that is not finite.
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = sum(values, |x| x) / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// `Σ(x - x̄)²`, exactly 0 for a series that does not vary beyond rounding.
/// `None` for an empty slice or values that are not finite.
pub fn sum_of_squares(values: &[f64]) -> Option<f64> {
    sum_of_squares_around(values, mean(values)?)
}

/// The same where the mean is already known.
pub fn sum_of_squares_around(values: &[f64], mean: f64) -> Option<f64> {
    let sum = sum(values, |x| (x - mean).powi(2));
    let noise = |largest: f64| values.len() as f64 * (ROUNDING_NOISE * largest).powi(2);
    // No value is further from the mean than that; looking for the largest one is rarely needed.
    let is_noise = sum <= noise(mean.abs() + sum.sqrt()) && sum <= noise(largest_magnitude(values));
    sum.is_finite().then_some(if is_noise { 0.0 } else { sum })
}

/// Variance, in squared units of the values. `None` without a degree of freedom.
pub fn variance(values: &[f64], ddof: Ddof) -> Option<f64> {
    let taken = match ddof {
        Ddof::Population => 0,
        Ddof::Sample => 1,
    };
    let degrees = values.len().checked_sub(taken).filter(|d| *d > 0)?;
    Some(sum_of_squares(values)? / degrees as f64)
}

/// Standard deviation, the square root of [`variance`].
pub fn standard_deviation(values: &[f64], ddof: Ddof) -> Option<f64> {
    variance(values, ddof).map(f64::sqrt)
}

/// Annualised volatility `sd·√252` with ddof = 1, as a fraction a year.
/// `None` below two returns.
pub fn annualised_volatility(returns: &[f64]) -> Option<f64> {
    Some(standard_deviation(returns, Ddof::Sample)? * TRADING_DAYS_PER_YEAR.sqrt())
}

/// Bias-corrected skewness, the adjusted Fisher-Pearson coefficient G₁
/// (Joanes and Gill 1998), as pandas `skew`. `None` below three values or
/// without variance.
pub fn skewness(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let [m2, m3] = [central_sum(values, |d| d * d)?, central_sum(values, |d| d * d * d)?];
    finite(n * (n - 1.0).sqrt() / (n - 2.0) * m3 / m2.powf(1.5)).filter(|_| values.len() >= 3)
}

/// Bias-corrected excess kurtosis G₂ (Joanes and Gill 1998), as pandas `kurt`:
/// 0 for a normal distribution. `None` below four values or without variance.
pub fn excess_kurtosis(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let [m2, m4] = [central_sum(values, |d| d * d)?, central_sum(values, |d| (d * d) * (d * d))?];
    let pairs = (n - 2.0) * (n - 3.0);
    let raw = n * (n + 1.0) * (n - 1.0) * m4 / (pairs * m2 * m2);
    finite(raw - 3.0 * (n - 1.0).powi(2) / pairs).filter(|_| values.len() >= 4)
}

/// Annualised Sharpe ratio `mean/sd·√252` at a risk-free rate of 0, ddof = 1
/// (Sharpe 1994). `None` below two returns or without variance.
pub fn sharpe(returns: &[f64]) -> Option<f64> {
    let sd = standard_deviation(returns, Ddof::Sample)?;
    finite(mean(returns)? / sd * TRADING_DAYS_PER_YEAR.sqrt())
}

/// Annualised Sortino ratio `mean/√(Σ min(r, 0)²/n)·√252` at a target of 0: the
/// downside deviation divides by all `n` returns (Sortino and Price 1994).
/// `None` for an empty slice or where no return is negative.
pub fn sortino(returns: &[f64]) -> Option<f64> {
    let losses = sum(returns, |r| r.min(0.0).powi(2));
    let downside = (losses / returns.len() as f64).sqrt();
    finite(mean(returns)? / downside * TRADING_DAYS_PER_YEAR.sqrt())
}

/// `Σ power(x - x̄)` of a series that varies.
fn central_sum(values: &[f64], power: impl Fn(f64) -> f64) -> Option<f64> {
    let mean = mean(values)?;
    sum_of_squares_around(values, mean).filter(|sum| *sum > 0.0)?;
    Some(sum(values, |x| power(x - mean)))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests;
