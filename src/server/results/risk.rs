//! The risk of today's book, together with what each symbol contributed to the return.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::server::batch::{
    Outputs,
    phases::volatility::book_risk::{LeftOut, TailLevels},
};

/// Why there is no risk in the results of a run that ended before phase 8.
const NOT_COMPUTED: &str = "the risk of today's book has not been computed yet";

/// Risk of the positions held on the as-of date, and the contributions of each symbol to the risk
/// and to the return. Tail risks are positive fractions of the equity, over one day.
#[derive(Debug, PartialEq, Serialize)]
pub struct Risk<'a> {
    /// Number of days on which every included symbol has a return.
    pub observations: usize,
    /// Volatility of the book, annualized, as a fraction of the equity.
    pub volatility: Option<f64>,
    #[serde(rename = "var")]
    pub value_at_risk: TailLevels,
    pub expected_shortfall: TailLevels,
    /// One entry per symbol that is or was held, in alphabetical order.
    pub contributions: Vec<Contribution<'a>>,
    pub left_out: &'a [LeftOut],
    /// Why the risk is null; null if it is not.
    pub reason: Option<&'a str>,
}

/// Contributions of one symbol, over all its lots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Contribution<'a> {
    pub symbol: &'a str,
    /// Signed share of the equity, with options at delta; null for a symbol that the risk of
    /// today's book does not include.
    pub weight: Option<f64>,
    /// Annualized contribution to the volatility of today's book.
    pub volatility: Option<f64>,
    /// P&L over the days of the snapshots, as a fraction of the equity before the first day.
    #[serde(rename = "return")]
    pub total_return: Option<f64>,
    /// The same P&L in dollars.
    pub pnl: Option<f64>,
}

impl<'a> Risk<'a> {
    /// Combines the results of phases 4 and 8. Returns `None` if neither has contributions, as in
    /// results that an older version stored.
    pub fn from_outputs(out: &'a Outputs) -> Option<Self> {
        let book = out.volatility.as_ref().and_then(|analysis| analysis.book_risk.as_ref());
        let pnl = out.snapshots.as_ref().and_then(|snapshots| snapshots.pnl_by_symbol.as_deref());
        if book.is_none() && pnl.is_none() {
            return None;
        }
        let mut contributions: BTreeMap<&str, Contribution> = BTreeMap::new();
        let new = |symbol| Contribution { symbol, ..Contribution::default() };
        for part in book.iter().flat_map(|book| &book.contributions) {
            let entry = contributions.entry(&part.symbol).or_insert_with(|| new(&part.symbol));
            (entry.weight, entry.volatility) = (Some(part.weight), part.volatility);
        }
        for part in pnl.unwrap_or_default() {
            let entry = contributions.entry(&part.symbol).or_insert_with(|| new(&part.symbol));
            (entry.total_return, entry.pnl) = (part.contribution, Some(part.pnl));
        }
        Some(Self {
            observations: book.map_or(0, |book| book.observations),
            volatility: book.and_then(|book| book.volatility),
            value_at_risk: book.map(|book| book.value_at_risk).unwrap_or_default(),
            expected_shortfall: book.map(|book| book.expected_shortfall).unwrap_or_default(),
            contributions: contributions.into_values().collect(),
            left_out: book.map(|book| book.left_out.as_slice()).unwrap_or_default(),
            reason: book.map_or(Some(NOT_COMPUTED), |book| book.reason.as_deref()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::batch::phases::{
        snapshots::{Snapshots, SymbolPnl},
        volatility::{
            SeriesVolatility, VolatilityAnalysis,
            book_risk::{BookRisk, RiskContribution},
        },
    };

    fn with_pnl(symbols: &[&str]) -> Outputs {
        let pnl = |symbol: &&str| SymbolPnl { symbol: (*symbol).to_owned(), pnl: 2.0, contribution: Some(0.02) };
        let pnl_by_symbol = Some(symbols.iter().map(pnl).collect());
        Outputs { snapshots: Some(Snapshots { pnl_by_symbol, ..Snapshots::default() }), ..Outputs::default() }
    }

    fn with_risk(symbols: &[&str], out: Outputs) -> Outputs {
        let contribution =
            |symbol: &&str| RiskContribution { symbol: (*symbol).to_owned(), weight: 0.5, volatility: Some(0.1) };
        let contributions = symbols.iter().map(contribution).collect();
        let book_risk = Some(BookRisk { contributions, ..BookRisk::default() });
        let analysis = VolatilityAnalysis { portfolio: SeriesVolatility::default(), positions: Vec::new(), book_risk };
        Outputs { volatility: Some(analysis), ..out }
    }

    #[test]
    fn joins_contributions_to_risk_and_return() {
        let out = with_risk(&["A", "C"], with_pnl(&["B", "C"]));
        let of = |symbol, [weight, volatility, total_return, pnl]: [Option<f64>; 4]| Contribution {
            symbol,
            weight,
            volatility,
            total_return,
            pnl,
        };
        assert_eq!(
            Risk::from_outputs(&out).unwrap().contributions,
            [
                of("A", [Some(0.5), Some(0.1), None, None]),
                of("B", [None, None, Some(0.02), Some(2.0)]),
                of("C", [Some(0.5), Some(0.1), Some(0.02), Some(2.0)]),
            ]
        );
    }

    #[test]
    fn explains_missing_risk_of_unfinished_run() {
        let out = with_pnl(&["A"]);
        let risk = Risk::from_outputs(&out).unwrap();
        assert_eq!((risk.volatility, risk.reason), (None, Some(NOT_COMPUTED)));
    }

    #[test]
    fn has_no_risk_in_results_of_older_version() {
        let snapshots = Some(Snapshots::default());
        assert_eq!(Risk::from_outputs(&Outputs { snapshots, ..Outputs::default() }), None);
    }
}
