//! Forecast of realized variance with the heterogeneous autoregressive model (HAR-RV).
//!
//! Only daily returns are available, so the realized variance of a day is its squared return. The
//! caller chooses the window of returns.

use super::least_squares::LeastSquares;
use super::sums::sum;
use super::{Reason, TRADING_DAYS_PER_YEAR};

/// Horizons for which variance is forecast, in trading days.
pub const HORIZONS: [usize; 2] = [1, 21];
/// Minimum number of regression rows for a forecast.
pub const MIN_ROWS: usize = 40;
/// Number of days at the start of a series that lack a HAR regressor. The monthly regressor of a
/// day averages 22 days: the day itself and the 21 days before it.
const LAGS: usize = 21;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HarForecast {
    /// Number of future trading days over which the forecast variance is averaged.
    pub horizon: usize,
    /// Forecast of the daily variance. It is the regression's forecast if that is within the range
    /// of the training targets; otherwise it is the mean of the training targets.
    pub variance: f64,
    /// Forecast of the annualized volatility, `√(252·variance)`.
    pub volatility: f64,
    /// In-sample R² of the HAR regression.
    pub r_squared: f64,
    /// True if the regression's forecast was outside the range of the training targets and was
    /// replaced with their mean.
    pub bounded: bool,
    /// Regression coefficients: the constant, then those of the daily, weekly (5 days) and monthly
    /// (22 days) variance.
    pub coefficients: [f64; 4],
    /// Number of rows in the HAR regression.
    pub observations: usize,
}

/// HAR regressors of one return series, shared by the forecasts for all horizons.
#[derive(Debug, Clone)]
pub struct HarDesign {
    /// Sums of the daily variances `RV_t = r_t²` over windows of consecutive days.
    variances: WindowSums,
    /// Daily, weekly and monthly regressors, with one element for each day on which all three
    /// exist: `RV_t`, and the means of `RV` over the last 5 and the last 22 days, including the day
    /// itself.
    regressors: [Vec<f64>; 3],
}

impl HarDesign {
    /// Computes the HAR regressors from daily returns, oldest first.
    pub fn new(returns: &[f64]) -> Self {
        let variances = WindowSums::new(returns.iter().map(|r| r * r).collect());
        let regressors = [1, 5, LAGS + 1].map(|days| variances.averages(LAGS + 1 - days, days));
        Self { variances, regressors }
    }

    /// Forecasts the mean variance of the next `horizon` trading days (Corsi 2009).
    ///
    /// With `RV_t = r_t²`, `mean(RV_{t+1} … RV_{t+h})` is regressed on a constant, `RV_t`,
    /// `mean(RV_{t-4} … RV_t)` and `mean(RV_{t-21} … RV_t)` over every day `t` on which all of
    /// these exist. This gives `n - 21 - h` rows for `n` returns. The forecast is computed from the
    /// regressors of the last day. A forecast outside the range of the training targets is replaced
    /// with their mean (the insanity filter of Swanson and White 1997).
    ///
    /// # Errors
    /// Returns [`Reason::TooFewRows`] if there are fewer than 40 regression rows or the horizon is
    /// 0, and otherwise the errors of [`LeastSquares::fit`].
    pub fn forecast(&self, horizon: usize) -> Result<HarForecast, Reason> {
        let Self { variances, regressors } = self;
        let rows = variances.count().saturating_sub(LAGS.saturating_add(horizon));
        if rows < MIN_ROWS || horizon == 0 {
            return Err(Reason::TooFewRows { have: rows, need: MIN_ROWS });
        }
        let y = variances.averages(LAGS + 1, horizon);
        let fit = LeastSquares::fit(&y, &regressors.each_ref().map(|column| &column[..rows]))?;
        let constant = fit.intercept;
        let [daily, weekly, monthly] = *fit.slopes.as_slice() else { return Err(Reason::ShapeMismatch) };
        let [rv_day, rv_week, rv_month] =
            regressors.each_ref().map(|column| column.last().copied().unwrap_or_default());
        let raw = constant + daily * rv_day + weekly * rv_week + monthly * rv_month;
        let lowest = y.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let bounded = !(lowest..=highest).contains(&raw);
        let variance = if bounded { average(&y) } else { raw };
        Ok(HarForecast {
            horizon,
            variance,
            volatility: (TRADING_DAYS_PER_YEAR * variance).sqrt(),
            r_squared: fit.r_squared,
            bounded,
            coefficients: [constant, daily, weekly, monthly],
            observations: rows,
        })
    }
}

