//! Turns the results of phases 6 to 9 into what the live page shows of them. The findings are
//! reported together with the end of the phase, so a page shows them only once the result is
//! stored.

use status::Phase;

use super::{
    Outputs,
    model::input::Input,
    phases::{
        correlations::Correlations,
        factor_exposures::{FactorExposure, FactorKind},
        position_betas::PositionBeta,
        position_values::{PositionValue, SymbolTotals},
        volatility::{SeriesVolatility, VolatilityTrend},
    },
};
use crate::{
    pages::results::names,
    server::findings::{Bars, CorrelationGrid, Finding, GRID_SIDE, MAX_BARS, Trend, Volatility},
};

/// Returns what the live page shows of the phase's result. Phases 1 and 4 report their findings
/// while they run.
pub(super) fn of(phase: Phase, input: &Input, out: &Outputs) -> Vec<Finding> {
    let values = out.values.as_deref();
    let finding = match phase {
        Phase::PositionBetas => {
            out.betas.as_ref().zip(values).map(|(betas, values)| Finding::Betas(largest_betas(input, values, betas)))
        }
        Phase::FactorExposures => out.exposures.as_ref().map(|all| Finding::Exposures(exposures(all))),
        Phase::Volatility => out.volatility.as_ref().map(|all| Finding::Volatility(volatility(&all.portfolio))),
        Phase::Correlations => out
            .correlations
            .as_ref()
            .zip(values)
            .map(|(all, values)| Finding::Correlations(correlations(input, values, all))),
        _ => None,
    };
    finding.into_iter().collect()
}

/// Returns the absolute value of the holding of each listed symbol, in the order of
/// [`Input::symbols`].
fn sizes(input: &Input, values: &[PositionValue]) -> Vec<f64> {
    let totals = SymbolTotals::from_values(input, values);
    totals.listed.iter().map(|total| total.lots.net.abs()).collect()
}

/// Returns the 90-day market betas of the symbols with the largest holdings, largest first.
fn largest_betas(input: &Input, values: &[PositionValue], betas: &[PositionBeta]) -> Bars {
    let sizes = sizes(input, values);
    let beta_of = |place: usize| {
        let first = *input.lots_of(place).first()?;
        betas.get(first)?.market_beta.day_90.as_ref().map(|beta| beta.beta)
    };
    let mut known: Vec<(usize, f64)> =
        (0..input.symbols().len()).filter_map(|place| Some((place, beta_of(place)?))).collect();
    let count = known.len();
    // The sort is stable, so symbols with equal holdings stay in alphabetical order.
    known.sort_by(|(one, _), (other, _)| sizes[*other].total_cmp(&sizes[*one]));
    known.truncate(MAX_BARS);
    Bars {
        more: (count - known.len()) as u64,
        without: (input.symbols().len() - count) as u64,
        bars: known.into_iter().map(|(place, beta)| (input.symbols()[place].clone(), beta)).collect(),
    }
}

/// Returns the exposures that the results page shows first: the market and the styles, measured
/// together with the market. Without styles, returns all exposures.
fn exposures(all: &[FactorExposure]) -> Bars {
    let has_styles = all.iter().any(|factor| factor.with_market.is_some());
    let leading: Vec<(&str, Option<f64>)> = all
        .iter()
        .filter(|factor| !has_styles || factor.kind == FactorKind::Market || factor.with_market.is_some())
        .map(|factor| (factor.factor.as_str(), factor.with_market.map_or(factor.exposure, |style| style.exposure)))
        .collect();
    let count = leading.len();
    let known: Vec<(String, f64)> =
        leading.into_iter().filter_map(|(factor, exposure)| Some((names::factor(factor), exposure?))).collect();
    let more = known.len().saturating_sub(MAX_BARS);
    Bars { more: more as u64, without: (count - known.len()) as u64, bars: known.into_iter().take(MAX_BARS).collect() }
}

fn volatility(portfolio: &SeriesVolatility) -> Volatility {
    Volatility {
        measured: [portfolio.day_21, portfolio.day_63, portfolio.day_252],
        forecast: portfolio.har.day_21.as_ref().map(|forecast| forecast.forecast),
        trend: portfolio.trend.map(|trend| match trend {
            VolatilityTrend::Rising => Trend::Rising,
            VolatilityTrend::Falling => Trend::Falling,
            VolatilityTrend::Stable => Trend::Stable,
        }),
    }
}

/// Returns the correlations of the symbols with the largest holdings, in the order of the
/// clustering.
fn correlations(input: &Input, values: &[PositionValue], all: &Correlations) -> CorrelationGrid {
    let sizes = sizes(input, values);
    let size_of = |index: usize| input.symbols().binary_search(&all.symbols[index]).map_or(0.0, |place| sizes[place]);
    let mut largest: Vec<usize> = (0..all.symbols.len()).collect();
    largest.sort_by(|&one, &other| size_of(other).total_cmp(&size_of(one)));
    largest.truncate(GRID_SIDE);
    let order: Vec<usize> = all.order.iter().copied().filter(|index| largest.contains(index)).collect();
    // Correlations are between -1 and 1, so the cast is lossless.
    #[allow(clippy::cast_possible_truncation)]
    let cell = |row: usize, column: usize| (all.matrix[row][column] * 100.0).round() as i8;
    CorrelationGrid {
        symbols: order.iter().map(|&index| all.symbols[index].clone()).collect(),
        cells: order.iter().flat_map(|&row| order.iter().map(move |&column| cell(row, column))).collect(),
        of: all.symbols.len() as u64,
        mean_absolute: all.mean_abs,
        effective_bets: all.effective_bets,
    }
}
