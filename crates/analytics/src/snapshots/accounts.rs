//! Daily totals of a portfolio on the money grid, and the P&L of each symbol.
//!
//! The value of each price group, its trades and its income are rounded to the grid one by one,
//! before they are added. All sums of them are therefore exact: the P&L of the symbols adds up to
//! the change in equity to the last bit, in whatever order it is added.

use crate::holding::{Holding, LedgerError};
use crate::money::MoneyGrid;
use crate::price_group::{PriceGroup, Totals};

/// Factor by which the bound on all amounts is raised, so that it also covers the rounding of each
/// amount to the grid. It allows for 2^28 amounts that are rounded by half a step each.
const ROUNDING_ROOM: f64 = 1.0 + 1.0 / 16_777_216.0;

/// Totals of each calendar row, in dollars.
#[derive(Debug, Clone)]
pub(super) struct Accounts {
    pub values: Totals,
    pub cash: Vec<f64>,
    pub income: Vec<f64>,
    /// P&L of each symbol since the base row, by the symbol's number. `None` for a symbol that was
    /// not held at the close of the base row or later.
    pub pnl_by_symbol: Vec<Option<f64>>,
    /// Number of amounts that were rounded for one row's equity, at most.
    pub roundings: usize,
}

/// Computes the largest sum of absolute amounts that the accounts can contain, in dollars.
///
/// # Errors
/// Returns a [`LedgerError`] with the index of the first invalid holding.
pub(super) fn largest_total(rows: usize, holdings: &[Holding], cash: f64) -> Result<f64, LedgerError> {
    let mut bound = cash.abs();
    let mut index = 0;
    for group in PriceGroup::from_holdings(holdings) {
        let highest_close = group.highest_close();
        for holding in group.holdings() {
            bound += holding.largest_value(index, rows, highest_close)?;
            let moved = holding.cash_flows().chain(holding.income()).filter(|(row, _)| *row < rows);
            bound += moved.map(|(_, amount)| amount.abs()).sum::<f64>();
            index += 1;
        }
    }
    Ok(bound * ROUNDING_ROOM)
}

impl Accounts {
    /// Computes the accounts of `rows` calendar rows. P&L is measured since the close of row
    /// `base`.
    pub fn new(rows: usize, holdings: &[Holding], cash_at_end: f64, base: usize, grid: MoneyGrid) -> Self {
        let symbols = holdings.iter().map(|holding| holding.symbol + 1).max().unwrap_or(0);
        let mut accounts = Self {
            values: Totals::zero(rows),
            cash: vec![grid.round(cash_at_end); rows],
            income: vec![0.0; rows],
            pnl_by_symbol: vec![None; symbols],
            roundings: 1,
        };
        let mut moved = vec![0.0; rows];
        let mut group_accounts = GroupAccounts::zero(rows);
        for group in PriceGroup::from_holdings(holdings) {
            group_accounts.fill(&group, grid);
            accounts.add(&group_accounts, &mut moved);
            if group.holdings().iter().any(|holding| is_held_since(holding, base, rows)) {
                let pnl = accounts.pnl_by_symbol[group.symbol()].get_or_insert(0.0);
                *pnl += group_accounts.pnl_since(base);
            }
        }
        for row in (1..rows).rev() {
            accounts.cash[row - 1] = accounts.cash[row] - moved[row];
        }
        accounts
    }

    fn add(&mut self, group: &GroupAccounts, moved: &mut [f64]) {
        let add = |totals: &mut [f64], amounts: &[f64]| {
            totals.iter_mut().zip(amounts).for_each(|(total, amount)| *total += amount);
        };
        add(&mut self.values.long, &group.values.long);
        add(&mut self.values.short, &group.values.short);
        add(&mut self.income, &group.income);
        add(moved, &group.income);
        add(moved, &group.flows);
        let amounts = group.income.iter().chain(&group.flows).filter(|amount| **amount != 0.0).count();
        self.roundings += 2 + amounts;
    }
}

/// Returns whether a lot is held at the close of row `base`, or is entered on a later row.
fn is_held_since(holding: &Holding, base: usize, rows: usize) -> bool {
    let is_entered = holding.entry.row.is_none_or(|row| row < rows);
    is_entered && holding.exit.is_none_or(|exit| exit.row.is_some_and(|row| row > base))
}

/// Amounts of one price group on each calendar row, rounded to the money grid.
struct GroupAccounts {
    values: Totals,
    /// Cash that trades brought in; negative if they cost more.
    flows: Vec<f64>,
    income: Vec<f64>,
}

impl GroupAccounts {
    fn zero(rows: usize) -> Self {
        Self { values: Totals::zero(rows), flows: vec![0.0; rows], income: vec![0.0; rows] }
    }

    /// Computes the amounts of a group in place of the previous one's.
    fn fill(&mut self, group: &PriceGroup, grid: MoneyGrid) {
        self.values.clear();
        group.add_values(&mut self.values);
        self.flows.fill(0.0);
        self.income.fill(0.0);
        for holding in group.holdings() {
            add_all(&mut self.flows, holding.cash_flows());
            add_all(&mut self.income, holding.income());
        }
        for amounts in [&mut self.values.long, &mut self.values.short, &mut self.flows, &mut self.income] {
            // Most amounts of a portfolio of shares are zero: the values of the other side, and the
            // trades and dividends of most days.
            amounts.iter_mut().filter(|amount| **amount != 0.0).for_each(|amount| *amount = grid.round(*amount));
        }
    }

    /// Computes the change in value since the close of row `base`, plus trades and income.
    fn pnl_since(&self, base: usize) -> f64 {
        let value = |row: usize| self.values.long[row] + self.values.short[row];
        let Some(last) = self.flows.len().checked_sub(1).filter(|last| base < *last) else { return 0.0 };
        let moved: f64 = (base + 1..=last).map(|row| self.flows[row] + self.income[row]).sum();
        value(last) - value(base) + moved
    }
}

fn add_all(totals: &mut [f64], amounts: impl Iterator<Item = (usize, f64)>) {
    for (row, amount) in amounts {
        if let Some(total) = totals.get_mut(row) {
            *total += amount;
        }
    }
}
