//! Phase 2, Factor Analysis: for each symbol, ridge betas on the style factors and one regression
//! per factor spread.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use analytics::{
    Reason,
    regression::{SPREAD_MIN_ROWS, SPREAD_WINDOW},
    returns::{Returns, common_rows},
    ridge::{self, Ridge, RidgeDesign},
};
use serde::{Deserialize, Serialize};

use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
            shared::{SharedDesign, SharedRegressor},
            skipped::{own_reason, warning_cause},
        },
    },
    tracker::Cause,
};

/// Minimum share of the last 90 trading days on which a style factor must have a return. With
/// fewer, the factor is left out, so that the other factors keep their days. The remaining tenth
/// allows for single days without a price.
const MIN_SHARE_OF_DAYS: f64 = 0.9;

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
    let mut styles = Styles::new(input, panel, reporter);
    let mut spreads: Vec<(Arc<str>, SharedRegressor)> = input
        .factors
        .spreads
        .iter()
        .filter_map(|spread| {
            let (long, short) = (panel.returns(&spread.long)?, panel.returns(&spread.short)?);
            let returns = Cow::Owned(Returns::spread(long, short));
            Some((spread.name.as_str().into(), SharedRegressor::new(returns, SPREAD_WINDOW, SPREAD_MIN_ROWS)))
        })
        .collect();
    let mut analyzed = Vec::with_capacity(symbols.len());
    let mut items = reporter.items(symbols.len());
    for (symbol, series) in symbols {
        let own = series.returns();
        let ridge = styles.betas(symbol, series, reporter);
        let spreads: Vec<SpreadBeta> =
            spreads.iter_mut().filter_map(|spread| spread_beta(symbol, own, spread, reporter)).collect();
        let missing = ridge.as_ref().err().filter(|_| spreads.is_empty()).copied();
        analyzed.push(SymbolFactors {
            symbol: symbol.to_owned(),
            ridge: ridge.ok().flatten(),
            spreads,
            styles_with_market: BTreeMap::new(),
        });
        match missing {
            Some(reason) => items.skipped(symbol, reason)?,
            None => items.done(|| format!("{symbol}: factor betas calculated"))?,
        }
    }
    Ok((analyzed, "Factor analysis complete".to_owned()))
}

/// The style factors, and the regression design that all symbols share.
struct Styles<'a> {
    names: Vec<Arc<str>>,
    returns: Vec<&'a Returns>,
    design: SharedDesign<RidgeDesign>,
}

impl<'a> Styles<'a> {
    /// Selects the style factors for the ridge regressions, and warns about those that are left
    /// out because they have too few recent returns.
    ///
    /// All factors are regressors of one regression, which uses the days on which every factor has
    /// a return. A factor that lacks many days would therefore take these days from the others.
    fn new(input: &'a Input, panel: &'a MarketPanel, reporter: &Reporter) -> Self {
        let recent = panel.last_rows(ridge::WINDOW);
        // The first row of a calendar has no return.
        let days = (recent.start.max(1)..recent.end).len();
        let is_complete = |name: &Arc<str>, returns: &Returns| {
            let have = returns.by_row(recent.clone()).iter().flatten().count();
            let is_complete = have as f64 >= MIN_SHARE_OF_DAYS * days as f64;
            if !is_complete {
                let message = format!("{name}: left out of the style betas (has {have} of the last {days} returns)");
                reporter.warning(Cause::ShortFactor, &[name], message);
            }
            is_complete
        };
        let known: Vec<(Arc<str>, &Returns)> = input
            .factors
            .styles
            .iter()
            .filter_map(|style| Some((style.as_str().into(), panel.returns(style)?)))
            .filter(|(name, returns)| is_complete(name, returns))
            .collect();
        let (names, returns): (Vec<Arc<str>>, Vec<&Returns>) = known.into_iter().unzip();
        let all_have = |rows: Vec<u32>, other: &&Returns| common_rows(&rows, other.rows(), rows.len());
        let rows = returns.first().map(|first| first.rows().to_vec()).unwrap_or_default();
        let rows = returns.iter().skip(1).fold(rows, all_have);
        Self { names, returns, design: SharedDesign::new(rows, ridge::WINDOW, ridge::MIN_ROWS) }
    }

    /// Fits the ridge betas of one symbol. Returns `None` if there is no style factor. That is not
    /// the symbol's fault, so it causes no warning about the symbol.
    fn betas(&mut self, symbol: &str, series: &Series, reporter: &Reporter) -> Result<Option<RidgeBetas>, Reason> {
        if self.names.is_empty() {
            return Ok(None);
        }
        let fit = self.fit(series.returns()).map_err(|reason| own_reason(reason, series)).inspect_err(|reason| {
            reporter.warning(
                warning_cause(*reason, Cause::NoStyleBetas),
                &[symbol],
                format!("{symbol}: no style betas ({reason})"),
            );
        })?;
        for &dropped in &fit.dropped {
            let name = &self.names[dropped];
            reporter.debug(format!("{symbol}: {name} does not vary and is left out of the ridge regression"));
        }
        let betas = self.names.iter().zip(&fit.betas).filter_map(|(name, beta)| Some((name.clone(), (*beta)?)));
        Ok(Some(RidgeBetas {
            betas: betas.collect(),
            intercept: fit.intercept,
            r_squared: fit.r_squared,
            observations: fit.observations,
        }))
    }

    fn fit(&mut self, own: &Returns) -> Result<Ridge, Reason> {
        let (design, returns) = self.design.for_symbol(own, |rows| {
            let factors: Vec<Vec<f64>> = self.returns.iter().map(|returns| returns.on(rows)).collect();
            RidgeDesign::new(&factors, ridge::ALPHA)
        })?;
        design.fit(&returns)
    }
}

fn spread_beta(
    symbol: &str,
    own: &Returns,
    (name, regressor): &mut (Arc<str>, SharedRegressor),
    reporter: &Reporter,
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
            reporter.debug(format!("{symbol}: no beta on {name} ({reason})"));
            None
        }
    }
}
