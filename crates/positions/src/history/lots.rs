//! Open lots and closed positions of one security.

use std::collections::VecDeque;

use chrono::NaiveDate;

/// Quantities below this are rounding differences: positions keep six decimals.
pub(super) const DUST: f64 = 5e-7;

/// Maximum number of rows that a lot remembers.
const MAX_ROWS_OF_LOT: usize = 100;

/// Maximum number of splits of one security.
const MAX_SPLITS: usize = 50;

/// Largest quantity and price that a split may lead to.
const MAX_SCALED: f64 = 1e15;

/// Shares that were bought, or sold short, in one trade.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lot {
    /// The row of the trade, then those of splits.
    pub rows: Vec<u64>,
    pub date: Option<NaiveDate>,
    pub price: Option<f64>,
    pub currency: Option<String>,
    /// Number of shares that are still open. It is positive for a short position too.
    pub quantity: f64,
}

impl Lot {
    pub(super) fn add_rows(&mut self, rows: &[u64]) {
        let free = MAX_ROWS_OF_LOT.saturating_sub(self.rows.len());
        self.rows.extend(rows.iter().take(free));
    }

    fn scale(&mut self, factor: f64) {
        self.quantity = tidy(self.quantity * factor);
        self.price = self.price.map(|price| price / factor);
    }
}

/// A lot, or a part of one, that was closed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Closed {
    pub lot: Lot,
    pub is_short: bool,
    pub closing: Closing,
}

/// The trade that closes lots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Closing {
    pub row: u64,
    pub date: NaiveDate,
    pub price: Option<f64>,
    pub currency: Option<String>,
}

/// All lots of one security in one account, the oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Book {
    pub security: usize,
    pub long: VecDeque<Lot>,
    pub short: VecDeque<Lot>,
    pub closed: Vec<Closed>,
    splits: usize,
}

impl Book {
    pub(super) fn new(security: usize) -> Self {
        Self { security, ..Self::default() }
    }

    /// Returns the number of shares held, negative for a short position.
    pub(super) fn held(&self) -> f64 {
        tidy(total(&self.long) - total(&self.short))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.long.is_empty() && self.short.is_empty()
    }

    pub(super) fn lots(&mut self, is_short: bool) -> &mut VecDeque<Lot> {
        if is_short { &mut self.short } else { &mut self.long }
    }

    /// Closes at most `quantity` shares, those of the oldest lots first, and returns how many
    /// shares are left to close.
    pub(super) fn close(&mut self, is_short: bool, quantity: f64, closing: &Closing) -> f64 {
        let (taken, left) = take(self.lots(is_short), quantity);
        self.closed.extend(taken.into_iter().map(|lot| Closed { lot, is_short, closing: closing.clone() }));
        left
    }

    /// Returns whether the splits, quantities and prices stay within bounds if the lots are scaled.
    pub(super) fn can_scale(&self, factor: f64) -> bool {
        let is_bounded = |value: f64| value.is_finite() && value < MAX_SCALED;
        let closed = self.closed.iter().map(|closed| &closed.lot);
        self.splits < MAX_SPLITS
            && factor.is_normal()
            && factor > 0.0
            && self.long.iter().chain(&self.short).chain(closed).all(|lot| {
                is_bounded(lot.quantity * factor) && lot.price.is_none_or(|price| is_bounded(price / factor))
            })
    }

    /// Applies a split to all lots.
    ///
    /// Positions that were closed before the split are counted in the shares of their own time. The
    /// product compares all positions with prices that are adjusted for later splits, so the split
    /// applies to them too.
    pub(super) fn scale(&mut self, factor: f64, rows: &[u64]) {
        self.splits += 1;
        for lot in self.long.iter_mut().chain(&mut self.short) {
            lot.scale(factor);
            lot.add_rows(rows);
        }
        for closed in &mut self.closed {
            closed.lot.scale(factor);
            closed.lot.add_rows(rows);
            closed.closing.price = closed.closing.price.map(|price| price / factor);
        }
    }
}

fn total(lots: &VecDeque<Lot>) -> f64 {
    lots.iter().map(|lot| lot.quantity).sum()
}

/// Takes at most `quantity` shares out of the oldest lots. Returns the parts that were taken, and
/// how many shares are left to take.
pub(super) fn take(lots: &mut VecDeque<Lot>, quantity: f64) -> (Vec<Lot>, f64) {
    let mut taken = Vec::new();
    let mut left = quantity;
    while left > DUST
        && let Some(mut lot) = lots.pop_front()
    {
        let rest = tidy(lot.quantity - left);
        left = tidy((left - lot.quantity).max(0.0));
        if rest > DUST {
            lots.push_front(Lot { quantity: rest, ..lot.clone() });
            lot.quantity = tidy(lot.quantity - rest);
        }
        taken.push(lot);
    }
    (taken, if left > DUST { left } else { 0.0 })
}

/// Removes the noise of binary fractions, such as that of 0.1 + 0.2, by rounding to 9 decimals.
pub(super) fn tidy(value: f64) -> f64 {
    round(value, 1e9)
}

/// Rounds a value to the decimals of a power of ten, unless it is too large to have them.
pub(super) fn round(value: f64, scale: f64) -> f64 {
    let scaled = value * scale;
    if scaled.abs() < 9e15 { scaled.round() / scale } else { value }
}
