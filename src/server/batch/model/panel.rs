//! Prices of all symbols on the trading dates of the benchmark (the calendar). Phase 1 collects
//! them, and all later phases read them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use analytics::{income::dividends, returns::Returns, rounding::steady_returns};
use chrono::NaiveDate;
use positions::{InvestmentClass, OptionContract, Position};
use serde::{Deserialize, Serialize};
use status::{Summary, UnavailableSymbol};

use super::{
    entry_prices::{EntryCloses, closes_before},
    input::Input,
    position_accounts::{Account, PositionAccounts},
};
use crate::server::market_data::{Bar, Factors};

/// Maximum number of trading dates in the calendar, which ends on the as-of date. 273 dates give
/// 272 returns, enough for 252 rolling windows of 21 returns.
pub const CALENDAR_ROWS: usize = 273;
/// Maximum number of trading days for which portfolio snapshots are created.
pub const SNAPSHOT_ROWS: usize = 254;

/// Daily prices of one symbol, and the returns and dividends computed from them. Prices have one
/// element per calendar row, which is `None` if the symbol has no price that day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Prices")]
pub struct Series {
    close: Vec<Option<f64>>,
    adj_close: Vec<Option<f64>>,
    /// Daily returns, computed from `adj_close`. If the most recent returns differ only because
    /// prices are rounded, they are set to the same value.
    #[serde(skip)]
    returns: Returns,
    /// Dividends in dollars per share, one per calendar row; empty if the symbol paid no dividend.
    #[serde(skip)]
    dividends: Vec<f64>,
}

/// Stored form of a [`Series`]. Returns and dividends are computed again when it is loaded.
#[derive(Deserialize)]
struct Prices {
    close: Vec<Option<f64>>,
    adj_close: Vec<Option<f64>>,
}

impl From<Prices> for Series {
    fn from(Prices { close, adj_close }: Prices) -> Self {
        Self::new(close, adj_close)
    }
}

impl Series {
    /// Creates a series from split-adjusted closes and from closes that are also adjusted for
    /// dividends, both in dollars and with one element per calendar row.
    ///
    /// If the most recent returns differ only because prices are rounded, they are all set to the
    /// same value. In every phase, the variance of a series with constant returns is then exactly
    /// zero, and no phase divides by a tiny variance that comes from rounding.
    pub fn new(close: Vec<Option<f64>>, adj_close: Vec<Option<f64>>) -> Self {
        let returns = Returns::from_prices(&adj_close).with_equal_last(steady_returns(&adj_close, &close));
        let dividends = dividends(&close, &adj_close);
        Self { close, adj_close, returns, dividends }
    }

    /// Returns the split-adjusted closes, in dollars.
    pub fn close(&self) -> &[Option<f64>] {
        &self.close
    }

    /// Returns the split- and dividend-adjusted closes, in dollars.
    pub fn adj_close(&self) -> &[Option<f64>] {
        &self.adj_close
    }

    /// Returns the daily returns of the adjusted closes.
    pub fn returns(&self) -> &Returns {
        &self.returns
    }

    /// Returns the dividends in dollars per share, one per calendar row. The slice is empty if the
    /// symbol paid no dividend, or if the source has only one price per day.
    pub fn dividends(&self) -> &[f64] {
        &self.dividends
    }

    /// Returns the most recent split-adjusted close, and before it the index of its day in the
    /// calendar.
    pub fn last_close(&self) -> Option<(usize, f64)> {
        self.close.iter().enumerate().rev().find_map(|(row, close)| close.map(|close| (row, close)))
    }
}

/// Prices that phase 1 collected, aligned with the trading dates of the benchmark.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MarketPanel {
    /// Trading dates of the benchmark in ascending order. The last one is the as-of date.
    pub calendar: Vec<NaiveDate>,
    /// Price series by symbol, for positions, underlyings, factors, and options that have prices of
    /// their own.
    pub series: BTreeMap<String, Series>,
    /// Closes before the calendar, on the entry dates of positions whose entry price is taken from
    /// the market.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entry_closes: EntryCloses,
    /// Display name of the data source; `None` in results that an older version stored.
    #[serde(default)]
    pub source: Option<String>,
    /// Factor set for which the prices were collected; `None` in results that an older version
    /// stored.
    #[serde(default)]
    pub factors: Option<Factors>,
    /// Listed symbols without prices, each with the reason.
    pub unavailable: Vec<UnavailableSymbol>,
    /// Notes on prices that were corrected or look wrong, by symbol. Each note is a clause.
    #[serde(default)]
    pub notes: BTreeMap<String, Vec<String>>,
    /// Whether the source has only one price per day, which serves as price and total return alike.
    #[serde(default)]
    pub has_one_price_column: bool,
    /// Whether the source's prices do not tell which part of a return is dividends, so that income
    /// is unknown.
    #[serde(default)]
    pub lacks_dividends: bool,
    /// `true` if another attempt may find more prices, because a request failed for a reason
    /// unrelated to its symbol, prices are out of date, or the last day is missing.
    #[serde(default)]
    pub is_provisional: bool,
}

