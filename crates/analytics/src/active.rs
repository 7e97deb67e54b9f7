//! Compares the returns of a portfolio with those of its benchmark (Grinold and Kahn 2000).
//!
//! Both series are daily returns of the same days, oldest first. If one is longer, its remaining
//! returns are ignored. Alpha and beta are estimated from excess returns, which are returns minus
//! the risk-free rate; see [`super::moments::excess`].

use super::{
    Reason, TRADING_DAYS_PER_YEAR,
    moments::{annualized_volatility, mean, sharpe, sum_of_squares},
    regression::{Coefficient, ols},
    returns::compound,
};

/// An estimate with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub std_error: f64,
}

/// Alpha and beta of a portfolio: the line through its excess returns and those of the benchmark
/// (Jensen 1968).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketLine {
    /// Annualized intercept `252·a`, as a fraction per year.
    pub alpha: Estimate,
    pub beta: Estimate,
}

/// Days on which the benchmark moved in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BenchmarkDays {
    /// Days on which the benchmark's return was positive.
    Up,
    /// Days on which the benchmark's return was negative.
    Down,
}

/// Computes the active returns, `portfolio - benchmark`, of each day.
pub fn active_returns(portfolio: &[f64], benchmark: &[f64]) -> Vec<f64> {
    portfolio.iter().zip(benchmark).map(|(own, market)| own - market).collect()
}

/// Computes the tracking error, which is the annualized volatility of the active returns. Returns
/// `None` for fewer than two days.
pub fn tracking_error(portfolio: &[f64], benchmark: &[f64]) -> Option<f64> {
    annualized_volatility(&active_returns(portfolio, benchmark))
}

/// Computes the annualized information ratio, `mean/sd·√252` of the active returns (Sharpe 1994).
/// Returns `None` for fewer than two days or constant active returns.
pub fn information_ratio(portfolio: &[f64], benchmark: &[f64]) -> Option<f64> {
    sharpe(&active_returns(portfolio, benchmark))
}

/// Estimates alpha and beta by ordinary least squares. The standard errors are the classical ones,
/// with `n - 2` degrees of freedom.
///
/// A portfolio whose returns are constant, such as one of cash alone, has a beta of exactly 0.
///
/// # Errors
/// Returns [`Reason::ConstantFactor`] if the benchmark's returns are constant, and the errors of
/// [`ols`].
pub fn market_line(portfolio_excess: &[f64], benchmark_excess: &[f64]) -> Result<MarketLine, Reason> {
    let is_constant = |values: &[f64]| sum_of_squares(values) == Some(0.0);
    if is_constant(benchmark_excess) {
        return Err(Reason::ConstantFactor);
    }
    let (intercept, slope) = match ols(portfolio_excess, &[benchmark_excess]) {
        Ok(fit) => {
            let slope = fit.slopes.first().copied().ok_or(Reason::ShapeMismatch)?;
            (fit.intercept, slope)
        }
        Err(Reason::ZeroVariance) => {
            let flat = |estimate| Coefficient { estimate, std_error: 0.0, t: None, p: 1.0 };
            (flat(mean(portfolio_excess).ok_or(Reason::NotFinite)?), flat(0.0))
        }
        Err(reason) => return Err(reason),
    };
    let annualized = |value: f64| TRADING_DAYS_PER_YEAR * value;
    let alpha = Estimate { value: annualized(intercept.estimate), std_error: annualized(intercept.std_error) };
    let beta = Estimate { value: slope.estimate, std_error: slope.std_error };
    let numbers = [alpha.value, alpha.std_error, beta.value, beta.std_error];
    if numbers.iter().all(|number| number.is_finite()) {
        Ok(MarketLine { alpha, beta })
    } else {
        Err(Reason::NotFinite)
    }
}

/// Computes a capture ratio: the portfolio's geometric mean return over the selected days, divided
/// by the benchmark's. Returns `None` if no day is selected or the benchmark's mean is 0.
///
/// The means make the ratio independent of the number of days. Returns compounded over all selected
/// days would grow with it, and a portfolio that moves 0.67% for each 1% of the market would seem
/// to capture 51% of 109 up days but 82% of 145 down days.
pub fn capture(portfolio: &[f64], benchmark: &[f64], days: BenchmarkDays) -> Option<f64> {
    let is_selected = |market: f64| match days {
        BenchmarkDays::Up => market > 0.0,
        BenchmarkDays::Down => market < 0.0,
    };
    let selected = portfolio.iter().zip(benchmark).filter(|(_, market)| is_selected(**market));
    let (own, market): (Vec<f64>, Vec<f64>) = selected.unzip();
    let mean = |returns: &[f64]| Some((1.0 + compound(returns)?).powf(1.0 / returns.len() as f64) - 1.0);
    Some(mean(&own)? / mean(&market)?).filter(|ratio| ratio.is_finite())
}

