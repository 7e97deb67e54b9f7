//! Daily accounts of a portfolio: equity, cash, P&L, return and drawdown.
//!
//! It walks the trading calendar one row at a time, so that a caller can report
//! progress between rows. It fetches no price, knows no date and no symbol, and
//! has no external flows: the only cash that moves pays for a trade.

use std::collections::HashMap;

use super::holding::{Holding, LedgerError};
use super::money::MoneyGrid;

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
/// A step costs O(price series + trades on the row): lots with the same prices are one group. Cash is unwound
/// backwards from the last row, where an entry takes `q·P·multiplier` and an exit brings it. From its entry row a
/// holding is valued at the day's close; without one at the last close known,
/// and before any close is known at its entry price. On its exit row its value
/// is 0. Long, short and cash are rounded to a [`MoneyGrid`], so that `equity =
/// cash + net` and `equity_t = equity_{t-1} + pnl_t` hold to the last bit.
#[derive(Debug, Clone)]
pub struct Ledger<'a> {
    holdings: &'a [Holding<'a>],
    groups: Vec<Group<'a>>,
    /// What begins or ends to be held, by row, the last one first.
    trades: Vec<Change>,
    cash: Vec<f64>,
    grid: MoneyGrid,
    next_row: usize,
    first: usize,
    previous_equity: Option<f64>,
    peak: f64,
}

/// Holdings that have the same prices.
#[derive(Debug, Clone)]
struct Group<'a> {
    prices: &'a [Option<f64>],
    members: Vec<usize>,
    long: Side,
    short: Side,
    /// The last close known.
    mark: Option<f64>,
    /// Rows in a row up to the last one walked that have no close.
    without: usize,
}

/// What is held of a group in one direction.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    /// `Σ quantity · multiplier`.
    units: f64,
    /// Its value at entry prices.
    at_entry: f64,
    lots: usize,
}

impl Side {
    fn apply(&mut self, change: &Change, holding: &Holding) {
        let (units, at_entry) = (holding.quantity * holding.multiplier, holding.value_at(holding.entry.price));
        if change.begins {
            *self = Self { units: self.units + units, at_entry: self.at_entry + at_entry, lots: self.lots + 1 };
        } else if self.lots <= 1 {
            // Nothing is held any more, not even rounding.
            *self = Self::default();
        } else {
            *self = Self { units: self.units - units, at_entry: self.at_entry - at_entry, lots: self.lots - 1 };
        }
    }

    fn value(&self, mark: Option<f64>) -> f64 {
        mark.map_or(self.at_entry, |mark| self.units * mark)
    }
}

/// A holding begins or ends to be held.
#[derive(Debug, Clone, Copy)]
struct Change {
    row: usize,
    holding: usize,
    group: usize,
    begins: bool,
}

impl<'a> Ledger<'a> {
    /// A ledger over a calendar of `rows` rows, whose drawdowns count from row `first` on.
    ///
    /// `cash_at_end` is the cash on the calendar's last row, in dollars.
    ///
    /// # Errors
    /// A [`LedgerError`] naming the first holding that makes no sense.
    pub fn new(rows: usize, holdings: &'a [Holding<'a>], cash_at_end: f64, first: usize) -> Result<Self, LedgerError> {
        let (groups, group_of) = grouped(holdings);
        let highest: Vec<f64> = groups.iter().map(Group::highest_close).collect();
        let mut bound = cash_at_end.abs();
        let mut flows = vec![0.0; rows];
        for (index, (holding, &group)) in holdings.iter().zip(&group_of).enumerate() {
            bound += holding.largest_value(index, rows, highest[group])?;
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
        Ok(Self {
            holdings,
            groups,
            trades: trades(holdings, &group_of),
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
        let mut days = vec![0; self.holdings.len()];
        let Some(last) = self.next_row.checked_sub(1) else { return days };
        for group in self.groups.iter().filter(|group| group.without > 0) {
            for &member in group.members.iter().filter(|&&member| self.holdings[member].is_held(last)) {
                let held = self.holdings[member].entry.row.map_or(usize::MAX, |entry| last - entry + 1);
                days[member] = group.without.min(held);
            }
        }
        days
    }

    fn close(&mut self, row: usize, cash: f64) -> DaySnapshot {
        while let Some(change) = self.trades.pop_if(|change| change.row <= row) {
            let holding = &self.holdings[change.holding];
            let group = &mut self.groups[change.group];
            let side = if holding.quantity * holding.multiplier < 0.0 { &mut group.short } else { &mut group.long };
            side.apply(&change, holding);
        }
        let (mut long, mut short) = (0.0, 0.0);
        let mut stale = Vec::new();
        for group in &mut self.groups {
            let price = close_at(group.prices, row);
            group.mark = price.or(group.mark);
            group.without = if price.is_some() || group.prices.is_empty() { 0 } else { group.without + 1 };
            if group.without > 0 {
                stale.extend(group.members.iter().filter(|&&member| self.holdings[member].is_held(row)));
            }
            long += group.long.value(group.mark);
            short += group.short.value(group.mark);
        }
        stale.sort_unstable();
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

impl Group<'_> {
    fn highest_close(&self) -> f64 {
        (0..self.prices.len()).filter_map(|row| close_at(self.prices, row)).fold(0.0, f64::max)
    }
}

/// The close on `row`, where there is one: finite and not negative. Zero is one, the end of an option that expired
/// worthless, although no return can start from it.
fn close_at(prices: &[Option<f64>], row: usize) -> Option<f64> {
    prices.get(row).copied().flatten().filter(|close| close.is_finite() && *close >= 0.0)
}

/// The groups in the order of their first holding, and the group of each holding.
fn grouped<'a>(holdings: &'a [Holding<'a>]) -> (Vec<Group<'a>>, Vec<usize>) {
    let mut groups: Vec<Group<'a>> = Vec::new();
    // The same prices are the same place in memory: those of a symbol are there once.
    let mut known: HashMap<(*const Option<f64>, usize), usize> = HashMap::new();
    let mut group_of = Vec::with_capacity(holdings.len());
    for (index, holding) in holdings.iter().enumerate() {
        let group = *known.entry((holding.prices.as_ptr(), holding.prices.len())).or_insert_with(|| {
            let (long, short) = (Side::default(), Side::default());
            groups.push(Group { prices: holding.prices, members: Vec::new(), long, short, mark: None, without: 0 });
            groups.len() - 1
        });
        groups[group].members.push(index);
        group_of.push(group);
    }
    (groups, group_of)
}

/// When each holding begins and ends to be held, the last row first. What never happens on the calendar is not there.
fn trades(holdings: &[Holding], group_of: &[usize]) -> Vec<Change> {
    let mut changes = Vec::with_capacity(holdings.len());
    for (index, (holding, &group)) in holdings.iter().zip(group_of).enumerate() {
        let mut change = |row: Option<usize>, begins| {
            changes.push(Change { row: row.unwrap_or(0), holding: index, group, begins });
        };
        // Held and given up before the calendar, it is on none of its rows.
        if holding.exit.is_none_or(|exit| exit.row.is_some()) {
            change(holding.entry.row, true);
            if let Some(exit) = holding.exit {
                change(exit.row, false);
            }
        }
    }
    // Stable: what begins and ends on one row does so in this order.
    changes.reverse();
    changes.sort_by_key(|change| std::cmp::Reverse(change.row));
    changes
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
