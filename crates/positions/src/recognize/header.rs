//! Tells header rows from other rows.

use crate::{
    columns::{looks_like_number, meanings},
    reading::Field,
    recognize::known_layout,
    sheet::SheetRow,
};

/// Maximum number of rows above the header that are looked at if no header has known names.
const UNKNOWN_HEADER_ROWS: usize = 50;
/// Confidence below which the name of a column says little about its row.
const TELLING: f64 = 0.5;

/// Returns the index of the first header. If no row has names that are known, this is the first row
/// of several words above rows with numbers.
pub(super) fn first_header(rows: &[SheetRow]) -> Option<usize> {
    let known = rows.iter().position(is_header).or_else(|| rows.iter().position(names_some_columns));
    known.or_else(|| {
        let has_number = |row: &SheetRow| row.cells.iter().any(looks_like_number);
        let words = |row: &SheetRow| row.cells.iter().filter(|cell| !cell.is_empty()).count();
        let index = rows.iter().take(UNKNOWN_HEADER_ROWS).position(|row| words(row) >= 2 && !has_number(row))?;
        let below = rows.get(index + 1)?;
        (has_number(below) && words(below) >= 2).then_some(index)
    })
}

/// Returns whether the row names the columns of a table of positions or trades.
pub(super) fn is_header(row: &SheetRow) -> bool {
    let Some(fields) = fields(row) else { return false };
    let has = |field| fields.contains(&field);
    let names_security = [Field::Symbol, Field::Isin, Field::Cusip, Field::Sedol, Field::Description, Field::EntryDate];
    has(Field::Quantity) && fields.len() >= 2 && names_security.into_iter().any(has)
        || known_layout(row.cells.iter()).is_some()
}

/// Returns whether the row names at least three columns, even if it lacks the quantity.
fn names_some_columns(row: &SheetRow) -> bool {
    fields(row).is_some_and(|fields| {
        fields.len() >= 3 && [Field::Symbol, Field::Isin, Field::Quantity].iter().any(|field| fields.contains(field))
    })
}

/// Returns the fields that the cells of the row could name, or `None` if the row has a number.
fn fields(row: &SheetRow) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    for cell in row.cells.iter().filter(|cell| !cell.is_empty()) {
        if looks_like_number(cell) && meanings(cell).is_empty() {
            return None;
        }
        let named =
            meanings(cell).iter().filter(|(field, confidence)| *field != Field::Ignored && *confidence > TELLING);
        for (field, _) in named {
            if !fields.contains(field) {
                fields.push(*field);
            }
        }
    }
    Some(fields)
}
