//! Phase 1, Market Data Collection: each symbol once, on the benchmark's calendar.
//!
//! Fails only without prices for the benchmark, or for every listed symbol. One missing symbol is a warning,
//! named once, with the reason that the source gave.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Input, PhaseResult};
use crate::{
    server::{
        analytics::returns,
        batch::{Reporter, Stop},
        market_data::{Bar, MarketData, ProviderError},
        portfolio::InvestmentClass,
    },
    status::{Summary, UnavailableSymbol},
};

/// Closes kept up to the as-of date: 272 returns, enough for 252 rolling windows of 21.
const CALENDAR_ROWS: usize = 273;
/// Calendar days asked for, so that at least [`CALENDAR_ROWS`] trading days are among them.
const DAYS_ASKED: u64 = 420;
/// Snapshots reach back this many trading days.
pub const SNAPSHOT_ROWS: usize = 254;

/// Prices of one symbol, one element a calendar row; `None` where it has no price that day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Split-adjusted closes, in dollars.
    pub close: Vec<Option<f64>>,
    /// Split- and dividend-adjusted closes, in dollars.
    pub adj_close: Vec<Option<f64>>,
}

impl Series {
    /// Row and value of the last close.
    pub fn last_close(&self) -> Option<(usize, f64)> {
        self.close.iter().enumerate().rev().find_map(|(row, close)| close.map(|close| (row, close)))
    }

    /// Daily returns of the adjusted closes, one element a calendar row.
    pub fn returns(&self) -> Vec<Option<f64>> {
        returns::simple_returns(&self.adj_close)
    }
}

/// What the first phase collected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MarketPanel {
    /// Trading dates of the benchmark, ascending. The last one is the as-of date.
    pub calendar: Vec<NaiveDate>,
    /// Prices by symbol: positions, underlyings and factors.
    pub series: BTreeMap<String, Series>,
    /// Listed symbols without prices, and why.
    pub unavailable: Vec<UnavailableSymbol>,
}

impl MarketPanel {
    /// The date that every result is as of.
    pub fn as_of(&self) -> Option<NaiveDate> {
        self.calendar.last().copied()
    }

    /// The row of the first trading date on or after `date`; `None` beyond the calendar.
    pub fn row_on_or_after(&self, date: NaiveDate) -> Option<usize> {
        Some(self.calendar.partition_point(|day| *day < date)).filter(|&row| row < self.calendar.len())
    }

    /// The first row with a snapshot: 254 dates back, or where the first position enters, if later.
    pub fn first_snapshot_row(&self, input: &Input) -> usize {
        let earliest = input.positions.iter().map(|position| position.entry_date).min();
        let window = self.calendar.len().saturating_sub(SNAPSHOT_ROWS);
        let entered = earliest.and_then(|date| self.row_on_or_after(date)).unwrap_or(0);
        window.max(entered)
    }

    /// Daily returns of a symbol, if it has prices.
    pub fn returns(&self, symbol: &str) -> Option<Vec<Option<f64>>> {
        self.series.get(symbol).map(Series::returns)
    }
}

