//! Compares positions with known prices.

use crate::{
    content::{FileContent, FileWarning},
    known_prices::KnownPrices,
};

/// Returns warnings about positions that do not fit the known prices. Symbols without known prices
/// cause no warnings.
pub fn market_warnings(_content: &FileContent, _prices: &dyn KnownPrices) -> Vec<FileWarning> {
    Vec::new()
}