impl MarketPanel {
    /// Creates an empty panel whose calendar consists of the most recent dates of the benchmark's
    /// history.
    pub fn from_benchmark(benchmark: &[Bar]) -> Self {
        let skipped = benchmark.len().saturating_sub(CALENDAR_ROWS);
        Self { calendar: benchmark.iter().skip(skipped).map(|bar| bar.date).collect(), ..Self::default() }
    }

    /// Adds a symbol's prices and returns the number of calendar dates for which it has a price. A
    /// symbol without a price on any of these dates is not added.
    pub fn add(&mut self, symbol: &str, bars: &[Bar]) -> usize {
        let empty = || vec![None; self.calendar.len()];
        let (mut close, mut adj_close) = (empty(), empty());
        let mut days = 0;
        // Consecutive bars nearly always fall on consecutive calendar rows, so the next row is
        // tried first.
        let mut next = 0;
        for bar in bars {
            let is_next = self.calendar.get(next) == Some(&bar.date);
            let row = if is_next { Ok(next) } else { self.calendar.binary_search(&bar.date) };
            if let Ok(row) = row {
                close[row] = Some(bar.close);
                adj_close[row] = Some(bar.adj_close);
                days += 1;
                next = row + 1;
            }
        }
        if days > 0 {
            self.series.insert(symbol.to_owned(), Series::new(close, adj_close));
        }
        days
    }

    /// Returns the notes on a symbol's prices.
    pub fn notes_on(&self, symbol: &str) -> &[String] {
        self.notes.get(symbol).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds a symbol's closes on entry dates before the calendar.
    pub fn add_entry_closes(&mut self, symbol: &str, dates: &BTreeSet<NaiveDate>, bars: &[Bar]) {
        let Some(first) = self.calendar.first() else { return };
        let closes = closes_before(*first, dates, bars);
        if !closes.is_empty() {
            self.entry_closes.insert(symbol.to_owned(), closes);
        }
    }

    /// Returns whether any held symbol that has prices lacks one on the last date.
    pub fn lacks_last_day(&self, input: &Input) -> bool {
        let symbols = input.symbols();
        let mut held = symbols.iter().filter_map(|symbol| self.series.get(symbol));
        held.any(|series| series.close.last().is_some_and(Option::is_none))
    }

    /// Returns the part of the run's summary that is known once the calendar is known: the number
    /// of positions and the number of trading days.
    pub fn planned(&self, input: &Input) -> Summary {
        Summary {
            positions_total: input.positions().len() as u64,
            trading_days: self.calendar.len().saturating_sub(self.first_snapshot_row(input)) as u64,
            ..Summary::default()
        }
    }

    /// Returns the price series of the options that have prices of their own, by symbol.
    pub fn option_quotes<'a>(&'a self, input: &'a Input) -> BTreeMap<&'a str, &'a Series> {
        input.option_symbols().into_iter().filter_map(|symbol| Some((symbol, self.series.get(symbol)?))).collect()
    }

