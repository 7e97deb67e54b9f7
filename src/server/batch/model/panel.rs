//! Prices on the benchmark's calendar: what the first phase collects and all others read.

use std::{collections::BTreeMap, ops::Range};

use analytics::{returns::Returns, rounding::steady_returns};
use chrono::NaiveDate;
use positions::{InvestmentClass, OptionContract, Position};
use serde::{Deserialize, Serialize};
use status::{Summary, UnavailableSymbol};

use super::input::Input;
use crate::server::market_data::{Bar, Factors};

/// Closes kept up to the as-of date: 272 returns, enough for 252 rolling windows of 21.
pub const CALENDAR_ROWS: usize = 273;
/// Snapshots reach back this many trading days.
pub const SNAPSHOT_ROWS: usize = 254;

/// Prices of one symbol, one element a calendar row, `None` where it has no price that day; and the returns they make.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Prices")]
pub struct Series {
    close: Vec<Option<f64>>,
    adj_close: Vec<Option<f64>>,
    /// Invariant: those of `adj_close`, without differences that are rounding.
    #[serde(skip)]
    returns: Returns,
}

/// A series as it is stored.
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
    /// Split-adjusted closes, and closes adjusted for dividends too, both in dollars and one element a calendar row.
    ///
    /// The last returns, where they differ by the rounding of prices alone, are made equal: a
    /// series that does not vary then has no variance to divide by, in any phase.
    pub fn new(close: Vec<Option<f64>>, adj_close: Vec<Option<f64>>) -> Self {
        let returns = Returns::from_prices(&adj_close).with_equal_last(steady_returns(&adj_close, &close));
        Self { close, adj_close, returns }
    }

    /// Split-adjusted closes, in dollars.
    pub fn close(&self) -> &[Option<f64>] {
        &self.close
    }

    /// Split- and dividend-adjusted closes, in dollars.
    pub fn adj_close(&self) -> &[Option<f64>] {
        &self.adj_close
    }

    /// Daily returns of the adjusted closes.
    pub fn returns(&self) -> &Returns {
        &self.returns
    }

    /// Row and value of the last close.
    pub fn last_close(&self) -> Option<(usize, f64)> {
        self.close.iter().enumerate().rev().find_map(|(row, close)| close.map(|close| (row, close)))
    }
}

/// What the first phase collected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MarketPanel {
    /// Trading dates of the benchmark, ascending. The last one is the as-of date.
    pub calendar: Vec<NaiveDate>,
    /// Prices by symbol: positions, underlyings, factors, and options that have their own.
    pub series: BTreeMap<String, Series>,
    /// Where they are from, for people; `None` in results from before it was recorded.
    #[serde(default)]
    pub source: Option<String>,
    /// The factor set that the prices were collected for; `None` in results from before it was
    /// recorded.
    #[serde(default)]
    pub factors: Option<Factors>,
    /// Listed symbols without prices, and why.
    pub unavailable: Vec<UnavailableSymbol>,
    /// Whether asking again may well bring more: something failed that had nothing to do with the symbol.
    #[serde(default)]
    pub is_provisional: bool,
}

impl MarketPanel {
    /// A panel whose calendar is the last dates of the benchmark's history.
    pub fn on_calendar_of(benchmark: &[Bar]) -> Self {
        let skipped = benchmark.len().saturating_sub(CALENDAR_ROWS);
        Self { calendar: benchmark.iter().skip(skipped).map(|bar| bar.date).collect(), ..Self::default() }
    }

    /// Puts a symbol's days on the calendar, and gives how many of them are on it. With none, it is not taken.
    pub fn add(&mut self, symbol: &str, bars: &[Bar]) -> usize {
        let empty = || vec![None; self.calendar.len()];
        let (mut close, mut adj_close) = (empty(), empty());
        let mut days = 0;
        // Nearly always the row after that of the bar before.
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

    /// Whether a held symbol has no price on the last date.
    pub fn lacks_its_last_day(&self, input: &Input) -> bool {
        let symbols = input.symbols();
        let mut held = symbols.iter().filter_map(|symbol| self.series.get(symbol));
        held.any(|series| series.close.last().is_some_and(Option::is_none))
    }

    /// What is known once the calendar is: nothing yet of any symbol.
    pub fn planned(&self, input: &Input) -> Summary {
        Summary {
            positions_total: input.positions().len() as u64,
            trading_days: self.calendar.len().saturating_sub(self.first_snapshot_row(input)) as u64,
            ..Summary::default()
        }
    }

    /// The options' own prices, by symbol.
    pub fn option_quotes<'a>(&'a self, input: &'a Input) -> BTreeMap<&'a str, &'a Series> {
        input.option_symbols().into_iter().filter_map(|symbol| Some((symbol, self.series.get(symbol)?))).collect()
    }

