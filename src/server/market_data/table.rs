//! A price source that keeps all prices in memory. It is used for the sample data and for the
//! operator's own price files.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{
    Bar, DemandRegistry, Factors, History, KnownHistories, Limiter, MarketData, OptionQuotes, PriceOutlook,
    PriceRequest, ProviderError, RegisteredDemand, Requester, SourceFacts, known_prices,
    outlook::{NO_RUN, time_for_requests},
    share_class::usual_spelling,
    sheet::{Contents, FileSeries, PriceFile, Sheet, SplitRatio, read_prices},
    validate,
};

/// The prices of all symbols. Maps each symbol to its columns in a price file.
#[derive(Debug, Default)]
pub struct PriceTable {
    /// The columns of each symbol, by the usual spelling of the symbol.
    columns: BTreeMap<String, Columns>,
    /// The reason why a symbol has no prices although there is a file for it.
    rejected: BTreeMap<String, String>,
}

/// The columns that hold the prices of one symbol.
#[derive(Debug)]
struct Columns {
    sheet: Arc<Sheet>,
    series: FileSeries,
    /// First and last day on which the symbol has a price.
    dates: (NaiveDate, NaiveDate),
}

impl PriceTable {
    /// Reads a price file with one column per symbol, which may have any dates. It serves for the
    /// sample data.
    ///
    /// # Errors
    /// Returns all problems, each with its line number.
    pub(super) fn read_wide(bytes: &[u8]) -> Result<Self, Vec<String>> {
        let mut table = Self::default();
        let problems = table.add_file(read_prices(bytes, Contents::AnySymbols(""), NaiveDate::MAX)?);
        if problems.is_empty() { Ok(table) } else { Err(problems) }
    }

    /// Adds all symbols of a file, and returns the problems. Ignores symbols without prices.
    pub(super) fn add_file(&mut self, file: PriceFile) -> Vec<String> {
        let sheet = Arc::new(file.sheet);
        let mut problems = Vec::new();
        for series in file.series {
            let name = series.symbol.clone();
            if !self.add(&sheet, series) {
                problems.push(format!("line 1 has {name} more than once"));
            }
        }
        problems
    }

    /// Adds a symbol with the columns that hold its prices. Ignores a symbol without prices.
    /// Returns `false`, and keeps what the table has, if the table already has the symbol.
    fn add(&mut self, sheet: &Arc<Sheet>, series: FileSeries) -> bool {
        let Some(dates) = sheet.dates(series.close) else { return true };
        match self.columns.entry(usual_spelling(&series.symbol)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(Columns { sheet: Arc::clone(sheet), series, dates });
                true
            }
        }
    }

    /// Returns whether the table has prices of a symbol, or has rejected them.
    pub(super) fn has_file(&self, symbol: &str) -> bool {
        let key = usual_spelling(symbol);
        self.columns.contains_key(&key) || self.rejected.contains_key(&key)
    }

    /// Removes the prices of a symbol, and records the reason why it has none.
    pub(super) fn reject(&mut self, symbol: &str, reason: String) {
        self.columns.remove(&usual_spelling(symbol));
        self.rejected.entry(usual_spelling(symbol)).or_insert(reason);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Returns the first and the last day on which any symbol has a price.
    fn dates(&self) -> Option<(NaiveDate, NaiveDate)> {
        let dates = self.columns.values().map(|columns| columns.dates);
        dates.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)))
    }

    fn columns(&self, symbol: &str) -> Option<&Columns> {
        self.columns.get(&usual_spelling(symbol))
    }

    /// Returns whether every symbol has one column, which serves as price and total return alike.
    fn has_one_price_column(&self) -> bool {
        self.columns.values().all(Columns::has_one_price_column)
    }

    /// Returns what is wrong with the days of the benchmark, which are the trading days of all
    /// results. Each problem is a sentence for users.
    fn benchmark_problems(&self, benchmark: &str) -> Vec<String> {
        let Some(columns) = self.columns(benchmark) else {
            let why = self.rejected.get(&usual_spelling(benchmark)).map(|why| format!(": {why}")).unwrap_or_default();
            return vec![format!(
                "The price files have no benchmark ({benchmark}){why}. Every setup needs its prices."
            )];
        };
        let own = columns.sheet.days(columns.series.close);
        let (first, last) = columns.dates;
        let others = || self.columns.values().filter(|other| !std::ptr::eq(*other, columns));
        let missing = missing_days(others(), &own, (first, last));
        let mut problems = Vec::new();
        if let Some(day) = missing.first() {
            let (days, them) = if missing.len() == 1 { ("day", "it") } else { ("days", "them") };
            problems.push(format!(
                "The benchmark {benchmark} lacks {} trading {days} that other symbols have, such as {day}; results lack {them}, too.",
                missing.len()
            ));
        }
        if let Some((missing, weekdays)) = validate::missing_weekdays(own.iter().copied()) {
            problems.push(format!(
                "The benchmark {benchmark} has no price on {missing} of {weekdays} weekdays; results lack these days."
            ));
        }
        let later = others().map(|other| other.dates.1).max().filter(|other| *other > last);
        if let Some(later) = later {
            problems.push(format!(
                "The benchmark {benchmark} ends on {last} and other prices on {later}; results end with the benchmark."
            ));
        }
        problems
    }
}

impl Columns {
    fn has_one_price_column(&self) -> bool {
        self.series.close == self.series.adj_close
    }

    fn bars(&self, from: NaiveDate, to: NaiveDate) -> Vec<Bar> {
        self.sheet.bars(self.series.close, self.series.adj_close, from, to)
    }

