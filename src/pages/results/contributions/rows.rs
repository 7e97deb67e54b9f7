//! The rows of the contributions table: contributions to return and to risk, joined by symbol.

use std::collections::BTreeMap;

use super::super::{format, overview::Overview};
use crate::server::batch::phases::{snapshots::SymbolPnl, volatility::book_risk::RiskContribution};

/// Maximum number of symbols in the table. The others are added up in one row.
const MAX_ROWS: usize = 30;

/// Contributions of one symbol, or of several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contribution {
    pub symbol: String,
    /// P&L over the days of the snapshots, in dollars.
    pub pnl: Option<f64>,
    /// Contribution to the return, as a fraction.
    pub share_of_return: Option<f64>,
    /// Weight in today's book, signed.
    pub weight: Option<f64>,
    /// Contribution to the volatility of today's book, annualized.
    pub volatility: Option<f64>,
}

impl Contribution {
    fn add(&mut self, other: &Self) {
        let sum = |a: &mut Option<f64>, b: Option<f64>| {
            if let Some(b) = b {
                *a = Some(a.unwrap_or(0.0) + b);
            }
        };
        sum(&mut self.pnl, other.pnl);
        sum(&mut self.share_of_return, other.share_of_return);
        sum(&mut self.weight, other.weight);
        sum(&mut self.volatility, other.volatility);
    }

    /// Returns the share of the volatility that comes from this symbol.
    pub fn share_of_risk(&self, volatility: Option<f64>) -> Option<f64> {
        let volatility = volatility.filter(|volatility| *volatility > 0.0)?;
        Some(self.volatility? / volatility)
    }
}

/// The rows of the table, from the largest gain to the largest loss.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contributions {
    pub rows: Vec<Contribution>,
    /// Number of symbols that have no row of their own.
    pub rest_count: usize,
    /// Sum of the symbols that have no row of their own, if any.
    pub rest: Option<Contribution>,
    /// Sum of all symbols.
    pub total: Contribution,
    /// Volatility of today's book.
    pub volatility: Option<f64>,
}

impl Contributions {
    pub fn from_overview(overview: &Overview<'_>) -> Self {
        let pnl = overview.snapshots.and_then(|snapshots| snapshots.pnl_by_symbol.as_deref()).unwrap_or_default();
        let risk = overview.risk.map(|risk| risk.contributions.as_slice()).unwrap_or_default();
        Self::new(pnl, risk, overview.risk.and_then(|risk| risk.volatility))
    }

    fn new(pnl: &[SymbolPnl], risk: &[RiskContribution], volatility: Option<f64>) -> Self {
        let mut by_symbol: BTreeMap<&str, Contribution> = BTreeMap::new();
        for SymbolPnl { symbol, pnl, contribution } in pnl {
            let row = by_symbol.entry(symbol).or_default();
            (row.pnl, row.share_of_return) = (Some(*pnl), *contribution);
        }
        for RiskContribution { symbol, weight, volatility } in risk {
            let row = by_symbol.entry(symbol).or_default();
            (row.weight, row.volatility) = (Some(*weight), *volatility);
        }
        let mut rows: Vec<Contribution> =
            by_symbol.into_iter().map(|(symbol, row)| Contribution { symbol: symbol.to_owned(), ..row }).collect();
        let mut total = Contribution { symbol: "Total".to_owned(), ..Contribution::default() };
        for row in &rows {
            total.add(row);
        }
        // A symbol is large if it contributed much to the return or contributes much to the risk.
        let largest = |value: fn(&Contribution) -> Option<f64>| {
            rows.iter().filter_map(value).map(f64::abs).fold(f64::MIN_POSITIVE, f64::max)
        };
        let (most, riskiest) = (largest(|row| row.pnl), largest(|row| row.volatility));
        let size = |row: &Contribution| {
            (row.pnl.unwrap_or(0.0).abs() / most).max(row.volatility.unwrap_or(0.0).abs() / riskiest)
        };
        rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
        let smaller = rows.split_off(rows.len().min(MAX_ROWS));
        let rest_count = smaller.len();
        let rest = (rest_count > 0).then(|| {
            let mut rest =
                Contribution { symbol: format!("{} others", format::count(rest_count)), ..Contribution::default() };
            for row in smaller {
                rest.add(&row);
            }
            rest
        });
        rows.sort_by(|a, b| b.pnl.unwrap_or(0.0).total_cmp(&a.pnl.unwrap_or(0.0)));
        Self { rows, rest_count, rest, total, volatility }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn has_risk(&self) -> bool {
        self.total.volatility.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pnl(symbol: &str, pnl: f64) -> SymbolPnl {
        SymbolPnl { symbol: symbol.into(), pnl, contribution: Some(pnl / 1_000.0) }
    }

    fn risk(symbol: &str, volatility: f64) -> RiskContribution {
        RiskContribution { symbol: symbol.into(), weight: 0.5, volatility: Some(volatility) }
    }

    #[test]
    fn joins_return_and_risk_by_symbol() {
        let found =
            Contributions::new(&[pnl("A", -10.0), pnl("B", 30.0)], &[risk("B", 0.1), risk("C", 0.05)], Some(0.15));
        let symbols: Vec<&str> = found.rows.iter().map(|row| row.symbol.as_str()).collect();
        assert_eq!(symbols, ["B", "C", "A"], "from the largest gain to the largest loss");
        assert_eq!((found.rows[1].pnl, found.rows[2].weight), (None, None), "a missing number is not zero");
        assert_eq!((found.total.pnl, found.rest_count), (Some(20.0), 0));
        assert!((found.rows[0].share_of_risk(found.volatility).unwrap() - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn adds_up_small_contributions_in_one_row() {
        let all: Vec<SymbolPnl> = (0..10_000).map(|number| pnl(&format!("S{number:05}"), f64::from(number))).collect();
        let found = Contributions::new(&all, &[], None);
        let rest = found.rest.as_ref().unwrap();
        assert_eq!((found.rows.len(), found.rest_count, rest.symbol.as_str()), (MAX_ROWS, 9_970, "9,970 others"));
        let shown: f64 = found.rows.iter().filter_map(|row| row.pnl).sum();
        assert_eq!(Some(shown + rest.pnl.unwrap()), found.total.pnl);
        assert!(!found.has_risk());
    }

    #[test]
    fn keeps_large_risk_without_pnl() {
        let all: Vec<SymbolPnl> = (0..40).map(|number| pnl(&format!("S{number:02}"), f64::from(number))).collect();
        let found = Contributions::new(&all, &[risk("ZZZ", 0.2)], Some(0.2));
        assert!(found.rows.iter().any(|row| row.symbol == "ZZZ"));
    }

    #[test]
    fn shows_no_share_of_zero_risk() {
        let row = Contribution { volatility: Some(0.0), ..Contribution::default() };
        assert_eq!(row.share_of_risk(Some(0.0)), None);
    }
}
