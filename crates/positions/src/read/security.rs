//! Finds out which security a row is about.

use super::{
    row::{Reported, TableReader},
    state::State,
};
use crate::{
    cells::{
        identifier::{Identifier, identifier, known_symbol},
        option_symbol::{is_adjusted_option, occ_symbol, option_terms, option_terms_for},
        share_class::usual_spelling,
        symbol::{clean_symbol, foreign_exchange},
    },
    columns::{folded, looks_like_ticker},
    content::DraftOption,
    problem::{Fault, ProblemCode},
    quote::quote,
    reading::Field,
    sheet::SheetRow,
};

/// Beginnings of descriptions that say what happened to an option before its terms.
const OPTION_EVENTS: [&str; 6] =
    ["option expiration for ", "option assignment for ", "option exercise for ", "expired ", "assigned ", "exercised "];

/// Names of columns with the exchange of a share, as [`folded`] writes them.
const EXCHANGE_COLUMNS: [&str; 9] = [
    "exchange",
    "exchangecode",
    "listingexchange",
    "primaryexchange",
    "stockexchange",
    "market",
    "markets",
    "mic",
    "börse",
];

/// The security of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RowSecurity {
    /// The symbol in upper case; the OCC symbol for an option.
    pub symbol: Option<String>,
    pub isin: Option<String>,
    pub option: Option<DraftOption>,
}

/// The cells of a row that say which security it is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SecurityCells<'r> {
    pub symbol: Option<&'r str>,
    pub isin: Option<&'r str>,
    pub cusip: Option<&'r str>,
    pub sedol: Option<&'r str>,
    pub description: Option<&'r str>,
}

impl TableReader<'_, '_> {
    pub(super) fn security_cells<'r>(&'r self, row: &'r SheetRow) -> SecurityCells<'r> {
        SecurityCells {
            symbol: self.cell(row, Field::Symbol).or(self.title_symbol.as_deref()),
            isin: self.cell(row, Field::Isin),
            cusip: self.cell(row, Field::Cusip),
            sedol: self.cell(row, Field::Sedol),
            description: self.cell(row, Field::Description),
        }
    }

    /// Finds the security of a row, or reports why it cannot be found. `says_option` is whether
    /// another cell of the row says that it is an option.
    pub(super) fn security(
        &self,
        row: &SheetRow,
        cells: SecurityCells<'_>,
        says_option: bool,
        state: &mut State,
    ) -> Result<RowSecurity, Reported> {
        let isin = cells.isin.filter(|text| is_isin(text)).map(str::to_ascii_uppercase);
        if let Some(chosen) = chosen_symbol(row, cells, state) {
            return self.named_security(row, &chosen, isin, state);
        }
        if let Some(option) = cells.symbol.and_then(option_terms) {
            // If nothing else says that the row is an option, the checks say so to the person.
            let is_doubtful = !says_option
                && (state.is_template() || state.layout.is_none())
                && self.columns.has(Field::EntryPrice)
                && !self.columns.is_history;
            return Ok(match cells.symbol.filter(|_| is_doubtful) {
                Some(text) => RowSecurity { symbol: Some(text.to_ascii_uppercase()), isin, option: None },
                None => option_security(option, isin),
            });
        }
        if let Some(option) = described_option(cells, says_option) {
            return Ok(option_security(option, isin));
        }
        let is_readable = |symbol: &str| clean_symbol(symbol).is_ok() || usual_spelling(symbol).is_some();
        if let Some(symbol) = cells.symbol
            // A long name in the symbol column of a file with ISINs is no reason to refuse the row.
            && (isin.is_none() || is_readable(symbol) && !is_isin(symbol))
        {
            let is_american = isin.as_ref().is_some_and(|isin| isin.starts_with("US"));
            if let (Some(exchange), Ok(bare), false) = (self.exchange(row), clean_symbol(symbol), is_american) {
                self.ask_listing(row, symbol, &bare, exchange, state);
            }
            return self.named_security(row, symbol, isin, state);
        }
        if let Some(isin) = isin {
            // The question for the symbol is asked once for all positions without one.
            return Ok(RowSecurity { symbol: known_symbol(&isin).map(str::to_owned), isin: Some(isin), option: None });
        }
        // The checks replace other identifiers by symbols, and say so.
        let identifier = [cells.isin, cells.cusip, cells.sedol].into_iter().flatten().next();
        if let Some(text) = identifier.or_else(|| cells.description.and_then(symbol_in_name)) {
            return self.named_security(row, text, None, state);
        }
        Err(self.without_symbol(row, cells.description, state))
    }

