//! Phase 7, Factor Exposures: adds up the betas of the positions to get the exposures of the
//! portfolio.

use std::collections::BTreeMap;

use analytics::exposure::{Exposure, ExposureSum, Lots};
use serde::{Deserialize, Serialize};

use super::{
    exposed::{ExposedTotals, Underlying, exposed_dollars, place_of, return_symbol, without_return_symbol},
    factor_analysis::{FactorRegressions, SymbolFactors},
    position_betas::{PositionBeta, WindowBetas},
    position_values::PositionValue,
};
use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{input::Input, panel::MarketPanel},
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
    /// Sum of exposure value times beta, divided by the equity; null if the equity is not positive
    /// or no position has this beta. The exposure value of an option uses its delta; that of other
    /// positions is the market value.
    pub exposure: Option<f64>,
    /// Sum of exposure value times beta, in dollars.
    pub dollars: Option<f64>,
    /// Share of the gross exposure value in positions with a known beta.
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

/// Values and betas of all positions, in file order, and the portfolio's equity in dollars.
pub struct Holdings<'a> {
    pub values: &'a [PositionValue],
    pub betas: &'a [PositionBeta],
    pub equity: f64,
}

/// Computes the portfolio's exposure to each factor, in this order: market, styles, spreads, rate.
/// An option with a delta counts with its exposure value and the betas of its underlying.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
pub fn aggregate(
    input: &Input,
    panel: &MarketPanel,
    factors: &[SymbolFactors],
    holdings: &Holdings<'_>,
    reporter: &Reporter,
) -> PhaseResult<Vec<FactorExposure>> {
    let total = input.positions().len();
    reporter.start(total);
    let totals = ExposedTotals::from_values(input, holdings.values);
    let with_value: usize = totals.all_lots().map(|lots| lots.count).sum();
    reporter.activity(format!("Computing factor exposures of {with_value} positions..."));
    let mut sums: Vec<FactorSum> = factor_list(input).into_iter().map(FactorSum::new).collect();
    let mut items = reporter.items(total);
    // All positions in the same symbol have the same betas, so the betas of each symbol are looked
    // up once.
    let symbols = input.symbols();
    let mut has_betas = vec![false; symbols.len()];
    for (place, (symbol, symbol_factors)) in symbols.iter().zip(factors_by_symbol(symbols, factors)).enumerate() {
        let positions = input.lots_of(place);
        let market = positions.first().and_then(|&first| holdings.betas.get(first));
        let lots = totals.listed[place];
        has_betas[place] = add_lots(&mut sums, lots, market, symbol_factors);
        let has_value = positions.iter().any(|&lot| holdings.values.get(lot).and_then(exposed_dollars).is_some());
        match (has_value, has_betas[place]) {
            (true, true) => items.done_many(positions.len(), || format!("{symbol}: exposures added"))?,
            (true, false) => items.skipped_many(positions.len(), symbol, "no betas")?,
            (false, _) => items.skipped_many(positions.len(), symbol, "no value")?,
        }
    }
    // The underlyings that are not held have no factor betas yet, because phase 2 computes those of
    // the portfolio's own symbols.
    let mut regressions =
        Some(&totals.underlyings).filter(|all| !all.is_empty()).map(|_| FactorRegressions::new(input, panel));
    let mut has_betas_unlisted = BTreeMap::new();
    for (&symbol, Underlying { lots, first }) in &totals.underlyings {
        reporter.checkpoint()?;
        let series = regressions.as_mut().zip(panel.series.get(symbol));
        let factors = series.map(|(regressions, series)| regressions.fit(symbol, series, None).0);
        let has_any = add_lots(&mut sums, *lots, holdings.betas.get(*first), factors.as_ref());
        has_betas_unlisted.insert(symbol, has_any);
    }
    for &index in input.unlisted() {
        let position = &input.positions()[index];
        let underlying = holdings.values.get(index).and_then(|value| return_symbol(position, value));
        let has_any = underlying.map(|symbol| match place_of(input, symbol) {
            Some(place) => has_betas[place],
            None => has_betas_unlisted.get(symbol).is_some_and(|has_any| *has_any),
        });
        match has_any {
            Some(true) => items.done(|| format!("{}: exposures added", position.symbol))?,
            Some(false) => items.skipped(&position.symbol, "no betas")?,
            None => items.skipped(&position.symbol, without_return_symbol(&position.class))?,
        }
    }
    // Positions that no returns move have no betas; they lower the coverage.
    add_lots(&mut sums, totals.others, None, None);
    let exposures: Vec<FactorExposure> = sums.iter().map(|sum| sum.exposure(holdings.equity)).collect();
    if exposures.iter().all(|exposure| exposure.exposure.is_none()) {
        reporter.warning(
            Cause::NoExposures,
            &[],
            "No exposure could be computed, because no position with a value has a beta",
        );
    }
    Ok((exposures, "Exposures computed".to_owned()))
}

/// Running total of the exposure to one factor.
struct FactorSum<'a> {
    kind: FactorKind,
    factor: &'a str,
    sum: ExposureSum,
    /// For a style factor: the same with the betas of regressions that include the market.
    with_market: Option<ExposureSum>,
}

impl<'a> FactorSum<'a> {
    fn new((kind, factor): (FactorKind, &'a str)) -> Self {
        let with_market = (kind == FactorKind::Style).then(ExposureSum::default);
        Self { kind, factor, sum: ExposureSum::default(), with_market }
    }

    fn exposure(&self, equity: f64) -> FactorExposure {
        let sum = self.sum.exposure(equity);
        FactorExposure {
            factor: self.factor.to_owned(),
            kind: self.kind,
            exposure: sum.exposure,
            dollars: sum.dollars,
            coverage: sum.coverage,
            capped: sum.capped,
            with_market: self.with_market.map(|with_market| {
                let Exposure { exposure, dollars, coverage, .. } = with_market.exposure(equity);
                WithMarket { exposure, dollars, coverage }
            }),
        }
    }
}

/// Adds the lots of one symbol, and of the options on it, to every sum. Returns whether the symbol
/// has any beta.
fn add_lots(
    sums: &mut [FactorSum<'_>],
    lots: Lots,
    market: Option<&PositionBeta>,
    factors: Option<&SymbolFactors>,
) -> bool {
    let mut has_beta = false;
    for FactorSum { kind, factor, sum, with_market } in sums {
        let beta = beta(*kind, factor, market, factors);
        has_beta |= beta.is_some();
        sum.add(lots, beta);
        if let Some(with_market) = with_market {
            let style = factors.and_then(|factors| factors.styles_with_market.get(*factor));
            has_beta |= style.is_some();
            with_market.add(lots, style.map(|style| style.beta));
        }
    }
    has_beta
}

/// Returns the factor betas of each listed symbol, or `None` for one without prices. `symbols` and
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
