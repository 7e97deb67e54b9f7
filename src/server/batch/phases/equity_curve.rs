//! The equity curve that the live page shows while phase 4 creates the snapshots.

use chrono::NaiveDate;

use crate::server::findings::{CURVE_POINTS, EquityCurve, Finding, sample::indexed};

/// Maximum number of times that a run reports its curve.
const MAX_REPORTS: usize = 20;

/// Collects the portfolio's value day by day, together with the market's.
pub(super) struct CurveSoFar<'a> {
    market_symbol: &'a str,
    /// Closes of the market on the days of the curve, adjusted for dividends.
    market: &'a [Option<f64>],
    from: Option<NaiveDate>,
    equity: Vec<f64>,
    /// Number of days of the whole curve.
    total: usize,
    /// Number of values before these days: 1 if the curve starts with the day before, from which
    /// the first return is measured.
    before: usize,
}

impl<'a> CurveSoFar<'a> {
    /// Creates an empty curve of `total` days. `market` are the market's adjusted closes, one per
    /// value of the curve.
    pub(super) fn new(market_symbol: &'a str, market: &'a [Option<f64>], total: usize) -> Self {
        Self { market_symbol, market, from: None, equity: Vec::with_capacity(total), total, before: 0 }
    }

    /// Starts the curve with the portfolio's value on the day before the first one.
    pub(super) fn start(&mut self, date: NaiveDate, equity: f64) {
        self.from = Some(date);
        self.equity.push(equity);
        self.before = 1;
    }

    /// Adds the portfolio's value on the next day. Returns the curve if it is due to be reported.
    pub(super) fn add(&mut self, date: NaiveDate, equity: f64) -> Option<Finding> {
        let from = *self.from.get_or_insert(date);
        self.equity.push(equity);
        let days = self.equity.len() - self.before;
        let every = self.total.div_ceil(MAX_REPORTS).max(1);
        let is_due = days == self.total || days.is_multiple_of(every) && days > 1;
        is_due.then(|| self.finding(from, date))
    }

    fn finding(&self, from: NaiveDate, to: NaiveDate) -> Finding {
        let values = self.equity.len();
        let market: Option<Vec<f64>> = self.market.iter().take(values).copied().collect();
        Finding::Equity(EquityCurve {
            from,
            to,
            days: (values - self.before) as u64,
            of_days: self.total as u64,
            portfolio: relative(&self.equity),
            market_symbol: self.market_symbol.to_owned(),
            market: relative(&market.unwrap_or_default()),
        })
    }
}

/// Returns the values relative to the first one. Returns nothing if the first one is not positive,
/// because then no value can be compared with it.
fn relative(values: &[f64]) -> Vec<i32> {
    let first = values.first().copied().filter(|first| *first > 0.0);
    first.map(|first| indexed(values, first, CURVE_POINTS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::{CurveSoFar, EquityCurve, Finding, NaiveDate};

    fn reports(equity: &[f64], market: &[Option<f64>]) -> Vec<EquityCurve> {
        let start = NaiveDate::from_ymd_opt(2022, 1, 3).unwrap();
        let mut curve = CurveSoFar::new("SPY", market, equity.len());
        let days = equity.iter().zip(0..);
        let found = days.filter_map(|(value, day)| curve.add(start + Days::new(day), *value));
        found.map(|finding| if let Finding::Equity(curve) = finding { curve } else { unreachable!() }).collect()
    }

    #[test]
    fn starts_both_curves_at_one_hundred() {
        let all = reports(&[200.0, 210.0, 190.0], &[Some(40.0), Some(42.0), Some(50.0)]);
        let last = all.last().unwrap();
        assert_eq!((&last.portfolio, &last.market), (&vec![1000, 1050, 950], &vec![1000, 1050, 1250]));
        assert_eq!((last.days, last.of_days), (3, 3));
    }

    #[test]
    fn starts_at_day_before_first_return() {
        let start = NaiveDate::from_ymd_opt(2022, 1, 3).unwrap();
        let mut curve = CurveSoFar::new("SPY", &[Some(40.0), Some(42.0)], 1);
        curve.start(start, 200.0);
        let Some(Finding::Equity(curve)) = curve.add(start + Days::new(1), 210.0) else { panic!("a curve") };
        assert_eq!((curve.portfolio, curve.market), (vec![1000, 1050], vec![1000, 1050]));
        assert_eq!((curve.from, curve.days, curve.of_days), (start, 1, 1));
    }

    #[test]
    fn reports_twenty_curves_at_most() {
        for days in [1, 2, 20, 21, 254] {
            let values: Vec<f64> = (0..days).map(|day| 100.0 + f64::from(day)).collect();
            let all = reports(&values, &[]);
            assert!((1..=20).contains(&all.len()), "{} reports of {days} days", all.len());
            assert_eq!(all.last().unwrap().days, u64::try_from(days).unwrap(), "the last one is complete");
        }
    }

    #[test]
    fn draws_no_curve_from_zero_equity() {
        assert!(reports(&[0.0, 10.0], &[Some(1.0), Some(2.0)]).iter().all(|curve| curve.portfolio.is_empty()));
    }

    #[test]
    fn leaves_out_market_with_missing_day() {
        assert!(reports(&[1.0, 2.0], &[None, Some(2.0)]).iter().all(|curve| curve.market.is_empty()));
    }
}
