//! A price source that keeps all prices in memory. It is used for the sample data and for the
//! operator's own price files.

use std::{collections::BTreeMap, io::BufRead, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Bar, DemandRegistry, Factors, History, KnownHistories, Limiter, MarketData, OptionQuotes, PriceOutlook,
    PriceRequest, ProviderError, RegisteredDemand, SourceFacts, known_prices,
    outlook::{NO_RUN, time_for_requests},
    sheet::Sheet,
};

/// The prices of all symbols. Maps each symbol to its columns in a price file.
#[derive(Debug, Default)]
pub struct PriceTable {
    columns: BTreeMap<String, Columns>,
}

/// The columns that hold the prices of one symbol.
#[derive(Debug)]
struct Columns {
    sheet: Arc<Sheet>,
    /// Column index of the closes.
    close: usize,
    /// Column index of the adjusted closes.
    adj_close: usize,
    /// First and last day on which the symbol has a price.
    dates: (NaiveDate, NaiveDate),
}

impl PriceTable {
    /// Reads a price file whose first column is the date and whose other columns are closes, one
    /// per symbol. An empty cell means a missing price.
    ///
    /// # Errors
    /// Returns all problems, each with its line number.
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

    /// Adds a symbol with the columns that hold its prices. Ignores a symbol without prices.
    /// Returns `false` if the table already has the symbol.
    pub(super) fn add(&mut self, symbol: &str, sheet: &Arc<Sheet>, close: usize, adj_close: usize) -> bool {
        let Some(dates) = sheet.dates(close) else { return true };
        let columns = Columns { sheet: Arc::clone(sheet), close, adj_close, dates };
        self.columns.insert(symbol.to_owned(), columns).is_none()
    }

    /// Returns the first and the last day on which any symbol has a price.
    fn dates(&self) -> Option<(NaiveDate, NaiveDate)> {
        let dates = self.columns.values().map(|columns| columns.dates);
        dates.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
    }

    /// Returns the prices of a symbol from `from` to `to`, both inclusive, or `None` if the symbol
    /// is not in the table.
    fn bars(&self, symbol: &str, from: NaiveDate, to: NaiveDate) -> Option<Vec<Bar>> {
        let Columns { sheet, close, adj_close, .. } = self.columns.get(symbol)?;
        Some(sheet.bars(*close, *adj_close, from, to))
    }
}

/// A price source that keeps all prices in memory. Its limiter can slow down a run enough for users
/// to watch it.
pub struct TableSource {
    table: PriceTable,
    dates: (NaiveDate, NaiveDate),
    limiter: Limiter,
    demand: DemandRegistry,
    factors: Factors,
    description: Description,
}

/// The properties that distinguish one in-memory price source from another: its names, its messages
/// to users, and whether it can have option quotes.
pub(super) struct Description {
    /// Stable name of the source, as in the setting `MARKET_DATA`.
    pub id: &'static str,
    /// Display name of the source.
    pub name: &'static str,
    /// Notice to display on every page that shows prices from this source.
    pub notice: Option<&'static str>,
    /// Reason that users see if the source has no prices for a symbol.
    pub missing: &'static str,
    /// Whether the table can contain option quotes.
    pub option_quotes: OptionQuotes,
}

impl TableSource {
    /// Creates a price source from a table. Returns `None` if the table has no prices.
    pub(super) fn new(table: PriceTable, limiter: Limiter, factors: Factors, description: Description) -> Option<Self> {
        Some(Self { dates: table.dates()?, table, limiter, demand: DemandRegistry::default(), factors, description })
    }
}

#[async_trait]
impl MarketData for TableSource {
    fn facts(&self) -> SourceFacts {
        let factors = self.factors.symbols();
        SourceFacts {
            id: self.description.id.to_owned(),
            name: self.description.name.to_owned(),
            dates: Some(self.dates),
            symbols: self.table.columns.keys().filter(|symbol| !factors.contains(symbol)).cloned().collect(),
            notice: self.description.notice.map(str::to_owned),
        }
    }

    fn factors(&self) -> Factors {
        self.factors.clone()
    }

    fn last_date(&self, _now: DateTime<Utc>) -> NaiveDate {
        self.dates.1
    }

    async fn known_prices(&self, symbols: &[String]) -> KnownHistories {
        let closes = |symbol: &str| {
            let bars = self.table.bars(symbol, NaiveDate::MIN, NaiveDate::MAX)?;
            Some((symbol.to_owned(), bars.iter().map(|bar| (bar.date, bar.close)).collect()))
        };
        let wanted = known_prices::bounded(&self.factors.market, symbols);
        KnownHistories::new(wanted.into_iter().filter_map(closes).collect(), &self.factors.market)
    }

    async fn price_outlook(&self, user: &str, symbols: &[String]) -> PriceOutlook {
        let is_unavailable = |symbol: &&String| !self.table.columns.contains_key(*symbol);
        let unavailable: Vec<String> = symbols.iter().filter(is_unavailable).cloned().collect();
        let known = symbols.len() - unavailable.len();
        // A limiter slows down lookups, too, so they count for the time.
        PriceOutlook { known, to_ask: 0, unavailable, wait: time_for_requests(self, user, NO_RUN, symbols.len()) }
    }

    fn option_quotes(&self) -> OptionQuotes {
        self.description.option_quotes
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

    fn response_ms(&self) -> f64 {
        LOOKUP_MS
    }

    async fn daily_history(&self, request: &PriceRequest<'_>) -> Result<History, ProviderError> {
        let _permit = self.limiter.acquire(request.user).await;
        let bars = self.table.bars(request.symbol, request.from, request.to);
        bars.map(History::from_bars).ok_or_else(|| ProviderError::NotFound(self.description.missing.to_owned()))
    }
}

/// Expected duration of one price lookup, in milliseconds.
const LOOKUP_MS: f64 = 0.05;

#[cfg(test)]
mod tests {
    use positions::KnownPrices;

    use super::PriceTable;
    use crate::server::market_data::{Limiter, MarketData, Window, bundled};

    #[test]
    fn ignores_columns_without_name_or_price() {
        let table = PriceTable::read_wide("Date,A,,B\n2020-01-01,1,2,\n".as_bytes()).unwrap();
        assert_eq!(table.columns.keys().collect::<Vec<_>>(), ["A"]);
    }

    #[test]
    fn rejects_symbol_in_two_columns() {
        let problems = PriceTable::read_wide("Date,A,a\n2020-01-01,1,2\n".as_bytes()).unwrap_err();
        assert_eq!(problems, ["line 1 has A more than once"]);
    }

    #[tokio::test]
    async fn returns_known_closes_and_trading_days() {
        let source = bundled(Limiter::unlimited(), None).unwrap();
        let known = source.known_prices(&["AAPL".to_owned(), "NONE".to_owned()]).await;
        let first = known.closes("AAPL").unwrap()[0];
        assert_eq!((first.0.to_string(), first.1), ("2019-12-31".to_owned(), 71.712));
        assert_eq!((known.closes("NONE"), known.trading_days()[0]), (None, first.0));
        let outlook = source.price_outlook("me", &["AAPL".to_owned(), "NONE".to_owned()]).await;
        assert_eq!((outlook.known, outlook.to_ask, outlook.unavailable), (1, 0, vec!["NONE".to_owned()]));
    }

    #[tokio::test(start_paused = true)]
    async fn forecasts_longer_wait_while_demand_is_registered() {
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
