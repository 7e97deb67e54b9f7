//! Phase 7, Factor Exposures: the betas of the positions added up to those of the portfolio.

use serde::{Deserialize, Serialize};

use super::{
    Input, PhaseResult,
    factor_analysis::SymbolFactors,
    position_betas::{PositionBeta, WindowBetas},
    position_values::PositionValue,
    snapshots::Snapshots,
};
use crate::server::{
    analytics::exposure::{self, Lots},
    batch::Reporter,
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
    let total = input.positions().len();
    reporter.start(total);
    reporter.activity(format!("Computing factor exposures of {total} positions..."));
    let symbols = input.symbols();
    let mut lots = vec![Lots::default(); symbols.len()];
    // What is not listed has no betas; it lowers the coverage.
    let mut unlisted = Lots::default();
    let mut market: Vec<Option<&PositionBeta>> = vec![None; symbols.len()];
    let mut items = reporter.items(total);
    for (((position, place), value), beta) in input.positions().iter().zip(input.symbol_of()).zip(values).zip(betas) {
        // A position without a price is not part of the gross value, so it is no part of the coverage either.
        if let Some(market_value) = value.market_value {
            let lots = place.map_or(&mut unlisted, |place| &mut lots[place]);
            lots.add(market_value);
        }
        if let Some(place) = *place {
            market[place] = Some(beta);
        }
        items.done(|| format!("{}: exposures added", position.symbol))?;
    }
    let of_factors = in_places(symbols, factors);
    let exposures: Vec<FactorExposure> = wanted(input)
        .into_iter()
        .map(|(kind, factor)| {
            let beta = |place: usize| match kind {
                FactorKind::Market => latest(Some(&market[place]?.market_beta)),
                FactorKind::Rate => latest(market[place]?.rate_beta.as_ref()),
                FactorKind::Style => of_factors[place]?.ridge.as_ref()?.betas.get(&factor).copied(),
                FactorKind::Spread => {
                    of_factors[place]?.spreads.iter().find(|spread| spread.name == factor).map(|spread| spread.beta)
                }
            };
            let listed = lots.iter().enumerate().map(|(place, lots)| (*lots, beta(place)));
            let sum = exposure::aggregate(listed.chain([(unlisted, None)]), snapshots.equity());
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

/// The factor betas of each symbol, of which both lists are in the order; those without prices have none.
fn in_places<'a>(symbols: &[String], factors: &'a [SymbolFactors]) -> Vec<Option<&'a SymbolFactors>> {
    let mut left = factors.iter().peekable();
    symbols.iter().map(|symbol| left.next_if(|of| of.symbol == *symbol)).collect()
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