/// Forecasts the variance of one return series for one horizon; see [`HarDesign::forecast`].
///
/// # Errors
/// Returns the same errors as [`HarDesign::forecast`].
pub fn har_forecast(returns: &[f64], horizon: usize) -> Result<HarForecast, Reason> {
    HarDesign::new(returns).forecast(horizon)
}

fn average(values: &[f64]) -> f64 {
    sum(values, |value| value) / values.len() as f64
}

/// Precomputed sums from which the average of any window of consecutive values is computed.
///
/// A window is split into parts whose lengths are powers of two. The sums of these parts are
/// precomputed, each from the sums of two parts of half the length. This method takes few
/// additions, and a processor can do several additions at a time. Nothing is subtracted, so no
/// digits are lost to cancellation.
#[derive(Debug, Clone)]
struct WindowSums {
    /// Element `k` contains the sums of all windows of `2^k` consecutive values, from the first
    /// window to the last. It is empty if there are fewer than `2^k` values.
    by_power: [Vec<f64>; 5],
}

impl WindowSums {
    fn new(values: Vec<f64>) -> Self {
        let mut by_power = [values, Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        for power in 1..by_power.len() {
            let half = &by_power[power - 1];
            let late = half.get(1 << (power - 1)..).unwrap_or_default();
            by_power[power] = half.iter().zip(late).map(|(early, late)| early + late).collect();
        }
        Self { by_power }
    }

    fn count(&self) -> usize {
        self.by_power[0].len()
    }

    /// Computes the average of every window of `days` consecutive values, from the window that
    /// starts at index `first` to the last one. Returns an empty vector if there are too few
    /// values.
    fn averages(&self, first: usize, days: usize) -> Vec<f64> {
        let windows = (self.count() + 1).saturating_sub(first).checked_sub(days).filter(|_| days > 0);
        let mut averages = vec![0.0; windows.unwrap_or(0)];
        if averages.is_empty() {
            return averages;
        }
        let mut summed = 0;
        for (power, sums) in self.by_power.iter().enumerate().rev() {
            let width = 1 << power;
            while days - summed >= width {
                averages.iter_mut().zip(&sums[first + summed..]).for_each(|(total, sum)| *total += sum);
                summed += width;
            }
        }
        let share = days as f64;
        for total in &mut averages {
            *total /= share;
        }
        averages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Generates `n` daily returns of varying size, so that their squares are not constant.
    fn uneven(n: usize) -> Vec<f64> {
        (0..n).map(|t| 0.01 + 0.004 * ((t * t % 37) as f64 / 37.0 - 0.5)).collect()
    }

    #[test]
    fn rejects_forecast_below_forty_rows() {
        let refusal = Err(Reason::TooFewRows { have: 39, need: 40 });
        assert_eq!(har_forecast(&uneven(61), 1), refusal);
    }

    #[test]
    fn loses_rows_to_longer_horizon() {
        assert_eq!(har_forecast(&uneven(100), 21).unwrap().observations, 58);
    }

    #[test]
    fn replaces_forecast_outside_training_range_by_mean() {
        let mut returns = uneven(100);
        returns[99] = 1.0;
        let forecast = har_forecast(&returns, 21).unwrap();
        let squares: Vec<f64> = returns.iter().map(|r| r * r).collect();
        let targets = (21..79).map(|t| squares[t + 1..=t + 21].iter().sum::<f64>() / 21.0);
        assert!(forecast.bounded, "{forecast:?}");
        assert!((forecast.variance - targets.sum::<f64>() / 58.0).abs() < 1e-15, "{forecast:?}");
    }

    #[test]
    fn rejects_returns_of_constant_size() {
        assert_eq!(har_forecast(&[0.01; 100], 1), Err(Reason::ZeroVariance));
    }

    #[test]
    fn rejects_horizon_beyond_series() {
        assert!(har_forecast(&uneven(100), usize::MAX).is_err());
    }

    proptest! {
        #[test]
        fn averages_each_window(
            values in prop::collection::vec(0.0..1.0f64, 0..90), first in 0..9usize, days in 1..50usize,
        ) {
            let exact: Vec<f64> = values.get(first..).unwrap_or_default().windows(days).map(average).collect();
            let ours = WindowSums::new(values).averages(first, days);
            prop_assert_eq!(ours.len(), exact.len());
            prop_assert!(ours.iter().zip(&exact).all(|(ours, exact)| (ours - exact).abs() < 1e-13));
        }

        #[test]
        fn bounds_forecast_by_observed_squares(
            returns in prop::collection::vec(-0.1..0.1f64, 70..120),
        ) {
            let forecast = har_forecast(&returns, 1).unwrap();
            prop_assert!((0.0..=0.01).contains(&forecast.variance));
        }
    }
}
