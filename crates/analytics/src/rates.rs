//! The risk-free rate in the forms in which formulas need it.
//!
//! The rate is given as an effective rate per year, as a fraction (0.04 is four percent a year).

use super::TRADING_DAYS_PER_YEAR;

/// Computes the rate per trading day, `(1 + R)^(1/252) - 1`. It is exactly 0 for a rate of 0.
pub fn daily_rate(annual: f64) -> f64 {
    (1.0 + annual).powf(1.0 / TRADING_DAYS_PER_YEAR) - 1.0
}

/// Computes the continuously compounded rate per year, `ln(1 + R)`.
pub fn continuous_rate(annual: f64) -> f64 {
    annual.ln_1p()
}

/// Subtracts the rate per trading day from each daily return.
pub fn excess_returns(returns: &[f64], daily_rate: f64) -> Vec<f64> {
    returns.iter().map(|r| r - daily_rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_daily_rate_to_annual_rate() {
        assert!(((1.0 + daily_rate(0.05)).powi(252) - 1.05).abs() < 1e-12);
        assert_eq!((daily_rate(0.0), continuous_rate(0.0)), (0.0, 0.0));
    }

    #[test]
    fn compounds_continuous_rate_to_annual_rate() {
        assert!((continuous_rate(0.05).exp() - 1.05).abs() < 1e-15);
    }

    #[test]
    fn subtracts_rate_from_each_return() {
        assert_eq!(excess_returns(&[0.5, -0.25], 0.25), [0.25, -0.5]);
    }
}
