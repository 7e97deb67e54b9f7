//! Phase 7, Factor Exposures: the betas of the positions added up to those of the portfolio.

use analytics::exposure::ExposureSum;
use serde::{Deserialize, Serialize};

use super::{
    factor_analysis::SymbolFactors,
    position_betas::{PositionBeta, WindowBetas},
    position_values::SymbolTotals,
};
use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{input::Input, skipped::without_returns},
    },
    tracker::Cause,
};

/// What kind of factor an exposure is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    Market,
    Style,
    Spread,
    Rate,
}

/// The portfolio's exposure to one factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    equity: f64,
    totals: &SymbolTotals,
    betas: &[PositionBeta],
    reporter: &Reporter,
) -> PhaseResult<Vec<FactorExposure>> {
    let total = input.positions().len();
    reporter.start(total);
    let with_value: usize = totals.listed.iter().map(|total| total.lots.count).sum();
    reporter.activity(format!("Computing factor exposures of {with_value} positions..."));
    let mut sums: Vec<_> = wanted(input).into_iter().map(|factor| (factor, ExposureSum::default())).collect();
    let mut items = reporter.items(total);
    // Symbol by symbol: the positions in one have the same betas, and what is known of it is read once for all factors.
    let symbols = input.symbols();
    for (place, (symbol, of)) in symbols.iter().zip(in_places(symbols, factors)).enumerate() {
        let positions = input.lots_of(place);
        let market = positions.first().and_then(|&first| betas.get(first));
        let lots = totals.listed[place].lots;
        let mut has_beta = false;
        for ((kind, factor), sum) in &mut sums {
            let beta = beta(*kind, factor, market, of);
            has_beta |= beta.is_some();
            sum.add(lots, beta);
        }
        let count = positions.len();
        match (lots.count > 0, has_beta) {
            (true, true) => items.done_many(count, || format!("{symbol}: exposures added"))?,
            (true, false) => items.skipped_many(count, symbol, "no betas")?,
            (false, _) => items.skipped_many(count, symbol, "no value")?,
        }
    }
    for &position in input.unlisted() {
        let position = &input.positions()[position];
        items.skipped(&position.symbol, without_returns(&position.class))?;
    }
    let exposures: Vec<FactorExposure> = sums
        .into_iter()
        .map(|((kind, factor), mut sum)| {
            // What is not listed has no betas; it lowers the coverage.
            sum.add(totals.unlisted, None);
            let sum = sum.exposure(equity);
            FactorExposure {
                factor: factor.to_owned(),
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

/// The raw beta of one symbol to a factor.
fn beta(kind: FactorKind, factor: &str, market: Option<&PositionBeta>, factors: Option<&SymbolFactors>) -> Option<f64> {
    match kind {
        FactorKind::Market => latest(&market?.market_beta),
        FactorKind::Rate => latest(market?.rate_beta.as_ref()?),
        FactorKind::Style => factors?.ridge.as_ref()?.betas.get(factor).copied(),
        FactorKind::Spread => factors?.spreads.iter().find(|spread| *spread.name == *factor).map(|spread| spread.beta),
    }
}

/// The 90-day beta: the window of the style betas it stands beside.
fn latest(betas: &WindowBetas) -> Option<f64> {
    betas.day_90.as_ref().map(|beta| beta.beta)
}

fn wanted(input: &Input) -> Vec<(FactorKind, &str)> {
    let factors = &input.factors;
    let mut wanted = vec![(FactorKind::Market, factors.market.as_str())];
    wanted.extend(factors.styles.iter().map(|style| (FactorKind::Style, style.as_str())));
    wanted.extend(factors.spreads.iter().map(|spread| (FactorKind::Spread, spread.name.as_str())));
    wanted.extend(factors.rate.iter().map(|rate| (FactorKind::Rate, rate.as_str())));
    wanted
}
