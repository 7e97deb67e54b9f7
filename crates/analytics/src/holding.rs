//! One lot of one symbol: the calendar rows on which it is held, its value, its cash flows and its
//! income.
//!
//! The accounts of the whole portfolio are computed in [`super::snapshots`].

/// Purchase or sale of a lot, at one price and on one row of the trading calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trade {
    /// Calendar row of the trade, or `None` if the trade took place before the calendar starts. A
    /// row past the end of the calendar means that the trade has not taken place yet.
    pub row: Option<usize>,
    /// Trade price per unit, in dollars.
    pub price: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holding<'a> {
    /// Number of units held; negative for a short position.
    pub quantity: f64,
    /// Number of shares per unit: 1 for shares, 100 for most options.
    pub multiplier: f64,
    /// Trade that opened the lot: a purchase, or a short sale.
    pub entry: Trade,
    /// Trade that closed the lot; `None` if the lot is still open.
    pub exit: Option<Trade>,
    /// Closing prices, one per calendar row. Empty for a private holding, which is valued at its
    /// entry price and never counts as stale.
    pub prices: &'a [Option<f64>],
    /// Dividends in dollars per share, one per calendar row (see [`super::income`]). Empty if the
    /// holding has none.
    pub dividends: &'a [f64],
    /// Number of the symbol to whose P&L the lot counts: the lots of one symbol have the same
    /// number, and the numbers start at 0.
    pub symbol: usize,
}

/// Reason why a portfolio's ledger cannot be built. The number in a variant is the index of the
/// invalid holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerError {
    /// The holding has prices, but not one per calendar row.
    PricesLength(usize),
    /// The holding's exit comes before its entry.
    ExitBeforeEntry(usize),
    /// The holding's quantity, its multiplier or one of its trade prices is not finite, or the
    /// holding's value overflows.
    HoldingNotFinite(usize),
    /// The portfolio's cash is not finite, or the total of all values overflows.
    TotalNotFinite,
}

impl Holding<'_> {
    /// Computes the value of the lot at `price`: `quantity · price · multiplier`, in dollars.
    pub fn value_at(&self, price: f64) -> f64 {
        self.quantity * price * self.multiplier
    }

    /// Returns whether the lot is held at the close of the calendar row `row`.
    pub fn is_held(&self, row: usize) -> bool {
        let happened = |trade: Trade| trade.row.is_none_or(|trade_row| trade_row <= row);
        happened(self.entry) && !self.exit.is_some_and(happened)
    }

    /// Returns the lot's cash flows in dollars, each with its calendar row: `-q·P·multiplier` at
    /// the entry and `+q·P·multiplier` at the exit, where `q` is the quantity and `P` the trade
    /// price. A trade that took place before the calendar starts has no cash flow.
    pub fn cash_flows(&self) -> impl Iterator<Item = (usize, f64)> {
        let paid = self.entry.row.map(|row| (row, -self.value_at(self.entry.price)));
        let received = self.exit.and_then(|exit| Some((exit.row?, self.value_at(exit.price))));
        paid.into_iter().chain(received)
    }

    /// Returns the lot's income in dollars, each with its calendar row: the dividend of the row for
    /// every share that was held at the close of the row before. A short lot pays the dividend, so
    /// its income is negative.
    pub fn income(&self) -> impl Iterator<Item = (usize, f64)> {
        let paid = self.dividends.iter().enumerate().skip(1).filter(|(_, dividend)| **dividend != 0.0);
        paid.filter(|(row, _)| self.is_held(row - 1)).map(|(row, dividend)| (row, self.value_at(*dividend)))
    }

    /// Computes the largest absolute value, in dollars, that the lot can have if no close is above
    /// `highest_close`. `index` identifies the lot in errors.
    ///
    /// # Errors
    /// Returns a [`LedgerError`] if the number of prices is neither 0 nor `rows`, if the exit comes
    /// before the entry, or if the lot's value is not finite.
    pub fn largest_value(&self, index: usize, rows: usize, highest_close: f64) -> Result<f64, LedgerError> {
        if !self.prices.is_empty() && self.prices.len() != rows {
            return Err(LedgerError::PricesLength(index));
        }
        // If a trade took place before the calendar starts, its row is `None`. The comparison is
        // still correct, because `None` sorts before every row.
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
