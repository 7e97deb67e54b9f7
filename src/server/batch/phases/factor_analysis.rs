//! Phase 2, Factor Analysis: ridge betas on the styles and one regression a spread, for each symbol.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Input, PhaseResult,
    panel::MarketPanel,
    shared::{Shared, SharedRegressor},
};
use crate::server::{
    analytics::{
        Reason,
        regression::{SPREAD_MIN_ROWS, SPREAD_WINDOW},
        returns::{self, common_rows, on_rows},
        ridge::{self, Ridge, RidgeDesign},
    },
    batch::Reporter,
    tracker::Cause,
};

/// Ridge betas of one symbol on the styles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RidgeBetas {
    pub betas: BTreeMap<String, f64>,
    pub intercept: f64,
    pub r_squared: f64,
    pub observations: usize,
}

/// Beta of one symbol on one spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SpreadBeta {
    pub name: String,
    pub beta: f64,
    /// Null for a perfect fit.
    pub t: Option<f64>,
    pub p: f64,
    pub r_squared: f64,
    pub observations: usize,
}

/// Factor betas of one symbol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct SymbolFactors {
    pub symbol: String,
    pub ridge: Option<RidgeBetas>,
    pub spreads: Vec<SpreadBeta>,
}

/// Calculates the factor betas of every symbol with prices.
///
/// # Errors
/// [`crate::server::batch::Stop`] when the run should not go on.
pub fn analyze(input: &Input, panel: &MarketPanel, reporter: &Reporter) -> PhaseResult<Vec<SymbolFactors>> {
    let symbols: Vec<_> = input.symbols().iter().filter(|symbol| panel.series.contains_key(*symbol)).collect();
    reporter.start(symbols.len());
    reporter.activity(format!("Calculating factor exposures for {} symbols...", symbols.len()));
    let mut styles = Styles::new(input, panel);
    let mut spreads: Vec<(String, SharedRegressor)> = input
        .factors
        .spreads
        .iter()
        .filter_map(|spread| {
            let (long, short) = (panel.returns(&spread.long)?, panel.returns(&spread.short)?);
            let returns = returns::spread(&long, &short);
            Some((spread.name.clone(), SharedRegressor::new(returns, SPREAD_WINDOW, SPREAD_MIN_ROWS)))
        })
        .collect();
    let mut analyzed = Vec::with_capacity(symbols.len());
    let mut items = reporter.items(symbols.len());
    for symbol in symbols {
        let own = panel.returns(symbol).unwrap_or_default();
        let factors = SymbolFactors {
            symbol: (*symbol).clone(),
            ridge: styles.betas(symbol, &own, reporter),
            spreads: spreads.iter_mut().filter_map(|spread| spread_beta(symbol, &own, spread, reporter)).collect(),
        };
        analyzed.push(factors);
        items.done(|| format!("{symbol}: factor betas calculated"))?;
    }
    Ok((analyzed, "Factor analysis complete".to_owned()))
}

/// The style factors, and what the regressions on them share.
struct Styles {
    names: Vec<String>,
    returns: Vec<Vec<Option<f64>>>,
    design: Shared<RidgeDesign>,
}

impl Styles {
    fn new(input: &Input, panel: &MarketPanel) -> Self {
        let known = input.factors.styles.iter().filter_map(|style| Some((style.clone(), panel.returns(style)?)));
        let (names, returns) = known.unzip();
        Self { names, returns, design: Shared::default() }
    }

    /// The ridge betas of one symbol.
    fn betas(&mut self, symbol: &str, own: &[Option<f64>], reporter: &Reporter) -> Option<RidgeBetas> {
        match self.fit(own) {
            Ok(fit) => {
                for &dropped in &fit.dropped {
                    let name = &self.names[dropped];
                    reporter.debug(format!("{symbol}: {name} does not vary and is left out of the ridge"));
                }
                let betas = self.names.iter().zip(&fit.betas).filter_map(|(name, beta)| Some((name.clone(), (*beta)?)));
                Some(RidgeBetas {
                    betas: betas.collect(),
                    intercept: fit.intercept,
                    r_squared: fit.r_squared,
                    observations: fit.observations,
                })
            }
            Err(reason) => {
                reporter.warning(Cause::NoStyleBetas, &[symbol], format!("{symbol}: no style betas ({reason})"));
                None
            }
        }
    }

    fn fit(&mut self, own: &[Option<f64>]) -> Result<Ridge, Reason> {
        let rows = common_rows(own, &self.returns, ridge::WINDOW, ridge::MIN_ROWS)?;
        let design = self.design.on(&rows, || {
            let factors: Vec<Vec<f64>> = self.returns.iter().map(|returns| on_rows(returns, &rows)).collect();
            RidgeDesign::new(&factors, ridge::ALPHA)
        })?;
        design.fit(&on_rows(own, &rows))
    }
}

fn spread_beta(
    symbol: &str,
    own: &[Option<f64>],
    (name, regressor): &mut (String, SharedRegressor),
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
