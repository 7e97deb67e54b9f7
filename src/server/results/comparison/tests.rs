use super::*;
use crate::server::batch::phases::snapshots::Snapshot;

fn date(number: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 1, 3).unwrap() + chrono::Days::new(number as u64)
}

fn calendar(days: usize) -> Vec<NaiveDate> {
    (0..=days).map(date).collect()
}

/// Builds snapshots on the days 1, 2, 3 … of the calendar, each with the returns of the portfolio
/// and of the benchmark.
fn snapshots(returns: &[(Option<f64>, Option<f64>)]) -> Snapshots {
    let day = |(index, (own, market)): (usize, &(Option<f64>, Option<f64>))| Snapshot {
        date: date(index + 1),
        equity: 1.0,
        cash: 0.0,
        long_value: 1.0,
        short_value: 0.0,
        gross: 1.0,
        net: 1.0,
        pnl: None,
        daily_return: *own,
        drawdown: None,
        income: None,
        benchmark_return: *market,
    };
    Snapshots { days: returns.iter().enumerate().map(day).collect(), ..Snapshots::default() }
}

/// Compares a portfolio with a benchmark on `days` days. The portfolio moves `times` as far.
fn levered(days: usize, times: f64) -> Option<Comparison> {
    let market = |day: usize| 0.01 * (day as f64).sin();
    let returns: Vec<_> = (0..days).map(|day| (Some(times * market(day)), Some(market(day)))).collect();
    Comparison::new(&snapshots(&returns), &calendar(days))
}

fn close(ours: Option<f64>, expected: f64) {
    let ours = ours.unwrap();
    assert!((ours - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{ours} is not {expected}");
}

#[test]
fn compares_days_on_which_both_have_returns() {
    let returns = [(None, Some(0.5)), (Some(0.1), Some(-0.1)), (Some(0.5), None), (Some(-0.2), Some(0.1))];
    let comparison = Comparison::new(&snapshots(&returns), &calendar(4)).unwrap();
    assert_eq!((comparison.observations, comparison.from, comparison.to), (2, date(2), date(4)));
    close(Some(comparison.total_return), 1.1 * 0.8 - 1.0);
    close(Some(comparison.benchmark_return), 0.9 * 1.1 - 1.0);
    close(Some(comparison.active_return), 1.1 * 0.8 - 0.9 * 1.1);
    close(comparison.max_drawdown, -0.2);
    assert_eq!((comparison.max_drawdown_peak, comparison.max_drawdown_trough), (Some(date(2)), Some(date(4))));
    close(comparison.benchmark_max_drawdown, -0.1);
}

#[test]
fn dates_peak_before_the_first_return() {
    let comparison = Comparison::new(&snapshots(&[(Some(-0.1), Some(0.1))]), &calendar(1)).unwrap();
    assert_eq!((comparison.max_drawdown_peak, comparison.max_drawdown_trough), (Some(date(0)), Some(date(1))));
}

#[test]
fn compares_levered_portfolio_with_its_benchmark() {
    let comparison = levered(100, 2.0).unwrap();
    close(comparison.beta.map(|beta| beta.value), 2.0);
    assert!(comparison.alpha.unwrap().value.abs() < 1e-12);
    close(comparison.volatility, 2.0 * comparison.benchmark_volatility.unwrap());
    close(comparison.tracking_error, comparison.benchmark_volatility.unwrap());
    close(comparison.sharpe, comparison.benchmark_sharpe.unwrap());
    // The geometric mean of twofold returns is a little below twice the mean.
    for capture in [comparison.up_capture, comparison.down_capture] {
        assert!((capture.unwrap() - 2.0).abs() < 0.1, "{capture:?}");
    }
    close(comparison.calmar, {
        let annualized = (1.0 + comparison.total_return).powf(252.0 / 100.0) - 1.0;
        annualized / -comparison.max_drawdown.unwrap()
    });
}

#[test]
fn needs_thirty_days_for_beta_and_capture() {
    let (too_short, enough) = (levered(29, 2.0).unwrap(), levered(30, 2.0).unwrap());
    assert_eq!((too_short.alpha, too_short.beta, too_short.up_capture), (None, None, None));
    assert!(enough.alpha.is_some() && enough.beta.is_some() && enough.down_capture.is_some());
}

#[test]
fn needs_sixty_days_for_ratios() {
    let numbers = |comparison: Comparison| {
        let Comparison { volatility, tracking_error, sharpe, sortino, skewness, kurtosis, calmar, .. } = comparison;
        [volatility, tracking_error, sharpe, sortino, skewness, kurtosis, calmar].map(|number| number.is_some())
    };
    assert_eq!(numbers(levered(59, 2.0).unwrap()), [false; 7]);
    assert_eq!(numbers(levered(60, 2.0).unwrap()), [true; 7]);
}

#[test]
fn subtracts_risk_free_rate_from_both_sides() {
    let returns: Vec<_> = (0..60).map(|day| 0.01 * f64::from(day).sin()).map(|r| (Some(2.0 * r), Some(r))).collect();
    let snapshots = Snapshots { risk_free_rate: 0.05, ..snapshots(&returns) };
    let comparison = Comparison::new(&snapshots, &calendar(60)).unwrap();
    // Twice the market's return minus one day of interest exceeds twice the market's excess return
    // by one day of interest.
    close(comparison.alpha.map(|alpha| alpha.value), 252.0 * daily_rate(0.05));
    assert!(comparison.sharpe.unwrap() > comparison.benchmark_sharpe.unwrap());
    assert_eq!(Some(comparison.risk_free_rate), Some(0.05));
}

#[test]
fn compares_nothing_without_common_days() {
    let returns = [(Some(0.1), None), (None, Some(0.1))];
    assert_eq!(Comparison::new(&snapshots(&returns), &calendar(2)), None);
}

#[test]
fn compares_nothing_once_equity_is_lost() {
    let snapshots = Snapshots { equity_lost: Some(date(1)), ..snapshots(&[(Some(0.1), Some(0.1))]) };
    assert_eq!(Comparison::new(&snapshots, &calendar(1)), None);
}
