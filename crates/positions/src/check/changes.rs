//! Applies what the person typed over or left out.

use std::collections::HashMap;

use crate::{
    content::DraftPosition,
    reading::{EntryPriceAssumption, Reading, RowEdit},
};

/// Applies the reading's lines left out, symbols, edits and split factors, in this order, to
/// positions as the file has them.
///
/// A change belongs to the positions whose first line it names, and the price of an exit to those
/// whose last line it names. The keys of `symbols` are texts of the file: symbols or ISINs.
pub(crate) fn apply_changes(positions: &mut Vec<DraftPosition>, reading: &Reading) {
    if !reading.left_out.is_empty() {
        positions.retain(|position| first_row(position).is_none_or(|row| !reading.left_out.contains(&row)));
    }
    if !reading.symbols.is_empty() {
        for position in positions.iter_mut() {
            replace_symbol(position, reading);
        }
    }
    if !reading.edits.is_empty() {
        let mut parts: HashMap<u64, usize> = HashMap::new();
        for row in positions.iter().filter_map(first_row) {
            *parts.entry(row).or_default() += 1;
        }
        for position in positions.iter_mut() {
            let is_only_part = first_row(position).is_some_and(|row| parts.get(&row) == Some(&1));
            apply_edits(position, reading, is_only_part);
        }
    }
    if !reading.split_factors.is_empty() {
        for position in positions.iter_mut() {
            if let Some(factor) = first_row(position).and_then(|row| reading.split_factors.get(&row)) {
                split(position, *factor);
            }
        }
    }
}

/// Returns the line that identifies a position.
pub(super) fn first_row(position: &DraftPosition) -> Option<u64> {
    position.rows.first().copied()
}

fn replace_symbol(position: &mut DraftPosition, reading: &Reading) {
    let by_text = |text: Option<&String>| text.and_then(|text| reading.symbols.get(text)).cloned();
    if let Some(symbol) = by_text(position.symbol.as_ref()).or_else(|| by_text(position.isin.as_ref())) {
        position.symbol = Some(symbol.trim().to_ascii_uppercase());
    }
}

/// Applies the edits of a position. `is_only_part` is false if its purchase was sold in several
/// parts: a typed quantity would not say which of them it means.
fn apply_edits(position: &mut DraftPosition, reading: &Reading, is_only_part: bool) {
    let edit_of = |row: Option<u64>| row.and_then(|row| reading.edits.get(&row));
    let typed_exit = edit_of(position.rows.last().copied()).and_then(|edit| edit.exit_price);
    let typed_entry = edit_of(first_row(position)).and_then(|edit| edit.entry_price);
    if let Some(RowEdit { symbol, quantity, entry_date, .. }) = edit_of(first_row(position)) {
        if let Some(symbol) = symbol {
            position.symbol = Some(symbol.trim().to_ascii_uppercase());
        }
        if let Some(quantity) = quantity.filter(|_| is_only_part) {
            position.quantity = quantity;
        }
        position.entry_date = entry_date.or(position.entry_date);
    }
    // Typed prices are dollars. The currency goes when no price of the file is left in it: each is
    // typed over, or taken from the market.
    let takes_market = reading.assumptions.entry_price == Some(EntryPriceAssumption::Market);
    let has_dollar_entry = typed_entry.is_some() || takes_market && typed_exit.is_some();
    let is_converted = has_dollar_entry && (typed_exit.is_some() || position.exit_price.is_none());
    if position.price_currency.is_none() || is_converted {
        let from_file = position.entry_price.filter(|_| position.price_currency.is_none());
        position.entry_price = typed_entry.or(from_file);
        position.exit_price = typed_exit.filter(|_| position.exit_date.is_some()).or(position.exit_price);
        position.price_currency = None;
    }
}

/// Converts a position to the shares after a split. An option's own terms change in other ways, so
/// it stays as it is.
fn split(position: &mut DraftPosition, factor: f64) {
    if position.option.is_none() && factor.is_finite() && factor > 0.0 {
        position.quantity *= factor;
        position.entry_price = position.entry_price.map(|price| price / factor);
    }
}
