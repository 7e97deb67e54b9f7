//! Valuation of the lots of one symbol, which share the same prices. They are valued together, so
//! the work per calendar row depends on the number of price series, not on the number of holdings.
//!
//! Each group is valued on all rows before the next group is valued, because the prices of one
//! series are contiguous in memory while the prices of one row are not. Cash and portfolio totals
//! are computed in [`super::snapshots`].

use std::ops::Range;

use super::holding::Holding;

/// Total value of the holdings at the close of each calendar row, in dollars.
#[derive(Debug, Clone)]
pub struct Totals {
    /// Value of the long holdings on each row, at least 0.
    pub long: Vec<f64>,
    /// Value of the short holdings on each row, at most 0.
    pub short: Vec<f64>,
}

impl Totals {
    /// Creates totals that are zero on each of `rows` calendar rows.
    pub fn zero(rows: usize) -> Self {
        Self { long: vec![0.0; rows], short: vec![0.0; rows] }
    }

    /// Sets all totals to zero.
    pub fn clear(&mut self) {
        self.long.fill(0.0);
        self.short.fill(0.0);
    }
}

/// A group of one or more holdings of the same symbol, with the same prices.
#[derive(Debug, Clone, Copy)]
pub struct PriceGroup<'a>(&'a [Holding<'a>]);

impl<'a> PriceGroup<'a> {
    /// Groups adjacent holdings that have the same symbol and prices. Holdings that are not
    /// adjacent end up in separate groups, even if their prices are the same.
    pub fn from_holdings(holdings: &'a [Holding<'a>]) -> impl Iterator<Item = Self> {
        holdings.chunk_by(|one, next| one.symbol == next.symbol && one.prices == next.prices).map(Self)
    }

    /// Returns the number of the group's symbol.
    pub fn symbol(&self) -> usize {
        self.0.first().map_or(0, |holding| holding.symbol)
    }

    /// Returns the group's highest closing price in dollars, or 0 if there are no prices.
    pub fn highest_close(&self) -> f64 {
        self.prices().iter().filter_map(|price| valid_close(*price)).fold(0.0, f64::max)
    }

    pub fn holdings(&self) -> &'a [Holding<'a>] {
        self.0
    }

    /// Adds the value of the group's holdings at the close of each calendar row to `totals`.
    ///
    /// From its entry row on, a holding is valued at the close of the row. If the row has no close,
    /// it is valued at the last known close, or at its entry price if no close is known yet. From
    /// its exit row on, its value is zero.
    pub fn add_values(&self, totals: &mut Totals) {
        let rows = totals.long.len();
        let marks = Marks::from_prices(self.prices(), rows);
        let (mut long_side, mut short_side) = (Side::default(), Side::default());
        let mut from = 0;
        for change in self.changes().into_iter().filter(|change| change.row < rows) {
            if change.row > from {
                long_side.add_values(from..change.row, &marks, &mut totals.long);
                short_side.add_values(from..change.row, &marks, &mut totals.short);
                from = change.row;
            }
            let holding = &self.0[change.holding];
            let is_short = holding.quantity * holding.multiplier < 0.0;
            let side = if is_short { &mut short_side } else { &mut long_side };
            side.apply(&change, holding);
        }
        long_side.add_values(from..rows, &marks, &mut totals.long);
        short_side.add_values(from..rows, &marks, &mut totals.short);
    }

    /// Counts, for each holding, the rows at the end of the calendar on which it was held but had
    /// no price. The count is 0 if the last row has a price or the holding is not held on it.
    pub fn stale_days(&self) -> impl Iterator<Item = usize> + use<'a> {
        let unpriced = self.prices().iter().rev().take_while(|price| valid_close(**price).is_none()).count();
        let last = self.prices().len().checked_sub(1).filter(|_| unpriced > 0);
        self.0.iter().map(move |holding| match last {
            Some(last) if holding.is_held(last) => {
                unpriced.min(holding.entry.row.map_or(usize::MAX, |entry| last - entry + 1))
            }
            _ => 0,
        })
    }

    fn prices(&self) -> &'a [Option<f64>] {
        self.0.first().map(|holding| holding.prices).unwrap_or_default()
    }

    /// Returns the entries and exits of the group's holdings, ordered by calendar row.
    fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::with_capacity(self.0.len());
        for (index, holding) in self.0.iter().enumerate() {
            // Skips a holding that was closed before the calendar starts, because it is not held on
            // any row.
            if holding.exit.is_none_or(|exit| exit.row.is_some()) {
                changes.push(Change { row: holding.entry.row.unwrap_or(0), holding: index, begins: true });
                let end = holding.exit.and_then(|exit| exit.row);
                changes.extend(end.map(|row| Change { row, holding: index, begins: false }));
            }
        }
        // The sort is stable, so a holding that is opened and closed on the same row is opened
        // first.
        changes.sort_by_key(|change| change.row);
        changes
    }
}

