//! Prices that a source has on this machine, and how long requests for the other ones take. Both
//! are shown before a portfolio starts.

use std::{collections::HashMap, time::Duration};

use chrono::NaiveDate;
use positions::KnownPrices;

/// Maximum number of symbols whose known prices are read for one preview. Others count as unknown.
pub const MAX_KNOWN_SYMBOLS: usize = 2_000;

/// Days and split-adjusted closes in ascending order of date, at most one per day.
pub type Closes = Vec<(NaiveDate, f64)>;

/// The known prices of several symbols and of the benchmark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownHistories {
    closes: HashMap<String, Closes>,
    trading_days: Vec<NaiveDate>,
    /// The last day that each symbol was asked for. `None` if the closes are all that the source
    /// will ever have.
    asked_until: Option<HashMap<String, NaiveDate>>,
}

impl KnownHistories {
    /// Creates known histories from the closes of each symbol. The trading days are those of
    /// `benchmark`, if it is among the symbols.
    pub fn new(closes: HashMap<String, Closes>, benchmark: &str) -> Self {
        let days = closes.get(benchmark).into_iter().flatten();
        Self { trading_days: days.map(|(date, _)| *date).collect(), closes, asked_until: None }
    }

    /// Sets the last day that each symbol was asked for. Later days may have prices that are not
    /// known yet.
    #[must_use]
    pub fn with_asked_until(self, days: HashMap<String, NaiveDate>) -> Self {
        Self { asked_until: Some(days), ..self }
    }
}

impl KnownPrices for KnownHistories {
    fn closes(&self, symbol: &str) -> Option<&[(NaiveDate, f64)]> {
        self.closes.get(symbol).map(Vec::as_slice)
    }

    fn trading_days(&self) -> &[NaiveDate] {
        &self.trading_days
    }

    fn asked_until(&self, symbol: &str) -> Option<NaiveDate> {
        match &self.asked_until {
            Some(days) => days.get(symbol).copied(),
            None => self.trading_days.last().copied(),
        }
    }
}

/// How many of the symbols that a portfolio needs have known prices, and how long requests for the
/// others would take now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceOutlook {
    /// Number of symbols whose prices need no request.
    pub known: usize,
    /// Number of symbols whose prices have to be requested.
    pub to_ask: usize,
    /// Symbols that the source does not have, as far as is known without a request.
    pub unavailable: Vec<String>,
    /// How long it would take until the last response arrives. Zero if nothing has to be requested.
    pub wait: Duration,
}

/// Returns at most [`MAX_KNOWN_SYMBOLS`] different symbols: the benchmark, then `symbols`.
pub(super) fn bounded<'a>(benchmark: &'a str, symbols: &'a [String]) -> Vec<&'a str> {
    let mut all: Vec<&str> = symbols.iter().map(String::as_str).collect();
    all.sort_unstable();
    all.dedup();
    all.retain(|symbol| *symbol != benchmark);
    all.truncate(MAX_KNOWN_SYMBOLS - 1);
    all.push(benchmark);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_ended_from_old_prices() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
        let closes = HashMap::from([
            ("SPY".to_owned(), vec![(day(2), 1.0), (day(30), 1.0)]),
            ("A".to_owned(), vec![(day(2), 1.0)]),
        ]);
        let complete = KnownHistories::new(closes, "SPY");
        assert_eq!(KnownPrices::asked_until(&complete, "A"), Some(day(30)));
        let stored = complete.with_asked_until(HashMap::from([("A".to_owned(), day(5))]));
        assert_eq!(KnownPrices::asked_until(&stored, "A"), Some(day(5)));
        assert_eq!(KnownPrices::asked_until(&stored, "B"), None);
    }
}
