//! Phase 8, Volatility Analysis: realized, exponentially weighted and forecast volatility of the
//! portfolio and of each symbol, the volatility implied by option prices, and the risk of today's
//! book.

mod book;
pub mod book_risk;
pub mod implied;

use std::collections::BTreeMap;

use analytics::{
    Reason,
    ewma::ewma_volatility,
    har::HarDesign,
    returns::Returns,
    volatility::{ROLLING_WINDOW, Trend, realized_volatility, volatility_percentile, volatility_trend},
};
use positions::Position;
use serde::{Deserialize, Serialize};

use self::{book_risk::BookRisk, implied::Implied};
use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{
            input::Input,
            panel::MarketPanel,
            skipped::{own_reason, without_returns},
        },
        phases::{
            position_values::PositionValue,
            snapshots::{Snapshots, equity_lost_message},
        },
    },
    tracker::Cause,
};

/// Trend of the volatility: its current value compared with its value 21 days ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VolatilityTrend {
    Rising,
    Falling,
    Stable,
}

/// A volatility forecast from the HAR model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    pub forecast: f64,
    pub r_squared: f64,
    /// `true` if the forecast was outside the range of the training data and was replaced by the
    /// training mean.
    pub bounded: bool,
}

/// Volatility forecasts for horizons of 1 and 21 trading days. A forecast is null if the history is
/// too short.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Forecasts {
    #[serde(rename = "1d")]
    pub day_1: Option<Forecast>,
    #[serde(rename = "21d")]
    pub day_21: Option<Forecast>,
}

/// Annualized volatility of one return series: measured values and forecasts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesVolatility {
    #[serde(rename = "21d")]
    pub day_21: Option<f64>,
    #[serde(rename = "63d")]
    pub day_63: Option<f64>,
    #[serde(rename = "252d")]
    pub day_252: Option<f64>,
    pub ewma: Option<f64>,
    pub percentile: Option<f64>,
    pub trend: Option<VolatilityTrend>,
    pub har: Forecasts,
}

/// Volatility of one symbol. An option has only an implied volatility, because it has no returns of
/// its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SymbolVolatility {
    pub symbol: String,
    #[serde(flatten)]
    pub volatility: SeriesVolatility,
    #[serde(flatten)]
    pub implied: Implied,
}

/// Volatility of the portfolio and of its positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VolatilityAnalysis {
    /// Volatility of the portfolio's own daily returns.
    pub portfolio: SeriesVolatility,
    /// One entry per listed symbol with prices, plus one per open option if the source has option
    /// prices.
    pub positions: Vec<SymbolVolatility>,
    /// Risk of the positions held on the as-of date; `None` in results that an older version
    /// stored.
    #[serde(default)]
    pub book_risk: Option<BookRisk>,
}