    /// Returns the part of the run's summary that is known once every symbol has been requested,
    /// such as the number of positions without prices.
    ///
    /// `input` must have its entry prices; see [`Input::with_market_prices`].
    pub fn facts(&self, input: &Input) -> Summary {
        let quotes = self.option_quotes(input);
        let lacks_prices = |position: &Position| match &position.class {
            InvestmentClass::Private => false,
            InvestmentClass::Public => !self.series.contains_key(&position.symbol),
            InvestmentClass::Options(contract) => {
                let has_prices =
                    self.series.contains_key(&contract.underlying) || quotes.contains_key(position.symbol.as_str());
                !has_prices || self.starts_after_expiration(contract)
            }
        };
        let mut accounts = PositionAccounts::default();
        for (index, position) in input.positions().iter().enumerate() {
            let symbol = position.symbol.as_str();
            accounts.count(match &position.class {
                InvestmentClass::Options(_) if lacks_prices(position) => Account::OptionWithoutPrices(symbol),
                _ if lacks_prices(position) => Account::WithoutPrices(symbol),
                _ if !input.entry_price(index).is_known() => Account::WithoutEntryPrice(symbol),
                _ => Account::Analyzed,
            });
        }
        Summary {
            positions_analyzed: accounts.analyzed(),
            positions_total: accounts.total(),
            positions_unavailable: accounts.left_out(),
            unavailable_symbols: self.unavailable.clone(),
            unavailable_total: self.unavailable.len() as u64,
            positions_sentence: accounts.sentence(),
            ..self.planned(input)
        }
    }

    /// Returns the last `count` rows of the calendar, or all rows if it has fewer.
    pub fn last_rows(&self, count: usize) -> Range<u32> {
        let end = u32::try_from(self.calendar.len()).unwrap_or(u32::MAX);
        end.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX))..end
    }

    /// Returns the as-of date of all results, which is the last date of the calendar.
    pub fn as_of(&self) -> Option<NaiveDate> {
        self.calendar.last().copied()
    }

    /// Returns the row of the first trading date on or after `date`, or `None` if the calendar ends
    /// before it.
    pub fn row_on_or_after(&self, date: NaiveDate) -> Option<usize> {
        Some(self.calendar.partition_point(|day| *day < date)).filter(|&row| row < self.calendar.len())
    }

    /// Returns whether a contract expired before the first date of the calendar.
    pub fn starts_after_expiration(&self, contract: &OptionContract) -> bool {
        self.calendar.first().is_some_and(|first| contract.expiration < *first)
    }

    /// Returns the last trading date before `date`, or `None` if the calendar does not start before
    /// it.
    pub fn day_before(&self, date: NaiveDate) -> Option<NaiveDate> {
        let row = self.calendar.partition_point(|day| *day < date).checked_sub(1)?;
        self.calendar.get(row).copied()
    }

    /// Returns the row of the last trading date on or before `date`, or `None` if the calendar
    /// starts after it.
    pub fn row_on_or_before(&self, date: NaiveDate) -> Option<usize> {
        self.calendar.partition_point(|day| *day <= date).checked_sub(1)
    }

    /// Returns the first calendar row on or after the earliest entry date, or `None` if there are
    /// no positions or the calendar ends before that date.
    pub fn first_entry_row(&self, input: &Input) -> Option<usize> {
        self.row_on_or_after(input.first_entry()?)
    }

    /// Returns the first calendar row with a snapshot: the start of the last 254 rows, or the row
    /// of the first entry if that is later.
    pub fn first_snapshot_row(&self, input: &Input) -> usize {
        let window = self.calendar.len().saturating_sub(SNAPSHOT_ROWS);
        // If all positions were entered after the calendar ends, only its last date gets a
        // snapshot.
        let last = self.calendar.len().saturating_sub(1);
        let entered = if input.positions().is_empty() { 0 } else { self.first_entry_row(input).unwrap_or(last) };
        window.max(entered)
    }

    /// Returns a symbol's daily returns, or `None` if it has no prices.
    pub fn returns(&self, symbol: &str) -> Option<&Returns> {
        self.series.get(symbol).map(Series::returns)
    }

    /// Returns the listed symbols that have prices, each with its series, in alphabetical order.
    pub fn with_prices<'a>(&'a self, input: &'a Input) -> Vec<(&'a str, &'a Series)> {
        let known = input.symbols().iter().zip(self.series_of_symbols(input));
        known.filter_map(|(symbol, series)| Some((symbol.as_str(), series?))).collect()
    }

    /// Returns the price series of each listed symbol, in the order of [`Input::symbols`]. The
    /// element of a symbol without prices is `None`.
    pub fn series_of_symbols(&self, input: &Input) -> Vec<Option<&Series>> {
        // The input's symbols and the panel's series are both in alphabetical order, so one pass
        // finds all series.
        let mut series = self.series.iter().peekable();
        let series_of = |symbol: &String| {
            while series.next_if(|(earlier, _)| *earlier < symbol).is_some() {}
            series.next_if(|(same, _)| *same == symbol).map(|(_, series)| series)
        };
        input.symbols().iter().map(series_of).collect()
    }
}
