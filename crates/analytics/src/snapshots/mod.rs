//! Daily accounts of a portfolio: equity, cash, income, P&L, return and drawdown.
//!
//! The calendar is processed one row (trading day) at a time, so the caller can report progress
//! between rows. The caller passes the prices. A row is an index into the calendar, not a date.
//! There are no deposits or withdrawals: only trades and dividends change the cash balance.

mod accounts;

use self::accounts::{Accounts, largest_total};
use super::holding::{Holding, LedgerError};
use super::money::MoneyGrid;
use super::price_group::PriceGroup;

/// Number of consecutive trading days that a holding can go without a price before the user is
/// warned about it.
pub const STALE_WARNING_DAYS: usize = 5;

/// A portfolio's accounts at the close of one calendar row, in dollars.
#[derive(Debug, Clone, PartialEq)]
pub struct DaySnapshot {
    pub row: usize,
    /// Equity of the portfolio: `cash + net`.
    pub equity: f64,
    /// Cash after the trades and dividends of this row.
    pub cash: f64,
    /// Value of the portfolio's long holdings, at least 0.
    pub long_value: f64,
    /// Value of the portfolio's short holdings, at most 0.
    pub short_value: f64,
    /// Gross value of the holdings: `long_value - short_value`.
    pub gross: f64,
    /// Net value of the holdings: `long_value + short_value`.
    pub net: f64,
    /// Dividends of the day on what was held at the close of the row before; negative if short
    /// holdings paid more than long ones received.
    pub income: f64,
    /// P&L of the day, with its income: the change in equity since the previous row. `None` on the
    /// first row of the calendar.
    pub pnl: Option<f64>,
    /// Time-weighted return: `pnl` divided by the equity on the previous row. `None` on the first
    /// row, if more than the whole equity was lost, and on all rows after the equity was zero or
    /// negative, because compounding cannot continue from a level of zero or below.
    pub time_weighted_return: Option<f64>,
    /// Drawdown: equity divided by its highest value so far, minus 1, but not below -1. `None`
    /// before the first row for which drawdowns are computed (see [`Ledger::new`]), and while the
    /// highest value is not positive.
    pub drawdown: Option<f64>,
}

/// Iterator over the trading calendar that yields one [`DaySnapshot`] per row.
///
/// Cash is computed backwards from the balance on the last row. An entry reduces cash by quantity
/// times price times multiplier, an exit adds that amount, and dividends are added on their
/// ex-date. Holdings are valued by [`PriceGroup::add_values`]. All amounts are on a [`MoneyGrid`],
/// so `equity = cash + net` and `equity_t = equity_{t-1} + pnl_t` hold to the last bit, and the P&L
/// of the symbols adds up to the change in equity.
#[derive(Debug, Clone)]
pub struct Ledger<'a> {
    holdings: &'a [Holding<'a>],
    accounts: Accounts,
    step: f64,
    next_row: usize,
    first: usize,
    previous_equity: Option<f64>,
    /// First row on which the equity was zero or negative.
    lost: Option<usize>,
    peak: f64,
}

impl<'a> Ledger<'a> {
    /// Creates the ledger of a portfolio over a calendar of `rows` rows. Drawdowns start on row
    /// `first`, and the P&L of the symbols at the close of the row before it, or of row `first` if
    /// that is the first row.
    ///
    /// `cash_at_end` is the cash on the last row of the calendar, in dollars. The ledger is
    /// computed fastest if the lots of a symbol are adjacent.
    ///
    /// # Errors
    /// Returns a [`LedgerError`] if a holding is invalid, with the index of the first such holding,
    /// or if the cash or the total of all values is not finite.
    pub fn new(rows: usize, holdings: &'a [Holding<'a>], cash_at_end: f64, first: usize) -> Result<Self, LedgerError> {
        let bound = largest_total(rows, holdings, cash_at_end)?;
        let grid = MoneyGrid::for_amounts_up_to(bound).ok_or(LedgerError::TotalNotFinite)?;
        Ok(Self {
            holdings,
            accounts: Accounts::new(rows, holdings, cash_at_end, first.saturating_sub(1), grid),
            step: grid.step(),
            next_row: 0,
            first,
            previous_equity: None,
            lost: None,
            peak: f64::NEG_INFINITY,
        })
    }

    /// Returns the P&L of each symbol in dollars, by the symbol's number: changes in value, trades
    /// and income of all its lots. `None` for a symbol that was not held in this time.
    pub fn pnl_by_symbol(&self) -> &[Option<f64>] {
        &self.accounts.pnl_by_symbol
    }

    /// Counts, for each holding, the rows at the end of the calendar on which it was held but had
    /// no price.
    pub fn stale_days(&self) -> Vec<usize> {
        PriceGroup::from_holdings(self.holdings).flat_map(|group| group.stale_days()).collect()
    }

    /// Returns how far the equity of a row can be from its value without rounding, in dollars.
    pub fn rounding_error(&self) -> f64 {
        self.step * (self.accounts.roundings as f64 / 2.0 + 1.0)
    }

    /// Returns the first row so far on which the equity was zero or negative. Returns end there.
    pub fn lost(&self) -> Option<usize> {
        self.lost
    }

    fn close(&mut self, row: usize, cash: f64) -> DaySnapshot {
        let (long_value, short_value) = (self.accounts.values.long[row], self.accounts.values.short[row]);
        let net = long_value + short_value;
        let equity = cash + net;
        let before = self.previous_equity.replace(equity);
        let pnl = before.map(|before| equity - before);
        let time_weighted_return = ratio(pnl, before).filter(|change| self.lost.is_none() && *change >= -1.0);
        if equity <= 0.0 {
            self.lost.get_or_insert(row);
        }
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
            income: self.accounts.income[row],
            pnl,
            time_weighted_return,
            drawdown: ratio(Some(equity), Some(self.peak)).map(|level| (level - 1.0).max(-1.0)),
        }
    }
}

impl Iterator for Ledger<'_> {
    type Item = DaySnapshot;

    fn next(&mut self) -> Option<DaySnapshot> {
        let row = self.next_row;
        let cash = *self.accounts.cash.get(row)?;
        self.next_row += 1;
        Some(self.close(row, cash))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.accounts.cash.len() - self.next_row;
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
