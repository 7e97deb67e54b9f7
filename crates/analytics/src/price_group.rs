//! Holdings that have the same prices, valued together: a row costs as much as there are series of prices, not holdings.
//!
//! Series by series, since the prices of one lie side by side in memory and those of one row do not. It knows nothing of
//! cash, nor of what the values add up to; see [`super::snapshots`].

use std::ops::Range;

use super::holding::Holding;

/// The value of what is held at the close of each row, in dollars.
#[derive(Debug, Clone)]
pub struct Totals {
    /// Of the long holdings, at least 0.
    pub long: Vec<f64>,
    /// Of the short holdings, at most 0.
    pub short: Vec<f64>,
}

impl Totals {
    /// Nothing held on any of these rows.
    pub fn none(rows: usize) -> Self {
        Self { long: vec![0.0; rows], short: vec![0.0; rows] }
    }
}

/// Holdings, at least one, that have the same prices.
#[derive(Debug, Clone, Copy)]
pub struct PriceGroup<'a>(&'a [Holding<'a>]);

impl<'a> PriceGroup<'a> {
    /// Groups adjacent holdings with equal prices. Holdings of one symbol that are not adjacent
    /// form several groups; their total value is the same.
    pub fn of_all(holdings: &'a [Holding<'a>]) -> impl Iterator<Item = Self> {
        holdings.chunk_by(|one, next| one.prices == next.prices).map(Self)
    }

    /// Its holdings.
    pub fn holdings(&self) -> &'a [Holding<'a>] {
        self.0
    }

    /// Adds what its holdings are worth at the close of each row, and gives the highest close, in dollars; 0 without any.
    ///
    /// From its entry row a holding is worth the day's close; without one the last close known, and before any close is
    /// known its entry price. From its exit row on it is worth nothing.
    pub fn add_values(&self, totals: &mut Totals) -> f64 {
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
        marks.highest
    }

    /// For each of its holdings, how many of the last rows it was held without a price; 0 where it has one at the end, or
    /// is not held then.
    pub fn stale_days(&self) -> impl Iterator<Item = usize> + use<'a> {
        let without = self.prices().iter().rev().take_while(|price| close_of(**price).is_none()).count();
        let last = self.prices().len().checked_sub(1).filter(|_| without > 0);
        self.0.iter().map(move |holding| match last {
            Some(last) if holding.is_held(last) => {
                without.min(holding.entry.row.map_or(usize::MAX, |entry| last - entry + 1))
            }
            _ => 0,
        })
    }

    fn prices(&self) -> &'a [Option<f64>] {
        self.0.first().map(|holding| holding.prices).unwrap_or_default()
    }

    /// When each of its holdings begins and ends to be held, by row.
    fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::with_capacity(self.0.len());
        for (index, holding) in self.0.iter().enumerate() {
            // Held and given up before the calendar, it is on none of its rows.
            if holding.exit.is_none_or(|exit| exit.row.is_some()) {
                changes.push(Change { row: holding.entry.row.unwrap_or(0), holding: index, begins: true });
                let end = holding.exit.and_then(|exit| exit.row);
                changes.extend(end.map(|row| Change { row, holding: index, begins: false }));
            }
        }
        // Stable: what begins and ends on one row does so in this order.
        changes.sort_by_key(|change| change.row);
        changes
    }
}

/// A close, if it is one: finite and not negative. Zero is one, the end of an option that expired worthless, although no
/// return can start from it.
fn close_of(price: Option<f64>) -> Option<f64> {
    price.filter(|close| close.is_finite() && *close >= 0.0)
}

/// What a unit is worth at the close of each row: the last close known.
struct Marks {
    /// From row `first` on.
    known: Vec<f64>,
    /// The first row with a close, or the number of rows.
    first: usize,
    highest: f64,
}

impl Marks {
    /// Of prices, one element a row; rows beyond them are like rows without a price.
    fn from_prices(prices: &[Option<f64>], rows: usize) -> Self {
        let first = prices.iter().take(rows).position(|price| close_of(*price).is_some()).unwrap_or(rows);
        let mut known = vec![0.0; rows - first];
        let mut mark = 0.0;
        let priced = prices.get(first..rows.min(prices.len())).unwrap_or_default();
        for (known, price) in known.iter_mut().zip(priced) {
            mark = close_of(*price).unwrap_or(mark);
            *known = mark;
        }
        known[priced.len()..].fill(mark);
        Self { highest: highest(&known), known, first }
    }
}

/// The highest of values that are not negative; 0 without any. Several are looked at side by side.
fn highest(values: &[f64]) -> f64 {
    let mut lanes = [0.0_f64; 8];
    for values in values.chunks(lanes.len()) {
        for (lane, value) in lanes.iter_mut().zip(values) {
            *lane = if value > lane { *value } else { *lane };
        }
    }
    lanes.into_iter().fold(0.0, f64::max)
}

/// A holding begins or ends to be held.
#[derive(Debug, Clone, Copy)]
struct Change {
    row: usize,
    holding: usize,
    begins: bool,
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

    /// Adds what is held to the totals of these rows.
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
