//! Phase 9, Correlations: how the symbols move together, and the effective number of bets.

use analytics::{
    Interrupt, Reason,
    clustering::leaf_order,
    correlation::{Dropped, MIN_COMMON_ROWS, WINDOW, correlation_matrix},
    diversification::{covariance, effective_bets, effective_positions, mean_absolute_correlation},
    moments::annualized_volatility,
    psd,
};
use serde::{Deserialize, Serialize};
use status::Failure;

use super::position_values::SymbolTotals;
use crate::server::{
    batch::{
        PhaseResult, Reporter, Stop,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
            skipped::{own_reason, warning_cause},
        },
    },
    tracker::Cause,
};

/// Maximum number of symbols in the correlation matrix. If a portfolio has more, only those with
/// the largest holdings are included. The limit is high enough for a portfolio that tracks the S&P
/// 500. At the limit, the matrix takes 3 MB in memory and 9 MB in the store, and one round of its
/// repair takes less than 0.1 s.
pub const MAX_CORRELATED: usize = 600;

/// A symbol that was left out of the correlations, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedSymbol {
    pub symbol: String,
    pub reason: String,
}

/// Correlation matrix of the symbols, and measures of diversification.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Correlations {
    pub symbols: Vec<String>,
    pub matrix: Vec<Vec<f64>>,
    /// Number of most recent calendar rows from which the correlations were computed.
    pub window: usize,
    /// `true` if the matrix was not positive semidefinite and had to be repaired.
    pub repaired: bool,
    /// Indices into `symbols`, in the order that the clustering found. It places similar symbols
    /// next to each other.
    pub order: Vec<usize>,
    pub mean_abs: Option<f64>,
    pub effective_bets: Option<f64>,
    pub effective_positions: Option<f64>,
    pub dropped: Vec<DroppedSymbol>,
    /// Symbol counts; `None` unless symbols had to be left out because of the size limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest: Option<LargestPart>,
}

/// Symbol counts of a portfolio with too many symbols for the correlations. Only the symbols with
/// the largest holdings were considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargestPart {
    /// Number of symbols with the largest holdings that were considered. The matrix contains each
    /// of them unless it had too few returns or its returns did not vary.
    pub considered: usize,
    /// Total number of listed symbols with prices.
    pub of: usize,
}

/// Builds the correlation matrix of the listed symbols.
///
/// # Errors
/// Returns [`Stop`] if the run should stop, or if the matrix cannot be computed.
pub fn build(
    input: &Input,
    panel: &MarketPanel,
    totals: &SymbolTotals,
    reporter: &Reporter,
) -> PhaseResult<Correlations> {
    reporter.start(0);
    let is_stopped = || reporter.checkpoint().is_err();
    let interrupt = Interrupt::new(&is_stopped);
    let not_computable = |reason| reporter.checkpoint().err().unwrap_or_else(|| not_computable(reason));
    let Largest { symbols: largest, smaller } = Largest::new(input, panel, totals, MAX_CORRELATED);
    let (names, series): (Vec<&str>, Vec<&Series>) = largest.into_iter().unzip();
    reporter.activity(format!("Building correlation matrix of {} symbols...", names.len()));
    let part = LargestPart { considered: names.len(), of: names.len() + smaller.len() };
    let part = Some(part).filter(|part| part.considered < part.of);
    if let Some(LargestPart { considered, of }) = part {
        let message = format!("Correlations cover the {considered} largest of {of} symbols by weight");
        reporter.warning(Cause::BeyondCorrelated, &[], message);
    }
    let rows = panel.last_rows(WINDOW);
    let window: Vec<_> = series.iter().map(|series| series.returns().by_row(rows.clone())).collect();
    let pairwise = correlation_matrix(&window, WINDOW, MIN_COMMON_ROWS, interrupt).map_err(not_computable)?;
    reporter.progress_of_work(0, 0.4)?;
    let symbols: Vec<String> = pairwise.kept.iter().map(|&kept| names[kept].to_owned()).collect();
    let mut dropped = Vec::with_capacity(pairwise.dropped.len() + smaller.len());
    for Dropped { index, reason } in pairwise.dropped {
        let (symbol, reason) = (names[index], own_reason(reason, series[index]));
        let message = format!("{symbol}: left out of the correlations ({reason})");
        reporter.warning(warning_cause(reason, Cause::LeftOutOfCorrelations), &[symbol], message);
        dropped.push(DroppedSymbol { symbol: symbol.to_owned(), reason: reason.to_string() });
    }
    dropped.extend(smaller);
    let repair = psd::repair(pairwise.matrix, interrupt).map_err(not_computable)?;
    if repair.repaired {
        reporter.activity(format!("Correlation matrix made consistent ({} rounds of repair)", repair.iterations));
    }
    reporter.progress_of_work(0, 0.8)?;
    let order = leaf_order(&repair.matrix, &symbols, interrupt).map_err(not_computable)?;
    let weight_of =
        |symbol: &String| input.symbols().binary_search(symbol).map_or(0.0, |place| totals.listed[place].weight);
    let held: Vec<f64> = symbols.iter().map(weight_of).collect();
    let volatility: Vec<f64> = pairwise
        .kept
        .iter()
        .map(|&kept| annualized_volatility(series[kept].returns().last(WINDOW)).unwrap_or(0.0))
        .collect();
    let bets = bets_of_held(&held, &repair.matrix, &volatility, interrupt);
    reporter.checkpoint()?;
    if symbols.len() < 2 {
        let message = "Fewer than two symbols have enough returns, so there are no correlations";
        reporter.warning(Cause::NothingToCorrelate, &[], message);
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
        largest: part,
    };
    Ok((correlations, "Correlations complete".to_owned()))
}