/// Analyzes the volatility of the portfolio and of every position.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
pub fn analyze(
    input: &Input,
    panel: &MarketPanel,
    snapshots: &Snapshots,
    values: &[PositionValue],
    reporter: &Reporter,
) -> PhaseResult<VolatilityAnalysis> {
    let total = input.positions().len();
    reporter.start(total);
    let mut by_symbol: Vec<Option<SeriesVolatility>> = vec![None; input.symbols().len()];
    let series = panel.series_of_symbols(input);
    let implied = implied::for_open_options(input, panel);
    let implied_of = |position: &Position| implied.as_ref().and_then(|all| all.get(position.symbol.as_str()));
    let measurable = |(position, place): &(&Position, &Option<usize>)| match place {
        Some(place) => series[*place].is_some(),
        None => implied_of(position).is_some_and(|implied| implied.volatility.is_some()),
    };
    let count = input.positions().iter().zip(input.symbol_of()).filter(measurable).count();
    reporter.activity(format!("Analyzing volatility of {count} positions..."));
    let mut items = reporter.items(total);
    for (position, place) in input.positions().iter().zip(input.symbol_of()) {
        let unmeasured = place.filter(|&place| by_symbol[place].is_none());
        if let Some((place, series)) = unmeasured.and_then(|place| Some((place, series[place]?))) {
            let volatility = series_volatility(series.returns());
            for (horizon, forecast) in [("1-day", &volatility.har.day_1), ("21-day", &volatility.har.day_21)] {
                if forecast.as_ref().is_some_and(|forecast| forecast.bounded) {
                    reporter
                        .debug(format!("{}: the {horizon} forecast was out of range; using the mean", position.symbol));
                }
            }
            by_symbol[place] = Some(volatility);
        }
        let symbol = position.symbol.as_str();
        let known = place.and_then(|place| Some((by_symbol[place].as_ref()?, series[place]?)));
        match (known, implied_of(position)) {
            (Some((measured, _)), _) if measured.day_21.is_some() => {
                items.done(|| format!("{symbol}: volatility analyzed"))?;
            }
            (Some((_, series)), _) => {
                let have = series.returns().values().len();
                items.skipped(symbol, own_reason(Reason::TooFewRows { have, need: ROLLING_WINDOW }, series))?;
            }
            (None, Some(Implied { volatility: Some(_), .. })) => {
                items.done(|| format!("{symbol}: volatility implied"))?;
            }
            (None, Some(Implied { reason: Some(reason), .. })) => items.skipped(symbol, reason)?,
            (None, _) => items.skipped(symbol, without_returns(&position.class))?,
        }
    }
    if let Some(line) = implied::line(input, implied.as_ref()) {
        reporter.activity(line);
    }
    let listed = input.symbols().iter().zip(by_symbol);
    let mut by_symbol: BTreeMap<&str, SymbolVolatility> = listed
        .filter_map(|(symbol, volatility)| {
            Some((symbol.as_str(), symbol_volatility(symbol, volatility?, Implied::default())))
        })
        .collect();
    for (symbol, implied) in implied.into_iter().flatten() {
        if let Some(reason) = &implied.reason {
            reporter.debug(format!("{symbol}: no implied volatility ({reason})"));
        }
        // If a listed position has the same symbol as the option, the result shows only the
        // position's volatility.
        by_symbol.entry(symbol).or_insert_with(|| symbol_volatility(symbol, SeriesVolatility::default(), implied));
    }
    let positions = by_symbol.into_values().collect();
    let book_risk = BookRisk::measure(input, panel, values, snapshots.equity(), reporter)?;
    let analysis = VolatilityAnalysis {
        portfolio: series_volatility(&snapshots.own_returns()),
        positions,
        book_risk: Some(book_risk),
    };
    if let Some(date) = snapshots.equity_lost {
        reporter.activity(equity_lost_message(date));
    } else if analysis.portfolio.day_21.is_none() {
        let message = "The portfolio has fewer than 21 daily returns, so its volatility is missing";
        reporter.warning(Cause::NoPortfolioVolatility, &[], message);
    }
    Ok((analysis, "Volatility analyzed".to_owned()))
}

fn symbol_volatility(symbol: &str, volatility: SeriesVolatility, implied: Implied) -> SymbolVolatility {
    SymbolVolatility { symbol: symbol.to_owned(), volatility, implied }
}

fn series_volatility(returns: &Returns) -> SeriesVolatility {
    let all = returns.values();
    let window = returns.statistics_window().ok();
    let design = window.map(HarDesign::new);
    let forecast = |horizon: usize| {
        let fit = design.as_ref()?.forecast(horizon).ok()?;
        Some(Forecast { forecast: fit.volatility, r_squared: fit.r_squared, bounded: fit.bounded })
    };
    SeriesVolatility {
        day_21: realized_volatility(all, 21),
        day_63: realized_volatility(all, 63),
        day_252: realized_volatility(all, 252),
        ewma: window.and_then(ewma_volatility),
        percentile: volatility_percentile(all),
        trend: volatility_trend(all).map(|trend| match trend {
            Trend::Rising => VolatilityTrend::Rising,
            Trend::Falling => VolatilityTrend::Falling,
            Trend::Stable => VolatilityTrend::Stable,
        }),
        har: Forecasts { day_1: forecast(1), day_21: forecast(21) },
    }
}
