//! Tells rows that are not positions from those that are, in tables of holdings.

use super::{row::TableReader, state::State};
use crate::{
    cells::{cash::is_cash, number::is_absent},
    columns::{looks_like_number, unit},
    content::LeftOutReason,
    reading::Field,
    recognize::{is_footer, is_pending, is_total},
    sheet::SheetRow,
};

impl TableReader<'_, '_> {
    /// Returns why a row of a table of holdings is not a position, or `None` if it is one. Adds
    /// cash to the state.
    pub(super) fn left_out(&self, row: &SheetRow, state: &mut State) -> Option<LeftOutReason> {
        let symbol = self.cell(row, Field::Symbol);
        let first = row.cells.iter().find(|cell| !is_absent(cell))?;
        let description = self.cell(row, Field::Description).unwrap_or_default();
        let is_named = symbol.is_some_and(|text| !is_total(text)) || self.has_identifier(row);
        let has_number = |field| self.cell(row, field).is_some_and(looks_like_number);
        let has_quantity = has_number(Field::Quantity);
        if is_pending(first) || symbol.is_some_and(is_pending) || is_pending(description) {
            return Some(LeftOutReason::Pending);
        }
        // With the symbol above the header, a lot begins with its date, and a sum with a word.
        if !is_named && row.cells.iter().any(is_total) && (self.title_symbol.is_none() || is_total(first)) {
            return Some(LeftOutReason::Total);
        }
        let kind = self.cell(row, Field::InvestmentClass).unwrap_or_default();
        if is_cash(symbol.unwrap_or_default(), description, kind) && !kind.eq_ignore_ascii_case("PRIVATE") {
            self.add_cash(row, state);
            return Some(LeftOutReason::Cash);
        }
        if has_quantity {
            return None;
        }
        let filled = row.cells.iter().filter(|cell| !is_absent(cell)).count();
        let has_value = [Field::EntryPrice, Field::CostBasis, Field::EntryDate, Field::ExitDate, Field::ExitPrice]
            .into_iter()
            .any(|field| self.cell(row, field).is_some_and(|text| text.contains(|c: char| c.is_ascii_digit())));
        if filled <= 1 || is_footer(first) && !(is_named && has_value) || !is_named && !has_value {
            return Some(self.footer_or_title(row));
        }
        None
    }

    fn has_identifier(&self, row: &SheetRow) -> bool {
        [Field::Isin, Field::Cusip, Field::Sedol].into_iter().any(|field| self.cell(row, field).is_some())
    }

    /// Returns whether a row of text is below all positions or between them.
    fn footer_or_title(&self, row: &SheetRow) -> LeftOutReason {
        if row.line > self.last_position { LeftOutReason::Footer } else { LeftOutReason::Title }
    }

    /// Adds a row of cash: its value, or else its quantity times its price.
    fn add_cash(&self, row: &SheetRow, state: &mut State) {
        let value = self.money_or_none(row, Field::MarketValue);
        let quantity = self.number_or_none(row, Field::Quantity);
        let price = self.money_or_none(row, Field::MarketPrice).or_else(|| self.money_or_none(row, Field::EntryPrice));
        let amount = value
            .map(|money| money.value)
            .or_else(|| quantity.map(|quantity| quantity * price.map_or(1.0, |price| price.value)))
            .or_else(|| self.money_or_none(row, Field::CostBasis).map(|money| money.value));
        let by_symbol = self.cell(row, Field::Symbol).and_then(unit).map(|unit| unit.currency);
        let currency = by_symbol
            .or_else(|| value.and_then(|money| money.currency))
            .or_else(|| price.and_then(|money| money.currency))
            .or_else(|| self.cell(row, Field::Currency).and_then(unit).map(|unit| unit.currency))
            .unwrap_or("USD");
        state.add_cash(row.line, currency, amount);
    }
}
