//! Prices that are known before a portfolio starts, to compare a file with.

use chrono::NaiveDate;

/// Prices that the server has without asking a provider.
pub trait KnownPrices {
    /// Returns the split-adjusted closes of a symbol in ascending order of date, or `None` if the
    /// symbol has no known prices.
    fn closes(&self, symbol: &str) -> Option<&[(NaiveDate, f64)]>;

    /// Returns the known days of trading in ascending order: those of the benchmark. Empty if none
    /// are known.
    fn trading_days(&self) -> &[NaiveDate];

    /// Returns the day up to which the prices of a symbol were asked for, or `None` if they were
    /// not. Prices that end earlier have ended. Unless implemented, this is the last known day of
    /// trading.
    fn asked_until(&self, _symbol: &str) -> Option<NaiveDate> {
        self.trading_days().last().copied()
    }

    /// Returns whether the closes may be adjusted for dividends, so that old ones are lower than
    /// the prices that were paid.
    fn may_include_dividends(&self) -> bool {
        true
    }
}