/// Collects the prices of every symbol that the run needs.
///
/// # Errors
/// [`Stop::Failed`] when the benchmark or every listed symbol has no price.
pub async fn collect(input: &Input, source: &dyn MarketData, reporter: &Reporter) -> PhaseResult<MarketPanel> {
    let symbols = input.symbols();
    let supporting = input.supporting_symbols();
    reporter.start(symbols.len());
    reporter.activity("Fetching historical prices...");
    let to = source.last_date(chrono::Utc::now().date_naive());
    let from = to.checked_sub_days(Days::new(DAYS_ASKED)).unwrap_or(to);
    let mut collection = Collection { source, reporter, from, to, panel: MarketPanel::default() };

    // The benchmark first: its dates are the calendar, and without it nothing else is worth asking for.
    let market = &input.factors.market;
    let no_benchmark =
        |why| Stop::failed("benchmark_unavailable", format!("There are no prices for the benchmark {market}: {why}."));
    let benchmark = collection.fetch(market).await?.map_err(no_benchmark)?;
    let skipped = benchmark.len().saturating_sub(CALENDAR_ROWS);
    collection.panel.calendar = benchmark.iter().skip(skipped).map(|bar| bar.date).collect();
    let days = collection.keep(market, &benchmark).map_err(no_benchmark)?;
    reporter.facts(planned(input, &collection.panel));
    let is_own = symbols.contains(market);
    if !is_own {
        reporter.activity(format!("Fetched {market}: {days} days of history (benchmark)"));
    }

    let requests = symbols.len() + supporting.len();
    let mut available = 0_usize;
    for (done, symbol) in symbols.iter().enumerate() {
        let fetched = if symbol == market { Ok(benchmark.clone()) } else { collection.fetch(symbol).await? };
        match fetched.and_then(|bars| collection.keep(symbol, &bars)) {
            Ok(days) => {
                available += 1;
                reporter.activity(format!("Fetched {symbol}: {days} days of history"));
            }
            Err(reason) => {
                reporter.warning(format!("{symbol}: Symbol unavailable ({reason})"));
                collection.panel.unavailable.push(UnavailableSymbol { symbol: symbol.clone(), reason });
            }
        }
        reporter.progress_of_work(done + 1, (done + 2) as f64 / requests as f64)?;
    }
    if available == 0 && !symbols.is_empty() {
        let message =
            format!("None of the {} symbols in the portfolio has prices, so nothing can be computed.", symbols.len());
        return Err(Stop::failed("no_prices", message));
    }
    for (done, symbol) in supporting.iter().enumerate().skip(1) {
        let kind = if input.factors.symbols().contains(symbol) { "factor" } else { "underlying" };
        match collection.fetch(symbol).await?.and_then(|bars| collection.keep(symbol, &bars)) {
            Ok(days) => reporter.activity(format!("Fetched {symbol}: {days} days of history ({kind})")),
            Err(reason) => reporter.warning(format!("{symbol}: {kind} unavailable ({reason})")),
        }
        reporter.progress_of_work(symbols.len(), (symbols.len() + done + 1) as f64 / requests as f64)?;
    }

    let panel = collection.panel;
    reporter.facts(facts(input, &panel));
    let coverage = (100 * available).checked_div(symbols.len()).unwrap_or(100);
    Ok((panel, format!("{available}/{} symbols ({coverage}% coverage)", symbols.len())))
}

/// The collection under way.
struct Collection<'a> {
    source: &'a dyn MarketData,
    reporter: &'a Reporter,
    from: NaiveDate,
    to: NaiveDate,
    panel: MarketPanel,
}

impl Collection<'_> {
    /// One symbol's history, or why it has none. Waiting ends at once when the run should stop.
    async fn fetch(&self, symbol: &str) -> Result<Result<Vec<Bar>, String>, Stop> {
        self.reporter.debug(format!("Fetching {symbol}..."));
        let answer = tokio::select! {
            answer = self.source.daily_history(symbol, self.from, self.to) => answer,
            stop = self.reporter.stopped() => return Err(stop),
        };
        Ok(match answer {
            Ok(bars) => Ok(bars),
            Err(ProviderError::NotFound(reason) | ProviderError::Upstream(reason)) => Err(reason),
        })
    }

    /// Puts a history on the calendar; gives how many of its days are on it, or why that is no history.
    fn keep(&mut self, symbol: &str, bars: &[Bar]) -> Result<usize, String> {
        let mut series =
            Series { close: vec![None; self.panel.calendar.len()], adj_close: vec![None; self.panel.calendar.len()] };
        let mut days = 0;
        for bar in bars {
            if let Ok(row) = self.panel.calendar.binary_search(&bar.date) {
                series.close[row] = Some(bar.close);
                series.adj_close[row] = Some(bar.adj_close);
                days += 1;
            }
        }
        if days == 0 {
            return Err(format!("no prices in the last {} trading days", self.panel.calendar.len()));
        }
        self.panel.series.insert(symbol.to_owned(), series);
        Ok(days)
    }
}

/// What is known once the calendar is: nothing yet of any symbol.
fn planned(input: &Input, panel: &MarketPanel) -> Summary {
    Summary {
        positions_total: input.positions.len() as u64,
        trading_days: panel.calendar.len().saturating_sub(panel.first_snapshot_row(input)) as u64,
        ..Summary::default()
    }
}

fn facts(input: &Input, panel: &MarketPanel) -> Summary {
    let unavailable = |position: &&crate::server::portfolio::Position| match &position.class {
        InvestmentClass::Private => false,
        InvestmentClass::Public => !panel.series.contains_key(&position.symbol),
        InvestmentClass::Options(contract) => !panel.series.contains_key(&contract.underlying),
    };
    let missing = input.positions.iter().filter(unavailable).count() as u64;
    let total = input.positions.len() as u64;
    Summary {
        positions_analyzed: total - missing,
        positions_total: total,
        positions_unavailable: missing,
        unavailable_symbols: panel.unavailable.clone(),
        ..planned(input, panel)
    }
}
