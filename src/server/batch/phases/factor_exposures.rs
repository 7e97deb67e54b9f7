//! Phase 7, Factor Exposures: adds up the betas of the positions to get the exposures of the
//! portfolio.

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

/// Kind of the factor in a [`FactorExposure`].
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
    /// Sum of weight times beta (`Σ w β`); null if the equity is not positive or no position has
    /// this beta.
    pub exposure: Option<f64>,
    /// Sum of market value times beta (`Σ MV β`), in dollars.
    pub dollars: Option<f64>,
    /// Share of the portfolio's gross value in positions with a known beta.
    pub coverage: Option<f64>,
    /// Number of positions whose beta was capped at ±5 in the sum.
    pub capped: usize,
    /// For a style factor: the exposure computed from betas of regressions that include the market.
    /// Null for other factors.
    #[serde(default)]
    pub with_market: Option<WithMarket>,
}

/// A style exposure from regressions that include the market.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WithMarket {
    pub exposure: Option<f64>,
    pub dollars: Option<f64>,
    pub coverage: Option<f64>,
}

/// Computes the portfolio's exposure to each factor, in this order: market, styles, spreads, rate.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
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
    let mut sums: Vec<_> = factor_list(input).into_iter().map(|factor| (factor, ExposureSum::default())).collect();
    let mut items = reporter.items(total);
    // All positions in the same symbol have the same betas, so the betas of each symbol are looked
    // up once.
    let symbols = input.symbols();
    for (place, (symbol, symbol_factors)) in symbols.iter().zip(factors_by_symbol(symbols, factors)).enumerate() {
        let positions = input.lots_of(place);
        let market = positions.first().and_then(|&first| betas.get(first));
        let lots = totals.listed[place].lots;
        let mut has_beta = false;
        for ((kind, factor), sum) in &mut sums {
            let beta = beta(*kind, factor, market, symbol_factors);
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
            // Positions that are not listed have no betas; they lower the coverage.
            sum.add(totals.unlisted, None);
            let sum = sum.exposure(equity);
            FactorExposure {
                factor: factor.to_owned(),
                kind,
                exposure: sum.exposure,
                dollars: sum.dollars,
                coverage: sum.coverage,
                capped: sum.capped,
                with_market: None,
            }
        })
        .collect();
    if exposures.iter().all(|exposure| exposure.exposure.is_none()) {
        reporter.warning(
            Cause::NoExposures,
            &[],
            "No exposure could be computed, because no position with a value has a beta",
        );
    }
    Ok((exposures, "Exposures computed".to_owned()))
}

/// Returns the factor betas of each symbol, or `None` for a symbol without prices. `symbols` and
/// `factors` must be in the same order.
fn factors_by_symbol<'a>(symbols: &[String], factors: &'a [SymbolFactors]) -> Vec<Option<&'a SymbolFactors>> {
    let mut remaining = factors.iter().peekable();
    symbols.iter().map(|symbol| remaining.next_if(|entry| entry.symbol == *symbol)).collect()
}

/// Returns one symbol's beta to a factor, before it is capped at ±5.
fn beta(kind: FactorKind, factor: &str, market: Option<&PositionBeta>, factors: Option<&SymbolFactors>) -> Option<f64> {
    match kind {
        FactorKind::Market => beta_90_day(&market?.market_beta),
        FactorKind::Rate => beta_90_day(market?.rate_beta.as_ref()?),
        FactorKind::Style => factors?.ridge.as_ref()?.betas.get(factor).copied(),
        FactorKind::Spread => factors?.spreads.iter().find(|spread| *spread.name == *factor).map(|spread| spread.beta),
    }
}

/// Returns the 90-day beta. It is shown next to style betas, which also cover 90 days.
fn beta_90_day(betas: &WindowBetas) -> Option<f64> {
    betas.day_90.as_ref().map(|beta| beta.beta)
}

fn factor_list(input: &Input) -> Vec<(FactorKind, &str)> {
    let factors = &input.factors;
    let mut list = vec![(FactorKind::Market, factors.market.as_str())];
    list.extend(factors.styles.iter().map(|style| (FactorKind::Style, style.as_str())));
    list.extend(factors.spreads.iter().map(|spread| (FactorKind::Spread, spread.name.as_str())));
    list.extend(factors.rate.iter().map(|rate| (FactorKind::Rate, rate.as_str())));
    list
}
