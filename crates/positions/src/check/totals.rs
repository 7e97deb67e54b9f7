//! Sums the positions of a file, so that a person can compare them with a statement.

use serde::{Deserialize, Serialize};

use crate::{content::FileContent, known_prices::KnownPrices};

/// The sums of a file's positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Totals {
    /// Number of positions, open or closed.
    pub positions: usize,
    /// Number of positions that are still open.
    pub open: usize,
    /// Number of positions that were closed.
    pub closed: usize,
    /// What the open positions cost in dollars. Null if a price is unknown or in another currency.
    pub cost: Option<f64>,
    /// Number of open positions that have a known price.
    pub valued: usize,
    /// Value of all open positions at their last known prices. Null if a price is unknown.
    pub value: Option<f64>,
    /// Value of those open positions that have a known price. Null if there are none.
    pub known_value: Option<f64>,
    /// The file's cash balance in dollars.
    pub cash: Option<f64>,
}

/// Sums the positions of a file.
pub fn totals(content: &FileContent, _prices: &dyn KnownPrices) -> Totals {
    Totals {
        positions: content.positions.len(),
        open: content.positions.len(),
        closed: 0,
        cost: None,
        valued: 0,
        value: None,
        known_value: None,
        cash: content.cash.as_ref().and_then(|cash| cash.amount),
    }
}
