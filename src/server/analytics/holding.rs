//! One lot of one symbol: when it is held, what it is worth, which cash it moves.
//!
//! It does not know the rest of the portfolio; see [`super::snapshots`].

use super::returns::price_at;

/// One side of a holding's life.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Calendar row on which it happens; `None` = before the calendar starts. A
    /// row beyond the calendar has not happened yet.
    pub row: Option<usize>,
    /// Price in dollars a unit.
    pub price: f64,
}

/// One lot of one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding<'a> {
    /// Units held, negative for a short.
    pub quantity: f64,
    /// Shares a unit stands for: 1, or 100 for most options.
    pub multiplier: f64,
    /// When and at what price it was bought (or sold short).
    pub entry: Trade,
    /// When and at what price it was closed; `None` = still held.
    pub exit: Option<Trade>,
    /// Closes, one a calendar row; empty for a private holding, which stays at
    /// its entry price and is never stale.
    pub prices: &'a [Option<f64>],
}

/// Why holdings cannot be accounted for. Each names the holding by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerError {
    /// Prices are neither empty nor one a calendar row.
    PricesLength(usize),
    /// The exit lies before the entry.
    ExitBeforeEntry(usize),
    /// A quantity, multiplier or trade price is not finite, or its value overflows.
    HoldingNotFinite(usize),
    /// The cash is not finite, or the total of all values overflows.
    TotalNotFinite,
}

impl Holding<'_> {
    /// `quantity · price · multiplier`, in dollars.
    pub fn value_at(&self, price: f64) -> f64 {
        self.quantity * price * self.multiplier
    }

    /// Whether it is held at the close of `row`.
    pub fn is_held(&self, row: usize) -> bool {
        let happened = |trade: Trade| trade.row.is_none_or(|trade_row| trade_row <= row);
        happened(self.entry) && !self.exit.is_some_and(happened)
    }

    /// The calendar rows on which it moves cash, and by how many dollars: the
    /// entry by `-q·P·multiplier`, the exit by `+q·P·multiplier`.
    pub fn cash_flows(&self) -> impl Iterator<Item = (usize, f64)> {
        let paid = self.entry.row.map(|row| (row, -self.value_at(self.entry.price)));
        let received = self.exit.and_then(|exit| Some((exit.row?, self.value_at(exit.price))));
        paid.into_iter().chain(received)
    }

    /// The largest magnitude its value can take on a calendar of `rows` rows, in
    /// dollars. `index` is how an error names it.
    ///
    /// # Errors
    /// A [`LedgerError`] if it makes no sense.
    pub fn largest_value(&self, index: usize, rows: usize) -> Result<f64, LedgerError> {
        if !self.prices.is_empty() && self.prices.len() != rows {
            return Err(LedgerError::PricesLength(index));
        }
        // `None`, before the calendar, orders before every row.
        if self.exit.is_some_and(|exit| exit.row < self.entry.row) {
            return Err(LedgerError::ExitBeforeEntry(index));
        }
        let closes = (0..rows).filter_map(|row| price_at(self.prices, row));
        let trades = [Some(self.entry), self.exit].into_iter().flatten().map(|trade| trade.price);
        let mut largest = 0.0_f64;
        for value in closes.chain(trades).map(|price| self.value_at(price).abs()) {
            if !value.is_finite() {
                return Err(LedgerError::HoldingNotFinite(index));
            }
            largest = largest.max(value);
        }
        Ok(largest)
    }
}
