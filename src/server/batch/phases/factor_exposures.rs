//! Phase 7, Factor Exposures: the betas of the positions added up to those of the portfolio.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Input, PhaseResult,
    factor_analysis::SymbolFactors,
    position_betas::{PositionBeta, WindowBetas},
    position_values::PositionValue,
    snapshots::Snapshots,
};
use crate::server::{
    analytics::exposure::{self, FactorPosition},
    batch::Reporter,
    portfolio::InvestmentClass,
    tracker::Cause,
};

/// What kind of factor an exposure is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum FactorKind {
    Market,
    Style,
    Spread,
    Rate,
}

/// The portfolio's exposure to one factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct FactorExposure {
    pub factor: String,
    pub kind: FactorKind,
    /// `Σ w β`; null where the equity is not positive or no position has the beta.
    pub exposure: Option<f64>,
    /// `Σ MV β`, in dollars.
    pub dollars: Option<f64>,
    /// Share of the gross value whose beta is known.
    pub coverage: Option<f64>,
    /// Positions whose beta was capped to ±5 in the sum.
    pub capped: usize,
}

/// Adds up the exposures, market first, then styles, spreads and the rate.
///
/// # Errors
/// [`crate::server::batch::Stop`] when the run should not go on.
pub fn aggregate(
    input: &Input,
    factors: &[SymbolFactors],
    snapshots: &Snapshots,
    values: &[PositionValue],
    betas: &[PositionBeta],
    reporter: &Reporter,
) -> PhaseResult<Vec<FactorExposure>> {
    let total = input.positions.len();
    reporter.start(total);
    reporter.activity(format!("Computing factor exposures of {total} positions..."));
    let by_symbol: BTreeMap<&str, &SymbolFactors> = factors.iter().map(|of| (of.symbol.as_str(), of)).collect();
    let wanted = wanted(input);
    let mut columns: Vec<Vec<FactorPosition>> = vec![Vec::with_capacity(total); wanted.len()];
    for (done, ((position, value), beta)) in input.positions.iter().zip(values).zip(betas).enumerate() {
        // A position without a price is not part of the gross value, so it is no part of the coverage either.
        if let Some(market_value) = value.market_value {
            let own = by_symbol.get(position.symbol.as_str()).filter(|_| position.class == InvestmentClass::Public);
            for (column, (kind, name)) in columns.iter_mut().zip(&wanted) {
                let beta = match kind {
                    FactorKind::Market => latest(Some(&beta.market_beta)),
                    FactorKind::Rate => latest(beta.rate_beta.as_ref()),
                    FactorKind::Style => own.and_then(|own| own.ridge.as_ref()?.betas.get(name).copied()),
                    FactorKind::Spread => {
                        own.and_then(|own| own.spreads.iter().find(|s| s.name == *name).map(|s| s.beta))
                    }
                };
                column.push(FactorPosition { market_value, beta });
            }
        }
        reporter.item(done + 1, total, || format!("{}: exposures added", position.symbol))?;
    }
    let exposures: Vec<FactorExposure> = wanted
        .into_iter()
        .zip(columns)
        .map(|((kind, factor), column)| {
            let sum = exposure::aggregate(&column, snapshots.equity());
            FactorExposure {
                factor,
                kind,
                exposure: sum.exposure,
                dollars: sum.dollars,
                coverage: sum.coverage,
                capped: sum.capped,
            }
        })
        .collect();
    if exposures.iter().all(|exposure| exposure.exposure.is_none()) {
        reporter.warning(Cause::NoExposures, &[], "No exposure could be computed: no position with a value has a beta");
    }
    Ok((exposures, "Exposures computed".to_owned()))
}

/// The 90-day beta: the window of the style betas it stands beside.
fn latest(betas: Option<&WindowBetas>) -> Option<f64> {
    betas?.day_90.as_ref().map(|beta| beta.beta)
}

fn wanted(input: &Input) -> Vec<(FactorKind, String)> {
    let factors = &input.factors;
    let mut wanted = vec![(FactorKind::Market, factors.market.clone())];
    wanted.extend(factors.styles.iter().map(|style| (FactorKind::Style, style.clone())));
    wanted.extend(factors.spreads.iter().map(|spread| (FactorKind::Spread, spread.name.clone())));
    wanted.extend(factors.rate.iter().map(|rate| (FactorKind::Rate, rate.clone())));
    wanted
}
