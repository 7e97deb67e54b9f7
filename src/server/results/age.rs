//! How old results are, in trading days, and whether newer prices exist.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use positions::KnownPrices;

use crate::server::market_data::MarketData;

/// The days for which the price source has prices, or can have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceDays {
    /// Trading days of the benchmark, as far as they are known without a request, in order.
    known: Vec<NaiveDate>,
    /// The source was asked for all days up to this one, so those that it lacks had no trading.
    asked_until: Option<NaiveDate>,
    /// The last day for which the source has or can have prices.
    last: NaiveDate,
    /// Whether the source has no later prices, ever: `true` for sample data and price files.
    pub has_end: bool,
    /// Whether the prices are the sample data.
    pub is_sample: bool,
}

/// The age of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultsAge {
    /// Last day with prices in the results.
    pub as_of: NaiveDate,
    /// Number of trading days after `as_of` for which there are prices now.
    pub trading_days: usize,
    /// Whether there will be no later prices.
    pub has_end: bool,
    pub is_sample: bool,
}

impl PriceDays {
    /// Reads the trading days that the source knows without a request.
    pub async fn read(source: &dyn MarketData, now: DateTime<Utc>) -> Self {
        let facts = source.facts();
        let (prices, benchmark) = (source.known_prices(&[]).await, source.factors().market);
        let known = prices.trading_days().to_vec();
        let last = source.last_date(now);
        let has_end = facts.dates.is_some();
        Self {
            asked_until: prices.asked_until(&benchmark),
            // Results end with the benchmark, even if other prices go on.
            last: known.last().copied().filter(|_| has_end).unwrap_or(last),
            known,
            has_end,
            is_sample: has_end && facts.notice.is_some(),
        }
    }

    /// Returns the age of results whose last day is `as_of`.
    pub fn age(&self, as_of: NaiveDate) -> ResultsAge {
        let Self { has_end, is_sample, .. } = *self;
        ResultsAge { as_of, trading_days: self.trading_days_after(as_of), has_end, is_sample }
    }

    /// Returns the last day for which the source has or can have prices.
    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// Counts the trading days after `as_of`. Days that the source was not asked for count if they
    /// are weekdays, so a holiday that is not known yet counts, too.
    fn trading_days_after(&self, as_of: NaiveDate) -> usize {
        let known_from = self.known.first().copied().unwrap_or(NaiveDate::MAX);
        let known_until = self.known.last().copied().max(self.asked_until).unwrap_or(NaiveDate::MIN);
        let is_weekday = |day: NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let is_trading_day = |day: NaiveDate| {
            if (known_from..=known_until).contains(&day) {
                self.known.binary_search(&day).is_ok()
            } else {
                is_weekday(day)
            }
        };
        as_of.iter_days().skip(1).take_while(|day| *day <= self.last).filter(|day| is_trading_day(*day)).count()
    }
}

impl ResultsAge {
    /// Returns whether a run that starts now would have newer prices.
    pub fn has_newer_prices(&self) -> bool {
        self.trading_days > 0
    }
}

#[cfg(test)]
mod tests {
    use super::{NaiveDate, PriceDays};

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, number).unwrap()
    }

    /// Returns a source with prices from Friday, January 2, to `last`, without the holiday on
    /// Monday, January 19.
    fn source(known: &[u32], asked_until: Option<u32>, last: u32) -> PriceDays {
        PriceDays {
            known: known.iter().copied().map(day).collect(),
            asked_until: asked_until.map(day),
            last: day(last),
            has_end: false,
            is_sample: false,
        }
    }

    #[test]
    fn counts_known_trading_days() {
        let source = source(&[14, 15, 16, 20], Some(20), 20);
        for (as_of, days) in [(20, 0), (16, 1), (14, 3), (21, 0)] {
            assert_eq!(source.age(day(as_of)).trading_days, days, "January {as_of}");
        }
    }

    #[test]
    fn counts_weekdays_not_asked_for() {
        // Friday is known. Monday to Wednesday are not.
        assert_eq!(source(&[15, 16], Some(16), 21).age(day(16)).trading_days, 3);
    }

    #[test]
    fn skips_holiday_once_asked_for() {
        let asked = source(&[15, 16], Some(19), 19).age(day(16));
        assert_eq!((asked.trading_days, asked.has_newer_prices()), (0, false));
        assert!(source(&[15, 16], Some(16), 19).age(day(16)).has_newer_prices());
    }

    #[test]
    fn counts_weekdays_before_known_days() {
        // From Monday, the 5th: four weekdays until Friday, then the five known days.
        assert_eq!(source(&[12, 13, 14, 15, 16], Some(16), 16).age(day(5)).trading_days, 9);
        assert_eq!(source(&[], None, 12).age(day(9)).trading_days, 1);
    }
}
