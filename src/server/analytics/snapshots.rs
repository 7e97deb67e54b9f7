//! Daily accounts of a portfolio: equity, cash, P&L, return and drawdown.
//!
//! It walks the trading calendar one row at a time, so that a caller can report
//! progress between rows. It fetches no price, knows no date and no symbol, and
//! has no external flows: the only cash that moves pays for a trade.

use super::holding::{Holding, LedgerError};
use super::money::MoneyGrid;
use super::returns::price_at;

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
    /// Indices of the holdings held at the close that have no price on this row.
    pub stale: Vec<usize>,
}

/// Walks the calendar: an iterator of one [`DaySnapshot`] a row.
///
/// A step costs O(holdings). Cash is unwound backwards from the last row, where
/// an entry takes `q·P·multiplier` and an exit brings it. From its entry row a
/// holding is valued at the day's close; without one at the last close known,
/// and before any close is known at its entry price. On its exit row its value
/// is 0. Long, short and cash are rounded to a [`MoneyGrid`], so that `equity =
/// cash + net` and `equity_t = equity_{t-1} + pnl_t` hold to the last bit.
#[derive(Debug, Clone)]
pub struct Ledger<'a> {
    holdings: &'a [Holding<'a>],
    marks: Vec<Mark>,
    cash: Vec<f64>,
    grid: MoneyGrid,
    next_row: usize,
    first: usize,
    previous_equity: Option<f64>,
    peak: f64,
}

/// What a holding was last valued at.
#[derive(Debug, Clone, Copy)]
struct Mark {
    price: f64,
    stale_days: usize,
}

impl<'a> Ledger<'a> {
    /// A ledger over a calendar of `rows` rows, whose drawdowns count from row `first` on.
    ///
    /// `cash_at_end` is the cash on the calendar's last row, in dollars.
    ///
    /// # Errors
    /// A [`LedgerError`] naming the first holding that makes no sense.
    pub fn new(rows: usize, holdings: &'a [Holding<'a>], cash_at_end: f64, first: usize) -> Result<Self, LedgerError> {
        let mut bound = cash_at_end.abs();
        let mut flows = vec![0.0; rows];
        for (index, holding) in holdings.iter().enumerate() {
            bound += holding.largest_value(index, rows)?;
            for (row, flow) in holding.cash_flows() {
                if let Some(total) = flows.get_mut(row) {
                    *total += flow;
                    bound += flow.abs();
                }
            }
        }
        let grid = MoneyGrid::for_amounts_up_to(bound).ok_or(LedgerError::TotalNotFinite)?;
        let mut cash = vec![grid.round(cash_at_end); rows];
        for row in (1..rows).rev() {
            cash[row - 1] = cash[row] - grid.round(flows[row]);
        }
        let mark = |holding: &Holding| Mark { price: holding.entry.price, stale_days: 0 };
        Ok(Self {
            holdings,
            marks: holdings.iter().map(mark).collect(),
            cash,
            grid,
            next_row: 0,
            first,
            previous_equity: None,
            peak: f64::NEG_INFINITY,
        })
    }

    /// For each holding, how many rows in a row up to the last one walked it was
    /// held without a price.
    pub fn stale_days(&self) -> Vec<usize> {
        self.marks.iter().map(|mark| mark.stale_days).collect()
    }

    fn close(&mut self, row: usize, cash: f64) -> DaySnapshot {
        let (mut long, mut short) = (0.0, 0.0);
        let mut stale = Vec::new();
        for (index, (holding, mark)) in self.holdings.iter().zip(&mut self.marks).enumerate() {
            let price = price_at(holding.prices, row);
            let held = holding.is_held(row);
            mark.price = price.unwrap_or(mark.price);
            if held && price.is_none() && !holding.prices.is_empty() {
                mark.stale_days += 1;
                stale.push(index);
            } else {
                mark.stale_days = 0;
            }
            if held {
                let value = holding.value_at(mark.price);
                *if value < 0.0 { &mut short } else { &mut long } += value;
            }
        }
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
            stale,
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
