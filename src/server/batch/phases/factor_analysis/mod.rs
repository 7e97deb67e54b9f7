//! Phase 2, Factor Analysis: for each symbol, ridge betas on the style factors, one regression per
//! style factor together with the market, and one regression per factor spread.

mod ridge_styles;
mod with_market;

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use analytics::{
    Reason,
    regression::{SPREAD_MIN_ROWS, SPREAD_WINDOW},
    returns::Returns,
};
use serde::{Deserialize, Serialize};

use self::{ridge_styles::RidgeStyles, with_market::StylesWithMarket};
use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
            shared::SharedRegressor,
        },
    },
    market_data::Spread,
};

/// Ridge betas of one symbol on the style factors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RidgeBetas {
    /// Beta on each style factor, by the factor's name. The names are reference-counted, so
    /// that the betas of all symbols can share them.
    pub betas: BTreeMap<Arc<str>, f64>,
    pub intercept: f64,
    pub r_squared: f64,
    pub observations: usize,
}

/// Beta of one symbol on one spread, which is the difference between the returns of two factors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpreadBeta {
    pub name: Arc<str>,
    pub beta: f64,
    /// t-statistic; null for a perfect fit.
    pub t: Option<f64>,
    pub p: f64,
    pub r_squared: f64,
    pub observations: usize,
}

/// Betas of one symbol on the style factors and on the spreads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SymbolFactors {
    pub symbol: String,
    pub ridge: Option<RidgeBetas>,
    pub spreads: Vec<SpreadBeta>,
    /// Betas on each style factor, from regressions that include the market, by the factor's name.
    #[serde(default)]
    pub styles_with_market: BTreeMap<Arc<str>, StyleBeta>,
}

/// Beta on a style factor from a regression on that factor and the market.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StyleBeta {
    pub beta: f64,
    /// t-statistic; null for a perfect fit.
    pub t: Option<f64>,
    pub p: f64,
    pub observations: usize,
}

/// Calculates the factor betas of every symbol with prices.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
pub fn analyze(input: &Input, panel: &MarketPanel, reporter: &Reporter) -> PhaseResult<Vec<SymbolFactors>> {
    let symbols = panel.with_prices(input);
    reporter.start(symbols.len());
    reporter.activity(format!("Calculating factor exposures for {} symbols...", symbols.len()));
    let mut regressions = FactorRegressions::new(input, panel);
    regressions.ridge.warn_of_short_factors(reporter);
    let mut analyzed = Vec::with_capacity(symbols.len());
    let mut items = reporter.items(symbols.len());
    for (symbol, series) in symbols {
        let (factors, missing) = regressions.fit(symbol, series, Some(reporter));
        analyzed.push(factors);
        match missing {
            Some(reason) => items.skipped(symbol, reason)?,
            None => items.done(|| format!("{symbol}: factor betas calculated"))?,
        }
    }
    Ok((analyzed, "Factor analysis complete".to_owned()))
}

/// The regressions on all factors, with the designs that all symbols share.
pub struct FactorRegressions<'a> {
    ridge: RidgeStyles<'a>,
    with_market: StylesWithMarket<'a>,
    spreads: Vec<(Arc<str>, SharedRegressor<'a>)>,
}

impl<'a> FactorRegressions<'a> {
    /// Prepares the regressions on the factors that have prices.
    pub fn new(input: &Input, panel: &'a MarketPanel) -> Self {
        let styles: Vec<(Arc<str>, &Returns)> = input
            .factors
            .styles
            .iter()
            .filter_map(|style| Some((style.as_str().into(), panel.returns(style)?)))
            .collect();
        let spread = |spread: &Spread| {
            let (long, short) = (panel.returns(&spread.long)?, panel.returns(&spread.short)?);
            let returns = Cow::Owned(Returns::spread(long, short));
            Some((spread.name.as_str().into(), SharedRegressor::new(returns, SPREAD_WINDOW, SPREAD_MIN_ROWS)))
        };
        Self {
            ridge: RidgeStyles::new(&styles, panel),
            with_market: StylesWithMarket::new(panel.returns(&input.factors.market), &styles),
            spreads: input.factors.spreads.iter().filter_map(spread).collect(),
        }
    }

    /// Fits all regressions of one symbol. If they all failed, also returns the reason.
    ///
    /// `reporter` receives a warning or a debug entry for each result that is missing. It is `None`
    /// for the underlying of an option, which is not a symbol of the portfolio.
    pub fn fit(
        &mut self,
        symbol: &str,
        series: &Series,
        reporter: Option<&Reporter>,
    ) -> (SymbolFactors, Option<Reason>) {
        let own = series.returns();
        let ridge = self.ridge.betas(symbol, series, reporter);
        let (styles_with_market, unmeasured) = self.with_market.betas(own);
        if let Some((reason, reporter)) = unmeasured.zip(reporter) {
            reporter.debug(format!("{symbol}: no style betas with the market ({reason})"));
        }
        let spreads: Vec<SpreadBeta> =
            self.spreads.iter_mut().filter_map(|spread| spread_beta(symbol, own, spread, reporter)).collect();
        let has_others = !spreads.is_empty() || !styles_with_market.is_empty();
        let missing = ridge.as_ref().err().filter(|_| !has_others).copied();
        let factors =
            SymbolFactors { symbol: symbol.to_owned(), ridge: ridge.ok().flatten(), spreads, styles_with_market };
        (factors, missing)
    }
}

fn spread_beta(
    symbol: &str,
    own: &Returns,
    (name, regressor): &mut (Arc<str>, SharedRegressor),
    reporter: Option<&Reporter>,
) -> Option<SpreadBeta> {
    match regressor.fit(own) {
        Ok(fit) => Some(SpreadBeta {
            name: name.clone(),
            beta: fit.beta,
            t: fit.t,
            p: fit.p,
            r_squared: fit.r_squared,
            observations: fit.observations,
        }),
        Err(reason) => {
            if let Some(reporter) = reporter {
                reporter.debug(format!("{symbol}: no beta on {name} ({reason})"));
            }
            None
        }
    }
}
