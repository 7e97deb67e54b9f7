//! Prices in a table of dates by symbols: what the bundled and the file sources read.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{Ask, Bar, Factors, History, Limiter, MarketData, OptionQuotes, ProviderError, SourceFacts};

/// Price histories by symbol.
#[derive(Debug, Default)]
pub struct Table {
    histories: BTreeMap<String, Vec<Bar>>,
}

impl Table {
    /// Reads a table whose first column is the date and whose other columns are closes. An empty cell is a day without
    /// a price.
    ///
    /// # Errors
    /// Every problem, by line.
    pub fn read_wide(text: &str) -> Result<Self, Vec<String>> {
        let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
        let header = lines.next().unwrap_or_default().trim_start_matches('\u{feff}');
        let symbols: Vec<String> = header.split(',').skip(1).map(|name| name.trim().to_ascii_uppercase()).collect();
        if symbols.is_empty() {
            return Err(vec!["line 1 has no symbols after the date column".to_owned()]);
        }
        // Rows are about as long as the header.
        let rows = text.len() / header.len().max(1) + 1;
        let mut columns: Vec<Vec<Bar>> = symbols.iter().map(|_| Vec::with_capacity(rows)).collect();
        let mut problems = Vec::new();
        for (number, line) in (2..).zip(lines).filter(|(_, line)| !line.trim().is_empty()) {
            let mut cells = cells(line);
            let Some(date) = cells.next().and_then(|cell| cell.trim().parse().ok()) else {
                problems.push(format!("line {number} does not begin with a date such as 2024-03-15"));
                continue;
            };
            for ((symbol, column), cell) in symbols.iter().zip(&mut columns).zip(cells) {
                match price(cell).or_else(|| price(cell.trim())) {
                    Some(close) => column.push(Bar { date, close, adj_close: close }),
                    None if cell.trim().is_empty() => {}
                    None => {
                        problems.push(format!("line {number}, {symbol}: “{}” is not a price above zero", cell.trim()));
                    }
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut table = Self::default();
        for (symbol, column) in symbols.iter().zip(columns) {
            table.add(symbol, column);
        }
        Ok(table.finished())
    }

    /// Adds days of one symbol.
    pub(super) fn add(&mut self, symbol: &str, bars: Vec<Bar>) {
        match self.histories.get_mut(symbol) {
            Some(history) => history.extend(bars),
            None if bars.is_empty() => {}
            None => drop(self.histories.insert(symbol.to_owned(), bars)),
        }
    }

    /// Puts every history in order.
    pub(super) fn finished(mut self) -> Self {
        for history in self.histories.values_mut() {
            history.sort_by_key(|bar| bar.date);
        }
        self
    }

    /// The first and the last day that any symbol has, once every history is in order.
    fn dates(&self) -> Option<(NaiveDate, NaiveDate)> {
        let ends = self.histories.values().filter_map(|bars| Some((bars.first()?.date, bars.last()?.date)));
        ends.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
    }
}

/// The cells of a line. They are short, and `str::split` is made for long ones.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some(at) = text.bytes().position(|byte| byte == b',') else { return Some(text) };
        rest = Some(&text[at + 1..]);
        Some(&text[..at])
    })
}

/// A source that is all here: a table behind a limiter, which makes it slow enough to watch.
pub struct TableSource {
    table: Table,
    dates: (NaiveDate, NaiveDate),
    limiter: Limiter,
    factors: Factors,
    words: Words,
}

/// What a table is called, and what may be in it.
pub(super) struct Words {
    /// As in `MARKET_DATA`.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// What every page that shows its prices has to say of them.
    pub notice: Option<&'static str>,
    /// Why a symbol is not there.
    pub missing: &'static str,
    /// Whether options may be among its symbols.
    pub option_quotes: OptionQuotes,
}

impl TableSource {
    /// A source of these prices; `None` without any price.
    pub(super) fn new(table: Table, limiter: Limiter, factors: Factors, words: Words) -> Option<Self> {
        Some(Self { dates: table.dates()?, table, limiter, factors, words })
    }
}

#[async_trait]
impl MarketData for TableSource {
    fn facts(&self) -> SourceFacts {
        let factors = self.factors.symbols();
        SourceFacts {
            id: self.words.id.to_owned(),
            name: self.words.name.to_owned(),
            dates: Some(self.dates),
            symbols: self.table.histories.keys().filter(|symbol| !factors.contains(symbol)).cloned().collect(),
            notice: self.words.notice.map(str::to_owned),
        }
    }