/// Returns the close if it is finite and not negative. A close of zero is valid for an option that
/// expired worthless, although a return cannot be computed from a price of zero.
fn valid_close(price: Option<f64>) -> Option<f64> {
    price.filter(|close| close.is_finite() && *close >= 0.0)
}

/// Prices at which a group's holdings are valued. The price for each row is the last known close.
struct Marks {
    /// Last known close on each row, starting at row `first`.
    known: Vec<f64>,
    /// First row with a close, or the number of rows if there is no close.
    first: usize,
}

impl Marks {
    /// Finds the most recent close as of each of the first `rows` rows. `prices` may be shorter;
    /// rows after the last element have no price.
    fn from_prices(prices: &[Option<f64>], rows: usize) -> Self {
        let first = prices.iter().take(rows).position(|price| valid_close(*price).is_some()).unwrap_or(rows);
        let mut known = vec![0.0; rows - first];
        let mut mark = 0.0;
        let priced = prices.get(first..rows.min(prices.len())).unwrap_or_default();
        for (known, price) in known.iter_mut().zip(priced) {
            mark = valid_close(*price).unwrap_or(mark);
            *known = mark;
        }
        known[priced.len()..].fill(mark);
        Self { known, first }
    }
}

/// Entry or exit of a holding, which changes the totals of its group.
#[derive(Debug, Clone, Copy)]
struct Change {
    row: usize,
    holding: usize,
    begins: bool,
}

/// Running totals of a group's holdings on one side, long or short.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    /// Sum of `quantity · multiplier` over the open holdings.
    units: f64,
    /// Value of the open holdings at their entry prices, in dollars.
    at_entry: f64,
    lots: usize,
}

impl Side {
    fn apply(&mut self, change: &Change, holding: &Holding) {
        let (units, at_entry) = (holding.quantity * holding.multiplier, holding.value_at(holding.entry.price));
        if change.begins {
            *self = Self { units: self.units + units, at_entry: self.at_entry + at_entry, lots: self.lots + 1 };
        } else if self.lots <= 1 {
            // Resets the sums when the last lot is closed, because they may contain a rounding
            // error.
            *self = Self::default();
        } else {
            *self = Self { units: self.units - units, at_entry: self.at_entry - at_entry, lots: self.lots - 1 };
        }
    }

    /// Adds the value of the open holdings to `totals` on each row in `rows`.
    fn add_values(&self, rows: Range<usize>, marks: &Marks, totals: &mut [f64]) {
        if self.lots == 0 {
            return;
        }
        let first = marks.first.clamp(rows.start, rows.end);
        totals[rows.start..first].iter_mut().for_each(|total| *total += self.at_entry);
        let known = marks.known.iter().skip(first.saturating_sub(marks.first));
        totals[first..rows.end].iter_mut().zip(known).for_each(|(total, mark)| *total += self.units * mark);
    }
}
