//! Moments of a return series (mean, variance, skewness, kurtosis), and ratios of moments such as
//! the Sharpe ratio.
//!
//! The caller passes the window of values, oldest first. A result is annualized only if the
//! function's documentation says so. A series that varies only by rounding noise counts as
//! constant.

use super::{
    TRADING_DAYS_PER_YEAR,
    sums::{largest_magnitude, sum},
};

/// Threshold for a constant series. A root-mean-square deviation of at most this fraction of the
/// largest magnitude in the series is rounding noise.
const ROUNDING_NOISE: f64 = 1e-13;

/// Delta degrees of freedom: the divisor of a variance is `n` minus this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ddof {
    /// Population variance, divided by `n` (ddof = 0).
    Population,
    /// Sample variance, divided by `n - 1` (ddof = 1).
    Sample,
}

/// Computes the arithmetic mean. Returns `None` for an empty slice or if the mean is not finite.
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = sum(values, |x| x) / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// Computes the sum of squared deviations `Σ(x - x̄)²`, which is exactly 0 for a series that varies
/// only by rounding noise. Returns `None` for an empty slice or if a value is not finite.
pub fn sum_of_squares(values: &[f64]) -> Option<f64> {
    sum_of_squares_around(values, mean(values)?)
}

/// Computes [`sum_of_squares`] for values whose mean is already known.
pub fn sum_of_squares_around(values: &[f64], mean: f64) -> Option<f64> {
    let sum = sum(values, |x| (x - mean).powi(2));
    let noise = |largest: f64| values.len() as f64 * (ROUNDING_NOISE * largest).powi(2);
    // No value is larger in magnitude than `|mean| + √sum`, where `sum` is the sum of the squared
    // deviations. This bound is checked first, so the exact maximum rarely has to be computed.
    let is_noise = sum <= noise(mean.abs() + sum.sqrt()) && sum <= noise(largest_magnitude(values));
    sum.is_finite().then_some(if is_noise { 0.0 } else { sum })
}

/// Computes the variance, in squared units of the values. Returns `None` for an empty slice, for a
/// single value with [`Ddof::Sample`], or if the sum of squares is not finite.
pub fn variance(values: &[f64], ddof: Ddof) -> Option<f64> {
    let subtracted = match ddof {
        Ddof::Population => 0,
        Ddof::Sample => 1,
    };
    let degrees = values.len().checked_sub(subtracted).filter(|d| *d > 0)?;
    Some(sum_of_squares(values)? / degrees as f64)
}

/// Computes the standard deviation, the square root of [`variance`].
pub fn standard_deviation(values: &[f64], ddof: Ddof) -> Option<f64> {
    variance(values, ddof).map(f64::sqrt)
}

/// Computes the annualized volatility of daily returns, `sd·√252` with ddof = 1, as a fraction per
/// year. Returns `None` for fewer than two returns.
pub fn annualized_volatility(returns: &[f64]) -> Option<f64> {
    Some(standard_deviation(returns, Ddof::Sample)? * TRADING_DAYS_PER_YEAR.sqrt())
}

/// Computes the bias-corrected skewness, the adjusted Fisher-Pearson coefficient G₁ (Joanes and
/// Gill 1998), as pandas `skew` does. Returns `None` for fewer than three values or a constant
/// series.
pub fn skewness(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let [m2, m3] = [central_sum(values, |d| d * d)?, central_sum(values, |d| d * d * d)?];
    finite(n * (n - 1.0).sqrt() / (n - 2.0) * m3 / m2.powf(1.5)).filter(|_| values.len() >= 3)
}

/// Computes the bias-corrected excess kurtosis G₂ (Joanes and Gill 1998), as pandas `kurt` does. It
/// is 0 for a normal distribution. Returns `None` for fewer than four values or a constant series.
pub fn excess_kurtosis(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let [m2, m4] = [central_sum(values, |d| d * d)?, central_sum(values, |d| (d * d) * (d * d))?];
    let pairs = (n - 2.0) * (n - 3.0);
    let raw = n * (n + 1.0) * (n - 1.0) * m4 / (pairs * m2 * m2);
    finite(raw - 3.0 * (n - 1.0).powi(2) / pairs).filter(|_| values.len() >= 4)
}

/// Computes the annualized Sharpe ratio of daily returns, `mean/sd·√252` with ddof = 1 (Sharpe
/// 1994). The risk-free rate is 0, unless the returns are excess returns; see [`excess`]. Returns
/// `None` for fewer than two returns or a constant series.
pub fn sharpe(returns: &[f64]) -> Option<f64> {
    let sd = standard_deviation(returns, Ddof::Sample)?;
    finite(mean(returns)? / sd * TRADING_DAYS_PER_YEAR.sqrt())
}

/// Computes the annualized Sortino ratio of daily returns, `mean/√(Σ min(r, 0)²/n)·√252`, with a
/// target return of 0, or of the risk-free rate for excess returns. The downside deviation
/// `√(Σ min(r, 0)²/n)` divides by the number `n` of all returns, not only of the negative ones
/// (Sortino and Price 1994). Returns `None` if no return is negative.
pub fn sortino(returns: &[f64]) -> Option<f64> {
    let losses = sum(returns, |r| r.min(0.0).powi(2));
    let downside = (losses / returns.len() as f64).sqrt();
    finite(mean(returns)? / downside * TRADING_DAYS_PER_YEAR.sqrt())
}

/// Converts an effective risk-free rate per year, as a fraction, to the rate of one trading day,
/// `(1 + R)^(1/252) - 1`.
pub fn daily_rate(annual_rate: f64) -> f64 {
    libm::expm1(libm::log1p(annual_rate) / TRADING_DAYS_PER_YEAR)
}

/// Computes excess returns, which are daily returns minus the risk-free rate of one day. The Sharpe
/// and Sortino ratios of excess returns are those for this risk-free rate.
pub fn excess(returns: &[f64], daily_rate: f64) -> Vec<f64> {
    returns.iter().map(|r| r - daily_rate).collect()
}

/// Computes the sum of `power(x - x̄)` over all values. Returns `None` for a constant series.
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
