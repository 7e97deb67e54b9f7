//! Daily accounts of a portfolio: equity, cash, P&L, return and drawdown.
//!
//! It walks the trading calendar one row at a time, so that a caller can report
//! progress between rows. It fetches no price, knows no date and no symbol, and
//! has no external flows: the only cash that moves pays for a trade.

use super::holding::{Holding, LedgerError};
use super::money::MoneyGrid;
use super::price_group::{PriceGroup, Totals};

/// Trading days without a price after which a holding deserves a warning.
pub const STALE_WARNING_DAYS: usize = 5;

/// The accounts at the close of one calendar row, in dollars.
#[derive(Debug, Clone, PartialEq)]
pub struct DaySnapshot {
    /// The calendar row.
    pub row: usize,
    /// `cash + net`.
    pub equity: f64,
    /// Cash after the row's trades.
    pub cash: f64,
    /// Value of the long holdings, at least 0.
    pub long_value: f64,
    /// Value of the short holdings, at most 0.
    pub short_value: f64,
    /// `long_value - short_value`.
    pub gross: f64,
    /// `long_value + short_value`.
    pub net: f64,
    /// Equity less that of the row before; `None` on the calendar's first row.
    pub pnl: Option<f64>,
    /// Time-weighted return `pnl / equity_{t-1}`. `None` without a row before,
    /// or if the equity there is not positive: a loss on nothing has no rate.
    pub time_weighted_return: Option<f64>,
    /// Equity over its highest value so far, from the ledger's first row on, less 1.
    /// `None` before that row, and while that value is not positive.
    pub drawdown: Option<f64>,
}

/// Walks the calendar: an iterator of one [`DaySnapshot`] a row.
///
/// Cash is unwound backwards from the last row, where an entry takes `q·P·multiplier` and an exit brings it. What is held
/// is valued by [`PriceGroup::add_values`]. Long, short and cash are rounded to a [`MoneyGrid`], so that `equity = cash +
/// net` and `equity_t = equity_{t-1} + pnl_t` hold to the last bit.
#[derive(Debug, Clone)]
pub struct Ledger<'a> {
    holdings: &'a [Holding<'a>],
    totals: Totals,
    cash: Vec<f64>,
    grid: MoneyGrid,
    next_row: usize,
    first: usize,
    previous_equity: Option<f64>,
    peak: f64,
}

impl<'a> Ledger<'a> {
    /// A ledger over a calendar of `rows` rows, whose drawdowns count from row `first` on.
    ///
    /// `cash_at_end` is the cash on the calendar's last row, in dollars. Holdings with the same prices cost least side by
    /// side.
    ///
    /// # Errors
    /// A [`LedgerError`] naming the first holding that makes no sense.
    pub fn new(rows: usize, holdings: &'a [Holding<'a>], cash_at_end: f64, first: usize) -> Result<Self, LedgerError> {
        let mut bound = cash_at_end.abs();
        let mut flows = vec![0.0; rows];
        let mut totals = Totals::none(rows);
        let mut index = 0;
        for group in PriceGroup::of_all(holdings) {
            let highest_close = group.add_values(&mut totals);
            for holding in group.holdings() {
                bound += holding.largest_value(index, rows, highest_close)?;
                for (row, flow) in holding.cash_flows() {
                    if let Some(total) = flows.get_mut(row) {
                        *total += flow;
                        bound += flow.abs();
                    }
                }
                index += 1;
            }
        }
        let grid = MoneyGrid::for_amounts_up_to(bound).ok_or(LedgerError::TotalNotFinite)?;
        let mut cash = vec![grid.round(cash_at_end); rows];
        for row in (1..rows).rev() {
            cash[row - 1] = cash[row] - grid.round(flows[row]);
        }
        Ok(Self { holdings, totals, cash, grid, next_row: 0, first, previous_equity: None, peak: f64::NEG_INFINITY })
    }

    /// For each holding, how many of the calendar's last rows it was held without a price.
    pub fn stale_days(&self) -> Vec<usize> {
        PriceGroup::of_all(self.holdings).flat_map(|group| group.stale_days()).collect()
    }

    fn close(&mut self, row: usize, cash: f64) -> DaySnapshot {
        let (long, short) = (self.totals.long[row], self.totals.short[row]);
        let (long_value, short_value) = (self.grid.round(long), self.grid.round(short));
        let net = long_value + short_value;
        let equity = cash + net;
        let before = self.previous_equity.replace(equity);
        let pnl = before.map(|before| equity - before);
        if row >= self.first {
            self.peak = self.peak.max(equity);
        }
        DaySnapshot {
            row,
            equity,
            cash,
            long_value,
            short_value,
            gross: long_value - short_value,
            net,
            pnl,
            time_weighted_return: ratio(pnl, before),
            drawdown: ratio(Some(equity), Some(self.peak)).map(|level| level - 1.0),
        }
    }
}

impl Iterator for Ledger<'_> {
    type Item = DaySnapshot;

    fn next(&mut self) -> Option<DaySnapshot> {
        let row = self.next_row;
        let cash = *self.cash.get(row)?;
        self.next_row += 1;
        Some(self.close(row, cash))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.cash.len() - self.next_row;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Ledger<'_> {}

fn ratio(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    let whole = whole.filter(|whole| *whole > 0.0)?;
    Some(part? / whole).filter(|ratio| ratio.is_finite())
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
