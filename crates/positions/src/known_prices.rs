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
}
