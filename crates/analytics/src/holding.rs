//! One lot of one symbol: the rows on which it is held, its value and its cash flows.
//!
//! The module does not know the rest of the portfolio; see [`super::snapshots`].

/// Purchase or sale of a lot, at one price on one calendar row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Calendar row of the trade; `None` if it took place before the calendar starts. A row beyond
    /// the calendar means that the trade has not taken place yet.
    pub row: Option<usize>,
    /// Price per unit, in dollars.
    pub price: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding<'a> {
    /// Units held; negative for a short position.
    pub quantity: f64,
    /// Shares per unit: 1 for shares, 100 for most options.
    pub multiplier: f64,
    /// Purchase of the lot, or the short sale that opened it.
    pub entry: Trade,
    /// Trade that closed the lot; `None` while it is held.
    pub exit: Option<Trade>,
    /// Closes, one per calendar row. Empty for a private holding, which keeps its entry price and
    /// is never stale.
    pub prices: &'a [Option<f64>],
}

/// Reason why a ledger cannot be built. The number in a variant is the index of the holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerError {
    /// The number of prices is neither zero nor the number of calendar rows.
    PricesLength(usize),
    /// The exit is before the entry.
    ExitBeforeEntry(usize),
    /// A quantity, a multiplier or a trade price is not finite, or the value overflows.
    HoldingNotFinite(usize),
    /// The cash is not finite, or the total of all values overflows.
    TotalNotFinite,
}

impl Holding<'_> {
    /// Returns `quantity · price · multiplier`, in dollars.
    pub fn value_at(&self, price: f64) -> f64 {
        self.quantity * price * self.multiplier
    }

    /// Returns whether the lot is held at the close of `row`.
    pub fn is_held(&self, row: usize) -> bool {
        let happened = |trade: Trade| trade.row.is_none_or(|trade_row| trade_row <= row);
        happened(self.entry) && !self.exit.is_some_and(happened)
    }

    /// Returns the calendar rows on which the lot moves cash, each with its amount in dollars:
    /// `-q·P·multiplier` at the entry, `+q·P·multiplier` at the exit.
    pub fn cash_flows(&self) -> impl Iterator<Item = (usize, f64)> {
        let paid = self.entry.row.map(|row| (row, -self.value_at(self.entry.price)));
        let received = self.exit.and_then(|exit| Some((exit.row?, self.value_at(exit.price))));
        paid.into_iter().chain(received)
    }

    /// Returns the largest magnitude that the lot's value can reach while its closes are at most
    /// `highest_close`, in dollars. Errors name the lot by `index`.
    ///
    /// # Errors
    /// A [`LedgerError`] if the lot is invalid on a calendar of `rows` rows.
    pub fn largest_value(&self, index: usize, rows: usize, highest_close: f64) -> Result<f64, LedgerError> {
        if !self.prices.is_empty() && self.prices.len() != rows {
            return Err(LedgerError::PricesLength(index));
        }
        // `None` means before the calendar, and it sorts before every row.
        if self.exit.is_some_and(|exit| exit.row < self.entry.row) {
            return Err(LedgerError::ExitBeforeEntry(index));
        }
        let exit_price = self.exit.map_or(0.0, |exit| exit.price);
        let values = [highest_close, self.entry.price, exit_price].map(|price| self.value_at(price).abs());
        if values.iter().all(|value| value.is_finite()) {
            Ok(values.into_iter().fold(0.0, f64::max))
        } else {
            Err(LedgerError::HoldingNotFinite(index))
        }
    }
}