    /// What is known once every symbol was asked for.
    pub fn facts(&self, input: &Input) -> Summary {
        let quotes = self.option_quotes(input);
        let unavailable = |position: &&Position| match &position.class {
            InvestmentClass::Private => false,
            InvestmentClass::Public => !self.series.contains_key(&position.symbol),
            InvestmentClass::Options(contract) => {
                let has_prices =
                    self.series.contains_key(&contract.underlying) || quotes.contains_key(position.symbol.as_str());
                !has_prices || self.starts_after_expiration(contract)
            }
        };
        let missing = input.positions().iter().filter(unavailable).count() as u64;
        let total = input.positions().len() as u64;
        Summary {
            positions_analyzed: total - missing,
            positions_total: total,
            positions_unavailable: missing,
            unavailable_symbols: self.unavailable.clone(),
            ..self.planned(input)
        }
    }

    /// The last `count` rows of the calendar; all where it has fewer.
    pub fn last_rows(&self, count: usize) -> Range<u32> {
        let end = u32::try_from(self.calendar.len()).unwrap_or(u32::MAX);
        end.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX))..end
    }

    /// The date that every result is as of.
    pub fn as_of(&self) -> Option<NaiveDate> {
        self.calendar.last().copied()
    }

    /// The row of the first trading date on or after `date`; `None` beyond the calendar.
    pub fn row_on_or_after(&self, date: NaiveDate) -> Option<usize> {
        Some(self.calendar.partition_point(|day| *day < date)).filter(|&row| row < self.calendar.len())
    }

    /// Returns whether a contract expired before the first date with prices.
    pub fn starts_after_expiration(&self, contract: &OptionContract) -> bool {
        self.calendar.first().is_some_and(|first| contract.expiration < *first)
    }

    /// The row of the last trading date on or before `date`; `None` before the calendar.
    pub fn row_on_or_before(&self, date: NaiveDate) -> Option<usize> {
        self.calendar.partition_point(|day| *day <= date).checked_sub(1)
    }

    /// The row on which the first position enters; `None` where that is beyond the calendar.
    pub fn first_entry_row(&self, input: &Input) -> Option<usize> {
        self.row_on_or_after(input.first_entry()?)
    }

    /// The first row with a snapshot: 254 dates back, or where the first position enters, if later.
    pub fn first_snapshot_row(&self, input: &Input) -> usize {
        let window = self.calendar.len().saturating_sub(SNAPSHOT_ROWS);
        // Entered after the last date: that date alone, to have something to show.
        let last = self.calendar.len().saturating_sub(1);
        let entered = if input.positions().is_empty() { 0 } else { self.first_entry_row(input).unwrap_or(last) };
        window.max(entered)
    }

    /// Daily returns of a symbol, if it has prices.
    pub fn returns(&self, symbol: &str) -> Option<&Returns> {
        self.series.get(symbol).map(Series::returns)
    }

    /// The input's symbols with prices, in alphabetical order.
    pub fn with_prices<'a>(&'a self, input: &'a Input) -> Vec<(&'a str, &'a Series)> {
        let known = input.symbols().iter().zip(self.of_symbols(input));
        known.filter_map(|(symbol, series)| Some((symbol.as_str(), series?))).collect()
    }

    /// The series of each of the input's symbols, in their order; `None` where it has no prices.
    pub fn of_symbols(&self, input: &Input) -> Vec<Option<&Series>> {
        // Both in alphabetical order, so one walk finds all of them.
        let mut series = self.series.iter().peekable();
        let of = |symbol: &String| {
            while series.next_if(|(earlier, _)| *earlier < symbol).is_some() {}
            series.next_if(|(same, _)| *same == symbol).map(|(_, series)| series)
        };
        input.symbols().iter().map(of).collect()
    }
}
