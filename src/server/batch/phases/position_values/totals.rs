//! Total values and weights per symbol, for the phases that aggregate positions.

use analytics::exposure::Lots;

use super::PositionValue;
use crate::server::batch::model::input::Input;

/// Total values and weights per symbol. They are computed from the position values when needed, so
/// they are not stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SymbolTotals {
    /// Total of each listed symbol, in the order of [`Input::symbols`].
    pub listed: Vec<SymbolTotal>,
    /// Total of all positions that are not listed.
    pub unlisted: Lots,
}

/// Totals of the positions in one symbol.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SymbolTotal {
    /// Sums over the market values of the symbol's lots.
    pub lots: Lots,
    /// Sum of the signed weights of the symbol's lots. A lot without a weight counts as 0.
    pub weight: f64,
}

impl SymbolTotals {
    /// Computes the totals from `values`, which must be in the order of the input's positions.
    pub fn from_values(input: &Input, values: &[PositionValue]) -> Self {
        let mut totals =
            Self { listed: vec![SymbolTotal::default(); input.symbols().len()], unlisted: Lots::default() };
        for (value, place) in values.iter().zip(input.symbol_of()) {
            let lots = match *place {
                Some(place) => {
                    let total = &mut totals.listed[place];
                    total.weight += value.weight.unwrap_or(0.0);
                    &mut total.lots
                }
                None => &mut totals.unlisted,
            };
            // The coverage of a factor is a share of the portfolio's gross value. Positions without
            // a price are not part of that value, so they must not count toward the coverage.
            if let Some(market_value) = value.market_value {
                lots.add(market_value);
            }
        }
        totals
    }
}
