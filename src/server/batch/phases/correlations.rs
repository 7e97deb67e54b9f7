//! Phase 9, Correlations: how the symbols move together, and how many bets the portfolio really holds.

use serde::{Deserialize, Serialize};

use super::{
    Input, PhaseResult,
    panel::{MarketPanel, Series},
    position_values::SymbolTotals,
};
use crate::server::{
    analytics::{
        Reason,
        clustering::leaf_order,
        correlation::{MIN_COMMON_ROWS, WINDOW, correlation_matrix},
        diversification::{covariance, effective_bets, effective_positions, mean_absolute_correlation},
        moments::annualised_volatility,
        psd,
    },
    batch::{Reporter, Stop},
    tracker::Cause,
};

/// A symbol left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct DroppedSymbol {
    pub symbol: String,
    pub reason: String,
}

/// What the phase produced.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Correlations {
    pub symbols: Vec<String>,
    pub matrix: Vec<Vec<f64>>,
    /// Calendar rows it was measured on.
    pub window: usize,
    /// Whether it had to be made positive semi-definite.
    pub repaired: bool,
    /// Indices of `symbols` in the order of the clusters.
    pub order: Vec<usize>,
    pub mean_abs: Option<f64>,
    pub effective_bets: Option<f64>,
    pub effective_positions: Option<f64>,
    pub dropped: Vec<DroppedSymbol>,
}

/// Builds the correlation matrix of the listed symbols.
///
/// # Errors
/// [`Stop`] when the run should not go on, or the matrix cannot be made whole.
pub fn build(
    input: &Input,
    panel: &MarketPanel,
    totals: &SymbolTotals,
    reporter: &Reporter,
) -> PhaseResult<Correlations> {
    reporter.start(0);
    let (names, series): (Vec<&str>, Vec<&Series>) = panel.with_prices(input).into_iter().unzip();
    reporter.activity(format!("Building correlation matrix of {} symbols...", names.len()));
    let rows = panel.last_rows(WINDOW);
    let window: Vec<_> = series.iter().map(|series| series.returns().by_row(rows.clone())).collect();
    let pairwise = correlation_matrix(&window, WINDOW, MIN_COMMON_ROWS).map_err(not_computable)?;
    reporter.progress_of_work(0, 0.4)?;
    let symbols: Vec<String> = pairwise.kept.iter().map(|&kept| names[kept].to_owned()).collect();
    let dropped: Vec<DroppedSymbol> = pairwise
        .dropped
        .iter()
        .map(|dropped| DroppedSymbol { symbol: names[dropped.index].to_owned(), reason: dropped.reason.to_string() })
        .collect();
    for DroppedSymbol { symbol, reason } in &dropped {
        reporter.warning(
            Cause::LeftOutOfCorrelations,
            &[symbol],
            format!("{symbol}: left out of the correlations ({reason})"),
        );
    }
    let repair = psd::repair(pairwise.matrix).map_err(not_computable)?;
    if repair.repaired {
        reporter.activity(format!("Correlation matrix repaired to be consistent ({} rounds)", repair.iterations));
    }
    reporter.progress_of_work(0, 0.8)?;
    let order = leaf_order(&repair.matrix, &symbols).map_err(not_computable)?;
    let weight_of =
        |symbol: &String| input.symbols().binary_search(symbol).map_or(0.0, |place| totals.listed[place].weight);
    let held: Vec<f64> = symbols.iter().map(weight_of).collect();
    let volatility: Vec<f64> = pairwise
        .kept
        .iter()
        .map(|&kept| annualised_volatility(series[kept].returns().last(WINDOW)).unwrap_or(0.0))
        .collect();
    let bets = covariance(&repair.matrix, &volatility).and_then(|covariance| effective_bets(&held, &covariance));
    if symbols.len() < 2 {
        let said = "Fewer than two symbols have enough returns: there is nothing to correlate";
        reporter.warning(Cause::NothingToCorrelate, &[], said);
    }
    let correlations = Correlations {
        mean_abs: mean_absolute_correlation(&repair.matrix),
        effective_bets: bets.ok(),
        effective_positions: effective_positions(&held),
        window: WINDOW,
        repaired: repair.repaired,
        matrix: repair.matrix,
        symbols,
        order,
        dropped,
    };
    Ok((correlations, "Correlations complete".to_owned()))
}

fn not_computable(reason: Reason) -> Stop {
    Stop::failed("cannot_correlate", format!("The correlation matrix cannot be computed: {reason}."))
}