    /// Reads a symbol, or the symbol of an option.
    fn named_security(
        &self,
        row: &SheetRow,
        text: &str,
        isin: Option<String>,
        state: &mut State,
    ) -> Result<RowSecurity, Reported> {
        if let Some(option) = option_terms(text) {
            return Ok(option_security(option, isin));
        }
        if is_adjusted_option(text) {
            let message = format!("{} is an adjusted option, which can't be valued; leave it out.", quote(text));
            return Err(self.report(row, Field::Symbol, Fault::new(ProblemCode::InvalidOption, message), state));
        }
        let symbol = if usual_spelling(text).is_some() {
            // The checks bring share classes to their usual spelling, and say so.
            text.to_ascii_uppercase()
        } else {
            clean_symbol(text).map_err(|fault| self.report(row, Field::Symbol, fault, state))?
        };
        if let Some(exchange) = foreign_exchange(text) {
            self.ask_listing(row, text, &symbol, exchange, state);
        }
        Ok(RowSecurity { symbol: Some(symbol), isin, option: None })
    }

    /// Returns the exchange that a column of the row names, if it is outside the United States.
    fn exchange(&self, row: &SheetRow) -> Option<&'static str> {
        let place = self.table.names.iter().position(|name| EXCHANGE_COLUMNS.contains(&folded(name).as_str()))?;
        let name = row.cells.get(place).filter(|name| !name.is_empty())?;
        foreign_exchange(&format!("{name}:"))
    }

    /// Asks for the symbol of a share that is listed outside the United States, where the same
    /// symbol may be another company.
    fn ask_listing(&self, row: &SheetRow, text: &str, symbol: &str, exchange: &str, state: &mut State) {
        let message = format!("{} trades on {exchange}. Enter the symbol that it has in the US.", quote(text));
        self.report(row, Field::Symbol, Fault::new(ProblemCode::SymbolUnknown, message), state);
        state.foreign_listings.insert(text.to_owned(), symbol.to_owned());
        state.listing_column = self.column_name(Field::Symbol);
    }

    fn without_symbol(&self, row: &SheetRow, named: Option<&str>, state: &mut State) -> Reported {
        match named {
            Some(text) => {
                let message = format!("We know no symbol for {}; enter the symbol of this position.", quote(text));
                self.report(row, Field::Symbol, Fault::new(ProblemCode::SymbolUnknown, message), state)
            }
            None if self.columns.has(Field::Symbol) => {
                self.require(row, Field::Symbol, "enter the position's symbol", state)
            }
            None => {
                let message = "The file does not name the security; enter the symbol of this position.";
                self.report(row, Field::Symbol, Fault::new(ProblemCode::SymbolUnknown, message), state)
            }
        }
    }
}

/// Returns the symbol that the person typed for the row or for a text of it.
fn chosen_symbol(row: &SheetRow, cells: SecurityCells<'_>, state: &State) -> Option<String> {
    let typed = state.changes.edits.get(&row.line).and_then(|edit| edit.symbol.as_ref());
    if let Some(symbol) = typed.filter(|symbol| !symbol.trim().is_empty()) {
        return Some(symbol.clone());
    }
    let symbols = &state.changes.symbols;
    if symbols.is_empty() {
        return None;
    }
    [cells.symbol, cells.isin, cells.cusip, cells.sedol, cells.description, Some("")]
        .into_iter()
        .flatten()
        .find_map(|text| symbols.get(text).or_else(|| symbols.get(&text.to_ascii_uppercase())))
        .filter(|symbol| !symbol.trim().is_empty())
        .cloned()
}

/// Returns the option that a description spells out. Without a sign that the row is an option, the
/// description must have the terms itself.
fn described_option(cells: SecurityCells<'_>, says_option: bool) -> Option<DraftOption> {
    let description = cells.description?;
    let lower = description.to_lowercase();
    let has_kind = lower.contains("call") || lower.contains("put") || description.contains(char::is_numeric);
    if !says_option && !has_kind {
        return None;
    }
    let event = OPTION_EVENTS.iter().find(|event| lower.starts_with(**event));
    let terms = description.get(event.map_or(0, |event| event.len())..)?;
    option_terms(terms).or_else(|| {
        let underlying = cells.symbol.filter(|symbol| looks_like_ticker(symbol))?;
        option_terms_for(underlying, terms)
    })
}

fn option_security(option: DraftOption, isin: Option<String>) -> RowSecurity {
    RowSecurity { symbol: Some(option_name(&option)), isin, option: Some(option) }
}

/// Returns the OCC symbol of an option. An option whose terms do not fit into one is named by its
/// underlying.
pub(super) fn option_name(option: &DraftOption) -> String {
    occ_symbol(option).unwrap_or_else(|| option.underlying.clone())
}

fn is_isin(text: &str) -> bool {
    identifier(&text.to_ascii_uppercase()) == Some(Identifier::Isin)
}

/// Returns the symbol in parentheses at the end of a name, such as `(LSE:IGUS)`.
fn symbol_in_name(name: &str) -> Option<&str> {
    let (_, inside) = name.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    (looks_like_ticker(inside) && inside.len() >= 2).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_symbol_at_end_of_name() {
        assert_eq!(symbol_in_name("iShares Core S&P 500 (LSE:IGUS)"), Some("LSE:IGUS"));
        assert_eq!(symbol_in_name("Foo ETF Distributing (FOO)"), Some("FOO"));
        assert_eq!(symbol_in_name("Foo (Distributing)"), None);
        assert_eq!(symbol_in_name("Foo"), None);
    }
}
