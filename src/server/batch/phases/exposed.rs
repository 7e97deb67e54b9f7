//! Exposure of the positions: a listed position is exposed to its own symbol, and an option to its
//! underlying, with the value that follows from its delta. Used by phases 6, 7 and 8.

use std::collections::BTreeMap;

use analytics::exposure::Lots;
use positions::{InvestmentClass, Position};

use super::position_values::PositionValue;
use crate::server::batch::model::{input::Input, skipped::without_returns};

/// Returns the symbol whose returns move a position: its own, or the underlying of an option that
/// has a delta. Returns `None` for private positions and for other options.
pub fn return_symbol<'a>(position: &'a Position, value: &PositionValue) -> Option<&'a str> {
    match &position.class {
        InvestmentClass::Public => Some(&position.symbol),
        InvestmentClass::Options(contract) => value.delta.map(|_| contract.underlying.as_str()),
        InvestmentClass::Private => None,
    }
}

/// Returns the dollars that move with the returns of [`return_symbol`]. For a position without such
/// a symbol, this is its market value, which lowers the coverage.
pub fn exposed_dollars(value: &PositionValue) -> Option<f64> {
    value.exposure_value.or(value.market_value)
}

/// Returns the reason to report when a position is skipped because no returns move it.
pub fn without_return_symbol(class: &InvestmentClass) -> &'static str {
    match class {
        InvestmentClass::Options(_) => "an option without a delta",
        class => without_returns(class),
    }
}

/// Totals of the exposed dollars, by the symbol to which the positions are exposed.
#[derive(Debug, Default, PartialEq)]
pub struct ExposedTotals<'a> {
    /// Totals of the listed symbols, in the order of [`Input::symbols`]. They include the options
    /// on these symbols.
    pub listed: Vec<Lots>,
    /// Totals of the underlyings of options that are not held themselves.
    pub underlyings: BTreeMap<&'a str, Underlying>,
    /// Total of the positions that no returns move.
    pub others: Lots,
}

/// Total of the options on an underlying that is not held itself.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Underlying {
    pub lots: Lots,
    /// Index in [`Input::positions`] of the first of these options. They all have the same betas.
    pub first: usize,
}

impl<'a> ExposedTotals<'a> {
    /// Adds up `values`, which must be in the order of the input's positions.
    pub fn from_values(input: &'a Input, values: &[PositionValue]) -> Self {
        let mut totals = Self { listed: vec![Lots::default(); input.symbols().len()], ..Self::default() };
        let positions = input.positions().iter().zip(input.symbol_of());
        for (index, ((position, place), value)) in positions.zip(values).enumerate() {
            let Some(dollars) = exposed_dollars(value) else { continue };
            let lots = match (*place, return_symbol(position, value)) {
                (Some(place), _) => &mut totals.listed[place],
                (None, None) => &mut totals.others,
                (None, Some(underlying)) => {
                    if let Some(place) = place_of(input, underlying) {
                        &mut totals.listed[place]
                    } else {
                        let unlisted = totals.underlyings.entry(underlying);
                        &mut unlisted.or_insert(Underlying { lots: Lots::default(), first: index }).lots
                    }
                }
            };
            lots.add(dollars);
        }
        totals
    }

    /// Returns the totals of all symbols that have returns.
    pub fn all_lots(&self) -> impl Iterator<Item = &Lots> {
        self.listed.iter().chain(self.underlyings.values().map(|underlying| &underlying.lots))
    }
}

/// Returns the index of a symbol in [`Input::symbols`], or `None` if it is not held.
pub fn place_of(input: &Input, symbol: &str) -> Option<usize> {
    input.symbols().binary_search_by(|known| known.as_str().cmp(symbol)).ok()
}
