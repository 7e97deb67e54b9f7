//! Compares positions with known prices, to say what would be silently wrong.
//!
//! - `history` looks up the prices of one symbol.
//! - `entries` compares entry and exit prices with the close of their day: a factor of a split is
//!   reported by `splits`, with a repair, and any other large difference by `far`.
//! - `days` reports trades on days without trading, and symbols whose prices end, have a hole or
//!   jump.

mod days;
mod entries;
mod far;
mod history;
mod known_splits;
mod splits;
#[cfg(test)]
mod tests;

use crate::{
    content::{FileContent, FileWarning},
    known_prices::KnownPrices,
};

/// Returns warnings about positions that do not fit the known prices. Symbols without known prices
/// cause no warnings.
pub fn market_warnings(content: &FileContent, prices: &dyn KnownPrices) -> Vec<FileWarning> {
    let histories = history::Histories::new(content, prices);
    let compared = entries::compare(content, &histories);
    let mut warnings = splits::warnings(&compared);
    warnings.extend(far::warning(&compared));
    warnings.extend(days::closed_days(content, prices, &histories));
    warnings.extend(days::ended_prices(content, prices, &histories));
    warnings.extend(days::two_histories(content, &histories));
    warnings
}
