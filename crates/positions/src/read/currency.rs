//! Warns about files that may be in another currency than the dollar but do not say so.

use super::{ReadTables, UsedTable, state::State};
use crate::{
    cells::cash::currency_code,
    columns::folded,
    content::{FileWarning, WarningCode},
    reading::{Field, Reading},
};

/// Beginnings of column names in other languages than English, as [`folded`] writes them. Names
/// with a letter beyond `a` to `z` are foreign anyway.
const FOREIGN_NAMES: [&str; 49] = [
    "aankoop",
    "aantal",
    "aktie",
    "anschaffung",
    "anskaff",
    "antal",
    "anteile",
    "anzahl",
    "azioni",
    "bedrag",
    "belopp",
    "bestand",
    "betrag",
    "bezeichnung",
    "cantidad",
    "cena",
    "compra",
    "cours",
    "datum",
    "dato",
    "einstand",
    "einstieg",
    "fecha",
    "handelsdag",
    "importe",
    "importo",
    "kaufd",
    "kaufk",
    "kaufp",
    "kaufw",
    "koers",
    "kurs",
    "liczba",
    "menge",
    "montant",
    "naam",
    "namn",
    "navn",
    "nombre",
    "omschrijving",
    "preco",
    "precio",
    "preis",
    "prezzo",
    "prijs",
    "prix",
    "quantidade",
    "quantita",
    "stueck",
];
/// More names that are foreign as a whole.
const FOREIGN_WORDS: [&str; 8] = ["pris", "data", "stk", "wert", "waarde", "valore", "valor", "wertpapier"];
/// Names that several languages share, which say nothing about the language.
const SHARED_NAMES: [&str; 6] = ["symbol", "ticker", "isin", "status", "wkn", "position"];

/// Warns if prices without a stated currency are read as dollars although the file looks foreign:
/// its amounts are in another currency, its header is not English, or its numbers have decimal
/// commas. A plain English file without currencies is taken for one in dollars.
pub(super) fn warn_if_unknown(tables: &ReadTables<'_, '_>, reading: &Reading, state: &mut State) {
    let mut rows = std::mem::take(&mut state.unstated_currencies);
    rows.retain(|row| {
        let edit = reading.edits.get(row);
        edit.is_none_or(|edit| edit.entry_price.is_none() && edit.exit_price.is_none())
    });
    let is_foreign = || {
        reading.decimal == Some(',')
            || tables.used.iter().any(|used| used.has_foreign_header() || used.has_foreign_amounts())
    };
    if rows.is_empty() || !is_foreign() {
        return;
    }
    rows.sort_unstable();
    rows.dedup();
    let column = tables.used.iter().map(|used| used.columns.name(Field::EntryPrice)).find(|name| !name.is_empty());
    state.warnings.push(FileWarning {
        code: WarningCode::CurrencyUnknown,
        rows,
        column: column.map(crate::quote::shorten),
        message: "The file doesn't say which currency its prices are in; they're read as dollars.".to_owned(),
        repair: None,
    });
}

impl UsedTable<'_, '_> {
    /// Returns whether most names of the columns that are read are not English.
    fn has_foreign_header(&self) -> bool {
        let is_read =
            |index: &usize| self.columns.readings.get(*index).is_some_and(|column| column.field != Field::Ignored);
        let names = (0..self.table.names.len()).filter(is_read).filter_map(|index| self.table.names.get(index));
        let (mut foreign, mut english) = (0, 0);
        for name in names.map(|name| folded(name)) {
            if name.is_empty() || SHARED_NAMES.contains(&name.as_str()) {
                continue;
            }
            if is_foreign_name(&name) { foreign += 1 } else { english += 1 }
        }
        foreign > english
    }

    /// Returns whether a column that is not the price's currency names another one.
    fn has_foreign_amounts(&self) -> bool {
        let is_ignored =
            |index: &usize| self.columns.readings.get(*index).is_none_or(|column| column.field == Field::Ignored);
        let is_of_currencies = |index: &usize| {
            let name = self.table.names.get(*index).map(|name| folded(name)).unwrap_or_default();
            ["currency", "valuta", "devise", "währung", "ccy"].iter().any(|word| name.contains(word))
        };
        (0..self.table.names.len()).filter(is_ignored).filter(is_of_currencies).any(|index| {
            let cells = self.table.rows.iter().filter_map(|row| row.cells.get(index));
            cells.filter_map(currency_code).any(|code| code != "USD")
        })
    }
}

fn is_foreign_name(name: &str) -> bool {
    !name.is_ascii()
        || FOREIGN_WORDS.contains(&name)
        || FOREIGN_NAMES.iter().any(|beginning| name.starts_with(beginning))
}
