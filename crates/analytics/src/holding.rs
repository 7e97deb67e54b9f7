//! One lot of one symbol: when it is held, what it is worth, which cash it moves.
//!
//! It does not know the rest of the portfolio; see [`super::snapshots`].

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

    /// The largest magnitude its value can take where its closes are at most `highest_close`, in dollars. `index` is how
    /// an error names it.
    ///
    /// # Errors
    /// A [`LedgerError`] if it makes no sense on a calendar of `rows` rows.
    pub fn largest_value(&self, index: usize, rows: usize, highest_close: f64) -> Result<f64, LedgerError> {
        if !self.prices.is_empty() && self.prices.len() != rows {
            return Err(LedgerError::PricesLength(index));
        }
        // `None`, before the calendar, orders before every row.
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
