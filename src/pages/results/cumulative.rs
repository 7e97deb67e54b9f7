//! Returns of the portfolio and of its benchmark since the first day on which both have one, for
//! the charts over time.

use crate::server::batch::phases::snapshots::Snapshot;

/// Cumulative returns, one element per snapshot.
#[derive(Debug, Default, PartialEq)]
pub struct Cumulative {
    pub portfolio: Vec<Option<f64>>,
    /// All missing if there is no benchmark.
    pub benchmark: Vec<Option<f64>>,
    /// Drop of the benchmark from its highest level so far, zero or negative.
    pub benchmark_drawdown: Vec<Option<f64>>,
    /// Whether the returns start from zero one trading day before the first snapshot.
    pub starts_before: bool,
}

impl Cumulative {
    /// Compounds daily returns over the days on which both the portfolio and the benchmark have
    /// one, as the comparison of the two does. On a day without either of them, both stay where
    /// they are. Without a benchmark, compounds the portfolio's returns alone.
    ///
    /// Returns `None` if no day has a return, or if the equity was zero or negative on any day,
    /// because returns cannot continue from there.
    pub fn from_snapshots(days: &[Snapshot]) -> Option<Self> {
        if days.iter().any(|day| day.equity <= 0.0) {
            return None;
        }
        let has_benchmark = days.iter().any(|day| day.daily_return.is_some() && day.benchmark_return.is_some());
        let returns = |day: &Snapshot| {
            let benchmark = if has_benchmark { day.benchmark_return? } else { 0.0 };
            Some((day.daily_return?, benchmark))
        };
        let first = days.iter().position(|day| returns(day).is_some())?;
        let mut result = Self { starts_before: first == 0, ..Self::default() };
        let (mut portfolio, mut benchmark, mut peak) = (1.0, 1.0, 1.0_f64);
        for (at, day) in days.iter().enumerate() {
            // The day before the first return is where both start from zero.
            let is_shown = at + 1 >= first;
            if let Some((own, other)) = returns(day) {
                portfolio *= 1.0 + own;
                benchmark *= 1.0 + other;
                peak = peak.max(benchmark);
            }
            let shown = |value: f64| Some(value).filter(|value| is_shown && value.is_finite());
            result.portfolio.push(shown(portfolio - 1.0));
            result.benchmark.push(shown(benchmark - 1.0).filter(|_| has_benchmark));
            result.benchmark_drawdown.push(shown(benchmark / peak - 1.0).filter(|_| has_benchmark));
        }
        Some(result)
    }

    /// Returns whether the benchmark has returns.
    pub fn has_benchmark(&self) -> bool {
        self.benchmark.iter().any(Option::is_some)
    }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::Cumulative;
    use crate::server::batch::phases::snapshots::Snapshot;

    /// Creates one snapshot per pair of returns of the portfolio and of its benchmark.
    pub fn snapshots(returns: &[(Option<f64>, Option<f64>)]) -> Vec<Snapshot> {
        let start: chrono::NaiveDate = "2022-01-03".parse().unwrap();
        let day = |(date, (own, other)): (chrono::NaiveDate, &(Option<f64>, Option<f64>))| Snapshot {
            date,
            equity: 100_000.0,
            cash: 10_000.0,
            long_value: 95_000.0,
            short_value: -5_000.0,
            gross: 100_000.0,
            net: 90_000.0,
            pnl: None,
            daily_return: *own,
            drawdown: own.map(|own| own.min(0.0)),
            income: None,
            benchmark_return: *other,
        };
        start.iter_days().zip(returns).map(day).collect()
    }

    fn rounded(values: &[Option<f64>]) -> Vec<Option<f64>> {
        values.iter().map(|value| value.map(|value| (value * 1e9).round() / 1e9)).collect()
    }

    #[test]
    fn compounds_days_that_both_have() {
        let days = [(Some(0.1), Some(-0.5)), (None, Some(0.3)), (Some(0.2), None), (Some(0.1), Some(0.5))];
        let found = Cumulative::from_snapshots(&snapshots(&days)).unwrap();
        assert!(found.starts_before);
        assert_eq!(rounded(&found.portfolio), [0.1, 0.1, 0.1, 0.21].map(Some));
        assert_eq!(rounded(&found.benchmark), [-0.5, -0.5, -0.5, -0.25].map(Some));
        assert_eq!(rounded(&found.benchmark_drawdown), [-0.5, -0.5, -0.5, -0.25].map(Some));
    }

    #[test]
    fn starts_from_zero_before_first_return() {
        let days = [(None, Some(0.2)), (None, Some(0.2)), (Some(0.1), Some(0.2))];
        let found = Cumulative::from_snapshots(&snapshots(&days)).unwrap();
        assert!(!found.starts_before);
        assert_eq!(rounded(&found.portfolio), [None, Some(0.0), Some(0.1)]);
        assert_eq!(rounded(&found.benchmark), [None, Some(0.0), Some(0.2)]);
    }

    #[test]
    fn shows_portfolio_alone_without_benchmark() {
        let found = Cumulative::from_snapshots(&snapshots(&[(Some(0.1), None), (Some(0.1), None)])).unwrap();
        assert_eq!(rounded(&found.portfolio), [Some(0.1), Some(0.21)]);
        assert!(!found.has_benchmark());
    }

    #[test]
    fn shows_no_returns_after_equity_was_lost() {
        let mut days = snapshots(&[(Some(0.1), Some(0.1)), (Some(0.1), Some(0.1))]);
        days[1].equity = 0.0;
        assert_eq!(Cumulative::from_snapshots(&days), None);
        assert_eq!(Cumulative::from_snapshots(&snapshots(&[(None, Some(0.1))])), None);
    }

    proptest! {
        #[test]
        fn gives_benchmark_against_itself_equal_lines(daily in proptest::collection::vec(-0.2..0.2f64, 1..300)) {
            let days: Vec<_> = daily.iter().map(|value| (Some(*value), Some(*value))).collect();
            let found = Cumulative::from_snapshots(&snapshots(&days)).unwrap();
            prop_assert_eq!(&found.portfolio, &found.benchmark);
            prop_assert!(found.benchmark_drawdown.iter().flatten().all(|drop| *drop <= 0.0));
        }
    }
}
