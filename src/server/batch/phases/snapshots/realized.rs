//! P&L of each symbol over the days of the snapshots, and realized P&L of each closed position.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::server::batch::model::{holdings::Holdings, input::Input, panel::MarketPanel};

/// P&L of one symbol over the days of the snapshots: changes in value, trades and dividends of all
/// its lots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SymbolPnl {
    pub symbol: String,
    /// In dollars. The P&L of all symbols adds up to the change in equity, to the last bit.
    pub pnl: f64,
    /// `pnl` as a fraction of the equity before the first day; null if that is not positive.
    #[serde(rename = "return")]
    pub contribution: Option<f64>,
}

/// A position that was closed on or before the as-of date, or an option that was settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosedPosition {
    pub symbol: String,
    pub quantity: f64,
    pub multiplier: f64,
    pub entry_date: NaiveDate,
    pub exit_date: NaiveDate,
    pub entry_price: f64,
    pub exit_price: f64,
    /// Dividends while it was held, in dollars; null if the source has only one price per day.
    pub income: Option<f64>,
    /// Proceeds minus cost, plus `income`, in dollars.
    pub realized_pnl: f64,
}

/// Returns the P&L of each symbol that was held on a day of the snapshots, in alphabetical order.
/// `pnl` is that of each symbol of `held`.
pub(super) fn pnl_by_symbol(held: &Holdings, pnl: &[Option<f64>], days: &[Snapshot]) -> Vec<SymbolPnl> {
    // The first snapshot has a P&L if the calendar has a day before it. Then the P&L of the symbols
    // starts on that day, too.
    let base = days.first().map(|first| first.equity - first.pnl.unwrap_or(0.0)).filter(|base| *base > 0.0);
    let known = held.symbols.iter().zip(pnl);
    known
        .filter_map(|(symbol, pnl)| {
            let pnl = (*pnl)?;
            let contribution = base.map(|base| pnl / base).filter(|ratio| ratio.is_finite());
            Some(SymbolPnl { symbol: (*symbol).to_owned(), pnl, contribution })
        })
        .collect()
}

/// Returns the positions that were closed on or before the as-of date, in file order. Positions
/// without prices are left out, like their trades. `income` is that of each position; see
/// [`Holdings::income`].
pub(super) fn closed_positions(input: &Input, panel: &MarketPanel, income: &[Option<f64>]) -> Vec<ClosedPosition> {
    let Some(as_of) = panel.as_of() else { return Vec::new() };
    let positions = input.positions().iter().zip(income);
    positions
        .filter_map(|(position, income)| {
            let exit = position.exit.as_ref().filter(|exit| exit.date <= as_of)?;
            let units = position.quantity * position.multiplier();
            let received = (*income)?;
            Some(ClosedPosition {
                symbol: position.symbol.clone(),
                quantity: position.quantity,
                multiplier: position.multiplier(),
                entry_date: position.entry_date,
                exit_date: exit.date,
                entry_price: position.entry_price,
                exit_price: exit.price,
                income: Some(received).filter(|_| !panel.lacks_dividends),
                realized_pnl: units * (exit.price - position.entry_price) + received,
            })
        })
        .collect()
}
