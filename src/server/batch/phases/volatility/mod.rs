//! Phase 8, Volatility Analysis: realised, weighted and forecast volatility of the portfolio and each symbol, and what
//! the prices of options imply.

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

use self::implied::Implied;
use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{input::Input, panel::MarketPanel, skipped::without_returns},
        phases::snapshots::Snapshots,
    },
    tracker::Cause,
};

/// Today's volatility against that of 21 days ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VolatilityTrend {
    Rising,
    Falling,
    Stable,
}

/// A HAR forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Annualised volatility.
    pub forecast: f64,
    pub r_squared: f64,
    /// Whether it fell outside what it was trained on and became the training mean.
    pub bounded: bool,
}

/// Forecasts by horizon; null with too little history.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Forecasts {
    #[serde(rename = "1d")]
    pub day_1: Option<Forecast>,
    #[serde(rename = "21d")]
    pub day_21: Option<Forecast>,
}

/// Volatility of one return series, annualised.
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

/// Volatility of one symbol; of an option only what its price implies, since it has no returns of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SymbolVolatility {
    pub symbol: String,
    #[serde(flatten)]
    pub volatility: SeriesVolatility,
    #[serde(flatten)]
    pub implied: Implied,
}

/// What the phase produced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VolatilityAnalysis {
    /// Of the portfolio's own daily returns.
    pub portfolio: SeriesVolatility,
    /// Of each listed symbol with prices, once; where the source has prices of options, of each open option too.
    pub positions: Vec<SymbolVolatility>,
}

/// Analyzes the portfolio and every position.
///
/// # Errors
/// [`crate::server::batch::Stop`] when the run should not go on.
pub fn analyze(
    input: &Input,
    panel: &MarketPanel,
    snapshots: &Snapshots,
    reporter: &Reporter,
) -> PhaseResult<VolatilityAnalysis> {
    let total = input.positions().len();
    reporter.start(total);
    let mut by_symbol: Vec<Option<SeriesVolatility>> = vec![None; input.symbols().len()];
    let series = panel.of_symbols(input);
    let implied = implied::of_open_options(input, panel);
    let of_option = |position: &Position| implied.as_ref().and_then(|all| all.get(position.symbol.as_str()));
    let measurable = |(position, place): &(&Position, &Option<usize>)| match place {
        Some(place) => series[*place].is_some(),
        None => of_option(position).is_some_and(|of| of.volatility.is_some()),
    };
    let count = input.positions().iter().zip(input.symbol_of()).filter(measurable).count();
    reporter.activity(format!("Analyzing volatility of {count} positions..."));
    let mut items = reporter.items(total);
    for (position, place) in input.positions().iter().zip(input.symbol_of()) {
        let unmeasured = place.filter(|&place| by_symbol[place].is_none());
        if let Some((place, series)) = unmeasured.and_then(|place| Some((place, series[place]?))) {
            let volatility = of_series(series.returns());
            for (horizon, forecast) in [("1-day", &volatility.har.day_1), ("21-day", &volatility.har.day_21)] {
                if forecast.as_ref().is_some_and(|forecast| forecast.bounded) {
                    reporter
                        .debug(format!("{}: the {horizon} forecast was out of range and is the mean", position.symbol));
                }
            }
            by_symbol[place] = Some(volatility);
        }
        let symbol = position.symbol.as_str();
        let known = place.and_then(|place| Some((by_symbol[place].as_ref()?, series[place]?)));
        match (known, of_option(position)) {
            (Some((of, _)), _) if of.day_21.is_some() => items.done(|| format!("{symbol}: volatility analyzed"))?,
            (Some((_, series)), _) => {
                let have = series.returns().values().len();
                items.skipped(symbol, Reason::TooFewRows { have, need: ROLLING_WINDOW })?;
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
        // Under a name that a listed symbol has too, that symbol is meant.
        by_symbol.entry(symbol).or_insert_with(|| symbol_volatility(symbol, SeriesVolatility::default(), implied));
    }
    let positions = by_symbol.into_values().collect();
    let analysis = VolatilityAnalysis { portfolio: of_series(&snapshots.own_returns()), positions };
    if analysis.portfolio.day_21.is_none() {
        let said = "The portfolio has fewer than 21 daily returns: its own volatility is missing";
        reporter.warning(Cause::NoPortfolioVolatility, &[], said);
    }
    Ok((analysis, "Volatility analyzed".to_owned()))
}

fn symbol_volatility(symbol: &str, volatility: SeriesVolatility, implied: Implied) -> SymbolVolatility {
    SymbolVolatility { symbol: symbol.to_owned(), volatility, implied }
}

fn of_series(returns: &Returns) -> SeriesVolatility {
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