/// Computes the effective number of bets of the symbols that are held. The returns of the others
/// would turn the principal components, although the portfolio does not contain them.
fn bets_of_held(
    weights: &[f64],
    correlation: &[Vec<f64>],
    volatility: &[f64],
    interrupt: Interrupt<'_>,
) -> Result<f64, Reason> {
    let held: Vec<usize> = (0..weights.len()).filter(|&at| weights[at] != 0.0).collect();
    let of_held = |values: &[f64]| -> Vec<f64> { held.iter().map(|&at| values[at]).collect() };
    let matrix: Vec<Vec<f64>> = held.iter().map(|&at| of_held(&correlation[at])).collect();
    effective_bets(&of_held(weights), &covariance(&matrix, &of_held(volatility))?, interrupt)
}

/// The symbols with the largest holdings, which are considered for the correlations, and the
/// remaining symbols, each with the reason why it is left out. Both lists are sorted by name.
struct Largest<'a> {
    symbols: Vec<(&'a str, &'a Series)>,
    smaller: Vec<DroppedSymbol>,
}

impl<'a> Largest<'a> {
    /// Selects the `at_most` symbols whose holdings have the largest absolute values. Ties are
    /// broken by name.
    fn new(input: &'a Input, panel: &'a MarketPanel, totals: &SymbolTotals, at_most: usize) -> Self {
        let mut symbols = panel.with_prices(input);
        if symbols.len() <= at_most {
            return Self { symbols, smaller: Vec::new() };
        }
        let size = |symbol: &str| {
            let place = input.symbols().binary_search_by(|known| known.as_str().cmp(symbol));
            place.map_or(0.0, |place| totals.listed[place].lots.net.abs())
        };
        symbols.sort_by(|(one, _), (other, _)| size(other).total_cmp(&size(one)).then_with(|| one.cmp(other)));
        let mut smaller = symbols.split_off(at_most);
        symbols.sort_unstable_by_key(|(symbol, _)| *symbol);
        smaller.sort_unstable_by_key(|(symbol, _)| *symbol);
        let reason = format!("not among the {at_most} largest holdings");
        let smaller = smaller
            .into_iter()
            .map(|(symbol, _)| DroppedSymbol { symbol: symbol.to_owned(), reason: reason.clone() })
            .collect();
        Self { symbols, smaller }
    }
}

fn not_computable(reason: Reason) -> Stop {
    Stop::failed(Failure::CannotCorrelate, format!("We couldn't compute the correlation matrix: {reason}."))
}

#[cfg(test)]
mod tests {
    use analytics::exposure::Lots;
    use positions::{InvestmentClass, Position};

    use super::{DroppedSymbol, Input, Interrupt, Largest, MarketPanel, Series, SymbolTotals, bets_of_held};
    use crate::server::{batch::phases::position_values::SymbolTotal, market_data::Factors};

    #[test]
    fn counts_bets_of_held_symbols_only() {
        let correlation = [vec![1.0, 0.5, 0.0], vec![0.5, 1.0, 0.6], vec![0.0, 0.6, 1.0]];
        let bets = |weights: &[f64]| bets_of_held(weights, &correlation, &[0.2, 0.2, 0.3], Interrupt::NEVER).unwrap();
        // Two equal holdings that move alike are exactly the first principal component.
        assert!((bets(&[0.5, 0.5, 0.0]) - 1.0).abs() < 1e-12);
        assert!(bets(&[0.5, 0.5, 0.1]) > 1.1);
    }

    /// Selects at most `at_most` of the symbols `A` to `D` for the correlations, and returns the
    /// selected symbols and those left out. The holdings are worth 1, -9, 1 and 5, so the largest
    /// one, `B`, is short.
    fn largest(at_most: usize) -> (Vec<String>, Vec<DroppedSymbol>) {
        let position = |symbol: &str| Position {
            symbol: symbol.to_owned(),
            quantity: 1.0,
            entry_price: 1.0,
            price_source: positions::EntryPriceSource::Stated,
            entry_date: "2022-01-03".parse().unwrap(),
            class: InvestmentClass::Public,
            subtype: None,
            exit: None,
        };
        let names = ["A", "B", "C", "D"];
        let input = Input::new(names.map(position).to_vec(), 0.0, Factors::live(), "local".to_owned(), 1);
        let series = names.map(|name| (name.to_owned(), Series::default()));
        let panel = MarketPanel { series: series.into_iter().collect(), ..MarketPanel::default() };
        let total = |value| SymbolTotal { lots: Lots::one(value), weight: 0.0 };
        let totals = SymbolTotals { listed: [1.0, -9.0, 1.0, 5.0].map(total).to_vec(), ..SymbolTotals::default() };
        let Largest { symbols, smaller } = Largest::new(&input, &panel, &totals, at_most);
        (symbols.into_iter().map(|(symbol, _)| symbol.to_owned()).collect(), smaller)
    }

    #[test]
    fn keeps_all_symbols_at_the_bound() {
        assert_eq!(largest(4), (["A", "B", "C", "D"].map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn keeps_largest_holdings_beyond_the_bound() {
        let left_out = |symbol: &str| DroppedSymbol {
            symbol: symbol.to_owned(),
            reason: "not among the 3 largest holdings".to_owned(),
        };
        assert_eq!(largest(3), (["A", "B", "D"].map(str::to_owned).to_vec(), vec![left_out("C")]));
    }
}
