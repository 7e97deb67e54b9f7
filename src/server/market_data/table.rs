//! Prices by symbol that are all here: what the bundled and the file sources have read.

use std::{collections::BTreeMap, io::BufRead, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Ask, Bar, DemandRegistry, Factors, History, Limiter, MarketData, OptionQuotes, ProviderError, RegisteredDemand,
    SourceFacts, sheet::Sheet,
};

/// Which prices of which file are a symbol's.
#[derive(Debug, Default)]
pub struct PriceTable {
    columns: BTreeMap<String, Columns>,
}

/// Where the prices of one symbol stand.
#[derive(Debug)]
struct Columns {
    sheet: Arc<Sheet>,
    close: usize,
    adj_close: usize,
    dates: (NaiveDate, NaiveDate),
}

impl PriceTable {
    /// Reads a file whose first column is the date and whose other columns are closes. An empty cell is a day without a
    /// price.
    ///
    /// # Errors
    /// Every problem, by line.
    pub fn read_wide(file: impl BufRead) -> Result<Self, Vec<String>> {
        let (symbols, sheet) = Sheet::read_wide(file)?;
        let (mut table, sheet) = (Self::default(), Arc::new(sheet));
        let mut problems = Vec::new();
        for (column, symbol) in symbols.iter().enumerate().filter(|(_, symbol)| !symbol.is_empty()) {
            if !table.add(symbol, &sheet, column, column) {
                problems.push(format!("line 1 has {symbol} more than once"));
            }
        }
        if problems.is_empty() { Ok(table) } else { Err(problems) }
    }

    /// Adds a symbol by its columns, unless there is no price in them; false where there is one of that name already.
    pub(super) fn add(&mut self, symbol: &str, sheet: &Arc<Sheet>, close: usize, adj_close: usize) -> bool {
        let Some(dates) = sheet.dates(close) else { return true };
        let columns = Columns { sheet: Arc::clone(sheet), close, adj_close, dates };
        self.columns.insert(symbol.to_owned(), columns).is_none()
    }

    /// The first and the last day that any symbol has.
    fn dates(&self) -> Option<(NaiveDate, NaiveDate)> {
        let dates = self.columns.values().map(|columns| columns.dates);
        dates.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
    }

    /// The days of a symbol from `from` to `to`, both included; `None` where it has none on any day.
    fn bars(&self, symbol: &str, from: NaiveDate, to: NaiveDate) -> Option<Vec<Bar>> {
        let Columns { sheet, close, adj_close, .. } = self.columns.get(symbol)?;
        Some(sheet.bars(*close, *adj_close, from, to))
    }
}

/// A source that is all here: a table behind a limiter, which makes it slow enough to watch.
pub struct TableSource {
    table: PriceTable,
    dates: (NaiveDate, NaiveDate),
    limiter: Limiter,
    demand: DemandRegistry,
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
    pub(super) fn new(table: PriceTable, limiter: Limiter, factors: Factors, words: Words) -> Option<Self> {
        Some(Self { dates: table.dates()?, table, limiter, demand: DemandRegistry::default(), factors, words })
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
            symbols: self.table.columns.keys().filter(|symbol| !factors.contains(symbol)).cloned().collect(),
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

    fn register_demand(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        self.demand.register(user, run, requests)
    }

    fn forecast(&self, user: &str, run: u64, positions: &[usize]) -> Vec<Duration> {
        self.limiter.forecast(user, &self.demand.competing(user, run), positions)
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
        let bars = self.table.bars(ask.symbol, ask.from, ask.to);
        bars.map(History::from_bars).ok_or_else(|| ProviderError::NotFound(self.words.missing.to_owned()))
    }
}

/// How long one look-up is expected to take, in milliseconds.
const LOOK_UP_MS: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::PriceTable;
    use crate::server::market_data::{Limiter, MarketData, Window, bundled};

    #[test]
    fn a_column_without_a_name_or_a_price_is_nobodys() {
        let table = PriceTable::read_wide("Date,A,,B\n2020-01-01,1,2,\n".as_bytes()).unwrap();
        assert_eq!(table.columns.keys().collect::<Vec<_>>(), ["A"]);
    }

    #[test]
    fn a_symbol_in_two_columns_is_refused() {
        let problems = PriceTable::read_wide("Date,A,a\n2020-01-01,1,2\n".as_bytes()).unwrap_err();
        assert_eq!(problems, ["line 1 has A more than once"]);
    }

    #[tokio::test(start_paused = true)]
    async fn makes_others_wait_until_demand_is_withdrawn() {
        let source = bundled(Limiter::new(vec![Window::evenly_per_minute(60)]), None).unwrap();
        let wait = || source.forecast("me", 1, &[10])[0].as_secs();
        let demand = source.register_demand("me", 2, 4);
        assert_eq!(wait(), 13);
        demand.update(1);
        assert_eq!(wait(), 10);
        drop(demand);
        assert_eq!(wait(), 9);
    }
}