    /// Returns notes on what was corrected in the prices from `from` to `to`.
    fn notes(&self, from: NaiveDate, to: NaiveDate) -> Vec<String> {
        let series = &self.series;
        let mut notes = Vec::new();
        for (day, SplitRatio { new, old }) in series.splits.iter().filter(|(day, _)| *day > from) {
            notes.push(format!(
                "Close was not adjusted for the {new}-for-{old} split of {day}; earlier closes are divided by it"
            ));
        }
        for day in series.unexplained.iter().filter(|day| (from..=to).contains(day)) {
            notes.push(format!("Close and Adj Close differ in their change on {day}; kept as they are"));
        }
        let left_out = series.without_adjusted.iter().filter(|day| (from..=to).contains(day)).count();
        if left_out > 0 {
            let days = if left_out == 1 { "day has" } else { "days have" };
            notes.push(format!("{left_out} {days} a Close without an Adj Close; left out"));
        }
        notes
    }
}

/// Returns the weekdays between the first and last day of `own` on which more than half of `others`
/// have a price, although `own` lacks them.
fn missing_days<'a>(
    others: impl Iterator<Item = &'a Columns> + Clone,
    own: &[NaiveDate],
    (first, last): (NaiveDate, NaiveDate),
) -> Vec<NaiveDate> {
    // All columns of one file have the same days, so these are compared once per file.
    let mut rows_by_sheet: Vec<(&Sheet, Vec<usize>)> = Vec::new();
    let mut counts: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for other in others.clone() {
        let sheet: &Sheet = &other.sheet;
        if rows_by_sheet.last().is_none_or(|(known, _)| !std::ptr::eq(*known, sheet)) {
            rows_by_sheet.push((sheet, sheet.rows_without(own)));
        }
        let rows = rows_by_sheet.last().into_iter().flat_map(|(_, rows)| rows);
        for day in rows.filter_map(|row| sheet.day_with_price(*row, other.series.close)) {
            *counts.entry(day).or_default() += 1;
        }
    }
    let is_missing = |(day, count): &(NaiveDate, usize)| {
        let covering = others.clone().filter(|other| (other.dates.0..=other.dates.1).contains(day)).count();
        (first..=last).contains(day) && day.weekday().num_days_from_monday() < 5 && *count > covering / 2
    };
    counts.into_iter().filter(is_missing).map(|(day, _)| day).collect()
}

/// A price source that keeps all prices in memory. Its limiter can slow down a run enough for users
/// to watch it.
pub struct TableSource {
    table: PriceTable,
    /// Sentences about the price files that users should know.
    problems: Vec<String>,
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
    /// A number that changes with the contents of the operator's own files. `None` if the prices
    /// ship with the program: they do not change and are not checked.
    pub own_revision: Option<u64>,
}

impl TableSource {
    /// Creates a price source from a table. Returns `None` if the table has no prices.
    pub(super) fn new(table: PriceTable, limiter: Limiter, factors: Factors, description: Description) -> Option<Self> {
        let dates = table.dates()?;
        let problems =
            if description.own_revision.is_some() { table.benchmark_problems(&factors.market) } else { Vec::new() };
        Some(Self { problems, dates, table, limiter, demand: DemandRegistry::default(), factors, description })
    }

    /// Logs what is wrong with the prices, for the operator.
    pub(super) fn log_problems(&self) {
        for problem in &self.problems {
            tracing::warn!("MARKET_DATA: {problem}");
        }
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
            revision: self.description.own_revision,
            problems: self.problems.clone(),
            has_one_price_column: self.description.own_revision.is_some() && self.table.has_one_price_column(),
            has_dividends: !self.table.has_one_price_column(),
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
            let bars = self.table.columns(symbol)?.bars(NaiveDate::MIN, NaiveDate::MAX);
            Some((symbol.to_owned(), bars.iter().map(|bar| (bar.date, bar.close)).collect()))
        };
        let wanted = known_prices::bounded(&self.factors.market, symbols);
        KnownHistories::new(wanted.into_iter().filter_map(closes).collect(), &self.factors.market)
    }

    async fn price_outlook(&self, user: &str, symbols: &[String]) -> PriceOutlook {
        let is_unavailable = |symbol: &&String| self.table.columns(symbol).is_none();
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

    fn next_due(&self, requester: Requester<'_>) -> Duration {
        self.limiter.next_due(requester)
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn response_ms(&self) -> f64 {
        LOOKUP_MS
    }

    async fn daily_history(&self, request: &PriceRequest<'_>) -> Result<History, ProviderError> {
        let _permit = self.limiter.acquire(request.requester).await;
        let Some(columns) = self.table.columns(request.symbol) else {
            let rejected = self.table.rejected.get(&usual_spelling(request.symbol));
            let reason = rejected.map_or(self.description.missing, String::as_str);
            return Err(ProviderError::NotFound(reason.to_owned()));
        };
        let bars = columns.bars(request.from, request.to);
        let mut notes = Vec::new();
        if self.description.own_revision.is_some() {
            notes = columns.notes(request.from, request.to);
            notes.extend(validate::anomalies(&bars, self.dates.1.min(request.to)));
        }
        let known_as = (columns.series.symbol != request.symbol).then(|| columns.series.symbol.clone());
        let has_one_price_column = self.description.own_revision.is_some() && columns.has_one_price_column();
        Ok(History { bars, notes, known_as, has_one_price_column, ..History::default() })
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
        let table = PriceTable::read_wide(b"Date,A,,B\n2020-01-01,1,2,\n").unwrap();
        assert_eq!(table.columns.keys().collect::<Vec<_>>(), ["A"]);
    }

    #[test]
    fn rejects_symbol_in_two_columns() {
        let problems = PriceTable::read_wide(b"Date,A,a\n2020-01-01,1,2\n").unwrap_err();
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
