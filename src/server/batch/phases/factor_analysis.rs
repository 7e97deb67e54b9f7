//! Phase 2, Factor Analysis: ridge betas on the styles and one regression a spread, for each symbol.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Input, PhaseResult, panel::MarketPanel};
use crate::server::{
    analytics::{
        regression::{SPREAD_MIN_ROWS, SPREAD_WINDOW, simple_ols},
        returns::{self, paired_window},
        ridge,
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
    let symbols: Vec<_> = input.symbols().into_iter().filter(|symbol| panel.series.contains_key(symbol)).collect();
    reporter.start(symbols.len());
    reporter.activity(format!("Calculating factor exposures for {} symbols...", symbols.len()));
    let styles: Vec<(String, Vec<Option<f64>>)> =
        input.factors.styles.iter().filter_map(|style| Some((style.clone(), panel.returns(style)?))).collect();
    let spreads: Vec<(String, Vec<Option<f64>>)> = input
        .factors
        .spreads
        .iter()
        .filter_map(|spread| {
            let (long, short) = (panel.returns(&spread.long)?, panel.returns(&spread.short)?);
            Some((spread.name.clone(), returns::spread(&long, &short)))
        })
        .collect();
    let mut analyzed = Vec::with_capacity(symbols.len());
    for (done, symbol) in symbols.iter().enumerate() {
        let own = panel.returns(symbol).unwrap_or_default();
        let factors = SymbolFactors {
            symbol: symbol.clone(),
            ridge: ridge_betas(symbol, &own, &styles, reporter),
            spreads: spreads.iter().filter_map(|spread| spread_beta(symbol, &own, spread, reporter)).collect(),
        };
        reporter.debug(format!("{symbol}: factor betas calculated"));
        analyzed.push(factors);
        reporter.progress(done + 1, symbols.len())?;
    }
    Ok((analyzed, "Factor analysis complete".to_owned()))
}

fn ridge_betas(
    symbol: &str,
    own: &[Option<f64>],
    styles: &[(String, Vec<Option<f64>>)],
    reporter: &Reporter,
) -> Option<RidgeBetas> {
    let columns: Vec<&[Option<f64>]> = styles.iter().map(|(_, returns)| returns.as_slice()).collect();
    let fit = paired_window(own, &columns, ridge::WINDOW)
        .require(ridge::MIN_ROWS)
        .and_then(|window| ridge::ridge(&window.y, &window.xs, ridge::ALPHA));
    match fit {
        Ok(fit) => {
            for &dropped in &fit.dropped {
                reporter.debug(format!("{symbol}: {} does not vary and is left out of the ridge", styles[dropped].0));
            }
            let betas = styles.iter().zip(&fit.betas).filter_map(|((name, _), beta)| Some((name.clone(), (*beta)?)));
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

fn spread_beta(
    symbol: &str,
    own: &[Option<f64>],
    (name, returns): &(String, Vec<Option<f64>>),
    reporter: &Reporter,
) -> Option<SpreadBeta> {
    let fit = paired_window(own, &[returns], SPREAD_WINDOW)
        .require(SPREAD_MIN_ROWS)
        .and_then(|window| simple_ols(&window.y, &window.xs[0]));
    match fit {
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