/// Computes the Calmar ratio (Young 1991): the annualized return, `(1 + r)^(252/n) - 1`, divided by
/// the magnitude of the maximum drawdown. Returns `None` without a drawdown.
pub fn calmar(total_return: f64, days: usize, max_drawdown: f64) -> Option<f64> {
    let annualized = (1.0 + total_return).powf(TRADING_DAYS_PER_YEAR / days as f64) - 1.0;
    Some(annualized / max_drawdown.abs()).filter(|ratio| max_drawdown != 0.0 && ratio.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments::excess;
    use proptest::prelude::*;

    const MARKET: [f64; 4] = [0.01, -0.02, 0.03, 0.0];

    fn close(ours: Option<f64>, reference: f64) {
        let ours = ours.unwrap();
        assert!((ours - reference).abs() <= 1e-12 + 1e-9 * reference.abs(), "{ours} {reference}");
    }

    #[test]
    fn divides_geometric_means_of_up_days() {
        let own = [0.02, 0.5, -0.01, 0.7];
        let ratio = ((1.02_f64 * 0.99).sqrt() - 1.0) / ((1.01_f64 * 1.03).sqrt() - 1.0);
        close(capture(&own, &MARKET, BenchmarkDays::Up), ratio);
        close(capture(&own, &MARKET, BenchmarkDays::Down), 0.5 / -0.02);
    }

    #[test]
    fn captures_same_share_of_any_number_of_days() {
        let (own, market) = ([0.0067; 100], [0.01; 100]);
        close(capture(&own, &market, BenchmarkDays::Up), 0.67);
    }

    #[test]
    fn omits_capture_without_such_days() {
        assert_eq!(capture(&[0.1, 0.2], &[0.1, 0.0], BenchmarkDays::Down), None);
    }

    #[test]
    fn annualizes_deviation_of_active_returns() {
        // The active returns are 0.01, 0.02 and 0.06, with the mean 0.03 and the variance 7e-4.
        let (own, market) = ([0.03, 0.0, 0.09], [0.02, -0.02, 0.03]);
        close(tracking_error(&own, &market), (252.0 * 7e-4_f64).sqrt());
        close(information_ratio(&own, &market), 0.03 / 7e-4_f64.sqrt() * 252f64.sqrt());
    }

    #[test]
    fn annualizes_alpha_and_its_error() {
        // The line through (0, 1), (1, 1) and (2, 4) has the intercept ½ and the slope 1.5. The
        // residual variance is 1.5 and Sxx = 2, so the squared standard error of the intercept is
        // 1.5·(1/3 + 1/2), and that of the slope is 1.5/2.
        let line = market_line(&[1.0, 1.0, 4.0], &[0.0, 1.0, 2.0]).unwrap();
        close(Some(line.alpha.value), 126.0);
        close(Some(line.alpha.std_error), 252.0 * 1.25f64.sqrt());
        close(Some(line.beta.value), 1.5);
        close(Some(line.beta.std_error), 0.75f64.sqrt());
    }

    #[test]
    fn gives_cash_a_beta_of_zero() {
        let line = market_line(&excess(&[0.0; 4], 1e-4), &MARKET).unwrap();
        assert_eq!((line.beta, line.alpha.std_error), (Estimate { value: 0.0, std_error: 0.0 }, 0.0));
        close(Some(line.alpha.value), -252e-4);
    }

    #[test]
    fn rejects_constant_benchmark() {
        assert_eq!(market_line(&MARKET, &[0.01; 4]), Err(Reason::ConstantFactor));
    }

    #[test]
    fn divides_annualized_return_by_drawdown() {
        close(calmar(0.1, 126, -0.05), (1.1 * 1.1 - 1.0) / 0.05);
        assert_eq!(calmar(0.1, 126, 0.0), None);
    }

    proptest! {
        #[test]
        fn compares_benchmark_with_itself(
            x in prop::collection::vec(-0.1..0.1f64, 30..90), rate in 0.0..1e-3f64,
        ) {
            let line = market_line(&excess(&x, rate), &excess(&x, rate)).unwrap();
            prop_assert!((line.beta.value - 1.0).abs() < 1e-12 && line.alpha.value.abs() < 1e-12, "{line:?}");
            for days in [BenchmarkDays::Up, BenchmarkDays::Down] {
                prop_assert!(capture(&x, &x, days).is_none_or(|ratio| ratio == 1.0));
            }
            prop_assert_eq!((tracking_error(&x, &x), information_ratio(&x, &x)), (Some(0.0), None));
        }

        #[test]
        fn scales_beta_with_leverage(x in prop::collection::vec(-0.05..0.05f64, 30..90), leverage in -3.0..3.0f64) {
            let own: Vec<f64> = x.iter().map(|r| leverage * r).collect();
            let line = market_line(&own, &x).unwrap();
            prop_assert!((line.beta.value - leverage).abs() < 1e-9, "{line:?}");
        }
    }
}
