//! Phase 6, Position Betas: how each position moves with the market, and with interest rates if the
//! source has a rate series. An option moves with its underlying.

use std::{borrow::Cow, collections::BTreeMap};

use analytics::{
    Reason,
    regression::{BETA_MIN_ROWS, BETA_WINDOWS, SimpleOls},
    returns::Returns,
};
use positions::Position;
use serde::{Deserialize, Serialize};

use super::{
    exposed::{place_of, return_symbol, without_return_symbol},
    position_values::PositionValue,
};
use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
            shared::SharedRegressor,
            skipped::{own_reason, warning_cause},
        },
    },
    tracker::Cause,
};

/// Result of regressing the returns of one position on those of the market or of the rate series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beta {
    pub beta: f64,
    pub alpha: f64,
    pub std_error: f64,
    /// t-statistic; null for a perfect fit.
    pub t: Option<f64>,
    pub p: f64,
    pub r_squared: f64,
    pub observations: usize,
}

impl From<SimpleOls> for Beta {
    fn from(fit: SimpleOls) -> Self {
        let SimpleOls { alpha, beta, std_error, t, p, r_squared, observations } = fit;
        Self { beta, alpha, std_error, t, p, r_squared, observations }
    }
}

/// Betas over windows of 90 and 252 returns. A beta is null if it cannot be computed, for example
/// because the position has too few returns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowBetas {
    #[serde(rename = "90d")]
    pub day_90: Option<Beta>,
    #[serde(rename = "252d")]
    pub day_252: Option<Beta>,
}

impl WindowBetas {
    /// Returns whether at least one of the two windows has a beta.
    fn has_any(&self) -> bool {
        self.day_90.is_some() || self.day_252.is_some()
    }
}

/// Betas of one position to the market and to the rate series. Those of an option are the betas of
/// its underlying; to get the option's exposure, multiply them by its exposure value, not by its
/// market value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PositionBeta {
    pub market_beta: WindowBetas,
    /// Null if the data source has no rate series.
    pub rate_beta: Option<WindowBetas>,
}

/// Calculates the betas of every position, in file order. An option with a delta has the betas of
/// its underlying. `values` must have the values of all positions.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
pub fn calculate(
    input: &Input,
    panel: &MarketPanel,
    values: &[PositionValue],
    reporter: &Reporter,
) -> PhaseResult<Vec<PositionBeta>> {
    let total = input.positions().len();
    let empty = Returns::default();
    let mut regressions = BetaRegressions::new(input, panel, &empty);
    let sources = sources(input, panel, values);
    let count = sources.iter().flatten().count();
    reporter.start(total);
    reporter.activity(format!("Calculating betas for {count} positions..."));
    // All lots of a symbol, and all options on it, share one regression.
    let mut by_symbol: Vec<Option<SymbolBetas>> = vec![None; input.symbols().len()];
    let mut unlisted: BTreeMap<&str, SymbolBetas> = BTreeMap::new();
    let mut betas = Vec::with_capacity(total);
    let mut items = reporter.items(total);
    for (position, source) in input.positions().iter().zip(sources) {
        // Private positions, positions without prices and options without a delta have no returns,
        // so their betas are null instead of zero.
        let known = source.map(|Source { symbol, place, series }| {
            let measure = || regressions.betas(symbol, series, reporter);
            match place {
                Some(place) => by_symbol[place].get_or_insert_with(measure).clone(),
                None => unlisted.entry(symbol).or_insert_with(measure).clone(),
            }
        });
        match &known {
            Some((_, None)) => items.done(|| format!("{}: beta calculated", position.symbol))?,
            Some((_, Some(reason))) => items.skipped(&position.symbol, reason)?,
            None => items.skipped(&position.symbol, without_return_symbol(&position.class))?,
        }
        betas.push(known.map(|(beta, _)| beta).unwrap_or_default());
    }
    Ok((betas, "Betas calculated".to_owned()))
}

/// The symbol whose returns move a position.
#[derive(Clone, Copy)]
struct Source<'a> {
    symbol: &'a str,
    /// Index in [`Input::symbols`]; `None` if the symbol is not held.
    place: Option<usize>,
    series: &'a Series,
}

/// Returns the source of each position's returns, in file order.
fn sources<'a>(input: &'a Input, panel: &'a MarketPanel, values: &[PositionValue]) -> Vec<Option<Source<'a>>> {
    let listed = panel.series_of_symbols(input);
    let source = |(index, position): (usize, &'a Position)| {
        if let Some(place) = input.symbol_of()[index] {
            return Some(Source { symbol: &position.symbol, place: Some(place), series: listed[place]? });
        }
        let symbol = return_symbol(position, values.get(index)?)?;
        Some(Source { symbol, place: place_of(input, symbol), series: panel.series.get(symbol)? })
    };
    input.positions().iter().enumerate().map(source).collect()
}

/// Betas of one symbol. If it has none at all, also the reason.
type SymbolBetas = (PositionBeta, Option<Reason>);

/// The regressions on the market and on the rate series, if there is one.
struct BetaRegressions<'a> {
    market: WindowRegressors<'a>,
    rate: Option<WindowRegressors<'a>>,
}

impl<'a> BetaRegressions<'a> {
    /// `empty` stands in for the returns of a market without prices.
    fn new(input: &Input, panel: &'a MarketPanel, empty: &'a Returns) -> Self {
        let rate = input.factors.rate.as_ref().and_then(|rate| panel.returns(rate));
        let market = panel.returns(&input.factors.market).unwrap_or(empty);
        Self { market: WindowRegressors::new(market), rate: rate.map(WindowRegressors::new) }
    }

    /// Computes the betas of one symbol, and warns if it has no 90-day market beta.
    fn betas(&mut self, symbol: &str, series: &Series, reporter: &Reporter) -> SymbolBetas {
        let own = series.returns();
        let (market_beta, missing) = self.market.betas(own);
        let missing = missing.map(|reason| own_reason(reason, series));
        let rate_beta = self.rate.as_mut().map(|rate| rate.betas(own).0);
        if let Some(reason) = missing {
            let (cause, why) = match reason {
                Reason::TooFewRows { .. } => (Cause::NoBeta, "too few returns for a beta".to_owned()),
                reason => (warning_cause(reason, Cause::NoBeta), format!("no beta ({reason})")),
            };
            reporter.warning(cause, &[symbol], format!("{symbol}: {why}"));
        }
        let has_any = [Some(&market_beta), rate_beta.as_ref()].into_iter().flatten().any(WindowBetas::has_any);
        (PositionBeta { market_beta, rate_beta }, missing.filter(|_| !has_any))
    }
}

/// The returns of one factor as the regressor of two regressions, over 90 and 252 days.
struct WindowRegressors<'a>([SharedRegressor<'a>; 2]);

impl<'a> WindowRegressors<'a> {
    fn new(returns: &'a Returns) -> Self {
        Self(BETA_WINDOWS.map(|window| SharedRegressor::new(Cow::Borrowed(returns), window, BETA_MIN_ROWS)))
    }

    /// Computes the betas over 90 and 252 days. If there is no 90-day beta, also returns the
    /// reason.
    fn betas(&mut self, own: &Returns) -> (WindowBetas, Option<Reason>) {
        let [day_90, day_252] = self.0.each_mut().map(|window| window.fit(own).map(Beta::from));
        let missing = day_90.as_ref().err().copied();
        (WindowBetas { day_90: day_90.ok(), day_252: day_252.ok() }, missing)
    }
}
