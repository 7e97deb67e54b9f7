//! Holdings that have the same prices, valued together: a row costs as much as there are series of prices, not holdings.
//!
//! Series by series, since the prices of one lie side by side in memory and those of one row do not. It knows nothing of
//! cash, nor of what the values add up to; see [`super::snapshots`].

use std::collections::HashMap;

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

/// Holdings that have the same prices.
#[derive(Debug, Clone)]
pub struct PriceGroup<'a> {
    prices: &'a [Option<f64>],
    members: Vec<usize>,
}

impl<'a> PriceGroup<'a> {
    /// The groups in the order of their first holding, and the group of each holding.
    pub fn of_all(holdings: &'a [Holding<'a>]) -> (Vec<Self>, Vec<usize>) {
        let mut groups: Vec<Self> = Vec::new();
        // The same prices are the same place in memory: those of a symbol are there once.
        let mut known: HashMap<(*const Option<f64>, usize), usize> = HashMap::new();
        let mut group_of = Vec::with_capacity(holdings.len());
        for (index, holding) in holdings.iter().enumerate() {
            let group = *known.entry((holding.prices.as_ptr(), holding.prices.len())).or_insert_with(|| {
                groups.push(Self { prices: holding.prices, members: Vec::new() });
                groups.len() - 1
            });
            groups[group].members.push(index);
            group_of.push(group);
        }
        (groups, group_of)
    }

    /// The highest close on any row, in dollars; 0 without any.
    pub fn highest_close(&self) -> f64 {
        self.closes().flatten().fold(0.0, f64::max)
    }

    /// Adds what its holdings are worth at the close of each row.
    ///
    /// From its entry row a holding is worth the day's close; without one the last close known, and before any close is
    /// known its entry price. From its exit row on it is worth nothing.
    pub fn add_values(&self, holdings: &[Holding], totals: &mut Totals) {
        let mut changes = self.changes(holdings).into_iter().peekable();
        let (mut long_side, mut short_side) = (Side::default(), Side::default());
        let mut mark = None;
        // Without prices all rows are like one without a close.
        let closes = self.closes().chain(std::iter::repeat(None));
        for (row, ((long, short), close)) in totals.long.iter_mut().zip(&mut totals.short).zip(closes).enumerate() {
            while let Some(change) = changes.next_if(|change| change.row <= row) {
                let holding = &holdings[change.holding];
                let is_short = holding.quantity * holding.multiplier < 0.0;
                let side = if is_short { &mut short_side } else { &mut long_side };
                side.apply(&change, holding);
            }
            mark = close.or(mark);
            *long += long_side.value(mark);
            *short += short_side.value(mark);
        }
    }

    /// For each holding that is held at the end and has no price then, how many of the last rows it was held without
    /// one; written to the places of the holdings.
    pub fn write_stale_days(&self, holdings: &[Holding], days: &mut [usize]) {
        let without = self.closes().rev().take_while(Option::is_none).count();
        let Some(last) = self.prices.len().checked_sub(1).filter(|_| without > 0) else { return };
        for &member in self.members.iter().filter(|&&member| holdings[member].is_held(last)) {
            let held = holdings[member].entry.row.map_or(usize::MAX, |entry| last - entry + 1);
            days[member] = without.min(held);
        }
    }

    /// The close of each row, where there is one: finite and not negative. Zero is one, the end of an option that
    /// expired worthless, although no return can start from it.
    fn closes(&self) -> impl DoubleEndedIterator<Item = Option<f64>> {
        self.prices.iter().map(|close| close.filter(|close| close.is_finite() && *close >= 0.0))
    }

    /// When each of its holdings begins and ends to be held, by row. What never happens on the calendar is not there.
    fn changes(&self, holdings: &[Holding]) -> Vec<Change> {
        let mut changes = Vec::with_capacity(self.members.len());
        for &index in &self.members {
            let holding = &holdings[index];
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

    fn value(&self, mark: Option<f64>) -> f64 {
        mark.map_or(self.at_entry, |mark| self.units * mark)
    }
}
