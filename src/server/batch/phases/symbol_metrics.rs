//! Phase 3, Symbol Metrics: returns, volatility, ratios and drawdown of each symbol.

use analytics::{
    Reason, drawdown,
    ewma::ewma_volatility,
    moments,
    returns::{self, Returns, STATISTICS_MIN_ROWS},
    volatility::realized_volatility,
};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
            skipped::own_reason,
        },
    },
    tracker::Cause,
};

/// The symbol's returns over the last 1 to 252 trading days and since the start of the year, up to
/// its last price. A return is null if the price history is too short.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrailingReturns {
    #[serde(rename = "1d")]
    pub day_1: Option<f64>,
    #[serde(rename = "5d")]
    pub day_5: Option<f64>,
    #[serde(rename = "21d")]
    pub day_21: Option<f64>,
    #[serde(rename = "63d")]
    pub day_63: Option<f64>,
    #[serde(rename = "252d")]
    pub day_252: Option<f64>,
    /// Return since the last trading date of the previous year.
    pub ytd: Option<f64>,
}

/// Annualized volatility over the last 21, 63 and 252 daily returns, and exponentially weighted
/// volatility. A value is null if there are too few returns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowVolatility {
    #[serde(rename = "21d")]
    pub day_21: Option<f64>,
    #[serde(rename = "63d")]
    pub day_63: Option<f64>,
    #[serde(rename = "252d")]
    pub day_252: Option<f64>,
    pub ewma: Option<f64>,
}

/// Maximum drawdown, with the dates of its peak and its trough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatedDrawdown {
    pub value: f64,
    pub peak: NaiveDate,
    pub trough: NaiveDate,
}

/// Metrics of one symbol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SymbolMetrics {
    pub symbol: String,
    pub observations: usize,
    pub price: Option<f64>,
    pub price_date: Option<NaiveDate>,
    pub returns: TrailingReturns,
    pub volatility: WindowVolatility,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub skewness: Option<f64>,
    pub kurtosis: Option<f64>,
    pub max_drawdown: Option<DatedDrawdown>,
}

/// Computes the metrics of every symbol with prices.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
pub fn measure(input: &Input, panel: &MarketPanel, reporter: &Reporter) -> PhaseResult<Vec<SymbolMetrics>> {
    let symbols = panel.with_prices(input);
    reporter.start(symbols.len());
    reporter.activity(format!("Computing metrics for {} symbols...", symbols.len()));
    let mut measured = Vec::with_capacity(symbols.len());
    let mut items = reporter.items(symbols.len());
    let daily_rate = moments::daily_rate(input.risk_free_rate);
    for (symbol, series) in symbols {
        let metrics = measure_one(symbol, series, &panel.calendar, daily_rate);
        if metrics.sharpe.is_none() {
            let have = metrics.observations;
            let short = Reason::TooFewRows { have, need: STATISTICS_MIN_ROWS };
            let (cause, why) = if have < STATISTICS_MIN_ROWS && own_reason(short, series) == short {
                (Cause::ShortHistory, format!("limited history ({have} returns)"))
            } else {
                (Cause::ReturnsDoNotVary, Reason::ZeroVariance.to_string())
            };
            reporter.warning(cause, &[symbol], format!("{symbol}: {why}, some metrics are missing"));
        }
        measured.push(metrics);
        items.done(|| format!("{symbol}: metrics computed"))?;
    }
    Ok((measured, "Metrics computed".to_owned()))
}

fn measure_one(symbol: &str, series: &Series, calendar: &[NaiveDate], daily_rate: f64) -> SymbolMetrics {
    let prices = series.adj_close();
    let daily = series.returns();
    let all = daily.values();
    // With fewer than 60 returns, `statistics_window` fails, and the statistics computed from the
    // window are null.
    let window = daily.statistics_window().ok();
    let excess = window.map(|window| moments::excess(window, daily_rate));
    let of_excess = |statistic: fn(&[f64]) -> Option<f64>| excess.as_deref().and_then(statistic);
    let of_window = |statistic: fn(&[f64]) -> Option<f64>| window.and_then(statistic);
    let last = series.last_close();
    SymbolMetrics {
        symbol: symbol.to_owned(),
        observations: all.len(),
        price: last.map(|(_, price)| price),
        price_date: last.map(|(row, _)| calendar[row]),
        returns: TrailingReturns {
            day_1: returns::trailing_return(prices, 1),
            day_5: returns::trailing_return(prices, 5),
            day_21: returns::trailing_return(prices, 21),
            day_63: returns::trailing_return(prices, 63),
            day_252: returns::trailing_return(prices, 252),
            ytd: last_row_of_year_before(calendar).and_then(|row| returns::since(prices, row)),
        },
        volatility: WindowVolatility {
            day_21: realized_volatility(all, 21),
            day_63: realized_volatility(all, 63),
            day_252: realized_volatility(all, 252),
            ewma: of_window(ewma_volatility),
        },
        sharpe: of_excess(moments::sharpe),
        sortino: of_excess(moments::sortino),
        skewness: of_window(moments::skewness),
        kurtosis: of_window(moments::excess_kurtosis),
        max_drawdown: dated_drawdown(daily, calendar),
    }
}

/// Returns the calendar row of the last trading date in the year before that of the as-of date.
fn last_row_of_year_before(calendar: &[NaiveDate]) -> Option<usize> {
    let year = calendar.last()?.year();
    calendar.iter().rposition(|date| date.year() < year)
}

/// Computes the maximum drawdown over the statistics window, with the dates of its peak and its
/// trough.
pub(super) fn dated_drawdown(daily: &Returns, calendar: &[NaiveDate]) -> Option<DatedDrawdown> {
    let window = daily.statistics_window().ok()?;
    let found = drawdown::max_drawdown(window)?;
    let rows = daily.last_rows(window.len());
    // `max_drawdown` returns indices of levels. Level 0 is the price before the window's first
    // return, so it belongs to the row before that return.
    let date_of = |level: usize| {
        let row = match level.checked_sub(1) {
            Some(index) => *rows.get(index)?,
            None => rows.first()?.checked_sub(1)?,
        };
        calendar.get(row as usize).copied()
    };
    Some(DatedDrawdown { value: found.value, peak: date_of(found.peak)?, trough: date_of(found.trough)? })
}
