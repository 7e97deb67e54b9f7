//! Sums the positions of a file, so that a person can compare them with a statement.

use serde::{Deserialize, Serialize};

use super::resolved::stated_price;
use crate::{
    content::{DraftClass, DraftPosition, FileContent},
    known_prices::KnownPrices,
};

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
    /// Cost of the open positions in dollars; shorts count as negative. Null if a price is
    /// unknown or in another currency.
    pub cost: Option<f64>,
    /// Value of the open positions at their last known prices. Null if one of them has no known
    /// price; options have none.
    pub value: Option<f64>,
    /// Number of open positions with a known price.
    pub valued: usize,
    /// Value of the open positions with a known price. Null if no position has one.
    pub known_value: Option<f64>,
    /// The file's cash balance in dollars.
    pub cash: Option<f64>,
}

/// Sums the positions of a file.
pub fn totals(content: &FileContent, prices: &dyn KnownPrices) -> Totals {
    let open: Vec<&DraftPosition> = content.positions.iter().filter(|position| position.exit_date.is_none()).collect();
    let values: Vec<f64> = open.iter().filter_map(|position| value(position, prices)).collect();
    let known_value = (!values.is_empty()).then(|| values.iter().sum());
    Totals {
        positions: content.positions.len(),
        open: open.len(),
        closed: content.positions.len() - open.len(),
        // The empty sum of floating-point numbers is negative zero.
        cost: open.iter().map(|position| cost(position)).sum::<Option<f64>>().map(|cost| cost + 0.0),
        value: known_value.filter(|_| values.len() == open.len()),
        valued: values.len(),
        known_value,
        cash: content.cash.as_ref().and_then(|cash| cash.amount),
    }
}

fn cost(position: &DraftPosition) -> Option<f64> {
    let multiplier = position.option.as_ref().map_or(1.0, |option| option.multiplier);
    Some(position.quantity * stated_price(position)? * multiplier)
}

/// Returns the value of a position at the last known price. A private position is valued at its
/// entry price.
fn value(position: &DraftPosition, prices: &dyn KnownPrices) -> Option<f64> {
    match position.class {
        DraftClass::Public => {
            let (_, close) = prices.closes(position.symbol.as_deref()?)?.last()?;
            Some(position.quantity * close)
        }
        DraftClass::Private => cost(position),
        DraftClass::Options => None,
    }
}