    fn factors(&self) -> Factors {
        self.factors.clone()
    }

    fn last_date(&self, _now: DateTime<Utc>) -> NaiveDate {
        self.dates.1
    }

    fn option_quotes(&self) -> OptionQuotes {
        self.words.option_quotes
    }

    fn due(&self, user: &str, run: u64, requests: usize) -> Duration {
        self.limiter.due(user, run, requests)
    }

    fn next_due(&self, user: &str) -> Duration {
        self.limiter.next_due(user)
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn answer_ms(&self) -> f64 {
        LOOK_UP_MS
    }

    async fn daily_history(&self, ask: &Ask<'_>) -> Result<History, ProviderError> {
        let _permit = self.limiter.acquire(ask.user).await;
        let history = self.table.histories.get(ask.symbol);
        let history = history.ok_or_else(|| ProviderError::NotFound(self.words.missing.to_owned()))?;
        let from = history.partition_point(|bar| bar.date < ask.from);
        let days = history[from..].partition_point(|bar| bar.date <= ask.to);
        Ok(History::of(history[from..from + days].to_vec()))
    }
}

/// How long one look-up is expected to take, in milliseconds.
const LOOK_UP_MS: f64 = 0.05;

/// A price in dollars, above zero.
pub(super) fn price(cell: &str) -> Option<f64> {
    plain_decimal(cell).or_else(|| cell.parse().ok()).filter(|price| price.is_finite() && *price > 0.0)
}

/// The powers of ten that are exact in `f64`, as far as a plain decimal needs them.
const POWERS_OF_TEN: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A number of up to 15 digits with at most one point, as nearly all cells of a price file are; `None` for all others.
///
/// Its digits and the power of ten are exact in `f64`, so their quotient is rounded once and is the nearest number there
/// is (Clinger 1990), which the standard library gives too, but takes thrice as long for.
fn plain_decimal(cell: &str) -> Option<f64> {
    let (mut digits, mut count, mut decimals) = (0_u64, 0, None);
    for byte in cell.bytes() {
        match byte {
            b'0'..=b'9' if count < 15 => {
                digits = digits * 10 + u64::from(byte - b'0');
                count += 1;
                decimals = decimals.map(|decimals| decimals + 1);
            }
            b'.' if decimals.is_none() => decimals = Some(0),
            _ => return None,
        }
    }
    (count > 0).then(|| digits as f64 / POWERS_OF_TEN[decimals.unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::Table;
    use proptest::prelude::*;

    #[test]
    fn an_empty_cell_is_a_day_without_a_price() {
        let table = Table::read_wide("Date,A,B\n2020-01-01,,2\n2020-01-02,3,4\n").unwrap();
        assert_eq!((table.histories["A"].len(), table.histories["B"].len()), (1, 2));
    }

    #[test]
    fn dates_in_any_order_end_up_in_order() {
        let table = Table::read_wide("Date,A\n2020-01-02,3\n2020-01-01,2\n").unwrap();
        assert_eq!(table.histories["A"].iter().map(|bar| bar.close).collect::<Vec<_>>(), [2.0, 3.0]);
    }

    #[test]
    fn a_cell_without_digits_is_no_plain_decimal() {
        assert_eq!(["", ".", "1.2.3", "-1", "1e3", "1234567890123456"].map(super::plain_decimal), [None; 6]);
    }

    proptest! {
        #[test]
        fn a_plain_decimal_is_what_the_standard_library_reads(cell in "[0-9]{0,9}[.]?[0-9]{0,9}") {
            let plain = super::plain_decimal(&cell);
            prop_assert!(plain.is_none() || plain == cell.parse().ok(), "{} {:?}", cell, plain);
        }
    }

    #[test]
    fn every_problem_is_told_by_its_line() {
        let problems = Table::read_wide("Date,A\nsoon,3\n2020-01-01,-1\n2020-01-02,x\n").unwrap_err();
        assert_eq!(
            problems,
            [
                "line 2 does not begin with a date such as 2024-03-15",
                "line 3, A: “-1” is not a price above zero",
                "line 4, A: “x” is not a price above zero"
            ]
        );
    }
}
