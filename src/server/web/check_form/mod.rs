//! The form of the page *Check Your Portfolio*: applies its fields to what the person has decided.
//!
//! A form always sends all its fields. Only fields that differ from what the page showed become
//! decisions, so that the reader stays free to choose all others again.

use chrono::NaiveDate;
use positions::{
    Assumptions, CashAssumption, ColumnReading, EntryDateAssumption, EntryPriceAssumption, Field, FileContent, Problem,
    ProblemCode, Reading, RowEdit, parse_cash,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::server::{previews::offered_repair, store::PreviewEntries};

/// Maximum length of an identifier or symbol that a form may name, in characters.
const MAX_SYMBOL: usize = 64;

/// The effect of the pressed button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Starts the portfolio if no question is open.
    Start,
    /// Shows the page again with the changes.
    Update,
    /// Leads to the upload page, with name and cash balance kept.
    ChangeFile,
}

/// The fields of the form, in the order in which they arrived.
#[derive(Debug, Clone, Default)]
pub struct CheckForm {
    fields: Vec<(String, String)>,
}

/// The outcome of applying a form.
#[derive(Debug)]
pub struct AppliedForm {
    pub entries: PreviewEntries,
    /// Typed values that cannot be read. The column is the name of the field.
    pub problems: Vec<Problem>,
    /// The layout that the person wants to be forgotten.
    pub forgotten: Option<Uuid>,
}

impl CheckForm {
    pub fn new(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    /// Returns what the pressed button does. A form without a known button only updates.
    pub fn action(&self) -> Action {
        match self.value("action") {
            Some("start") => Action::Start,
            Some("change_file") => Action::ChangeFile,
            _ => Action::Update,
        }
    }

    /// Applies the form to the entries of a preview. `content` is what the page showed.
    pub fn apply(&self, entries: &PreviewEntries, content: &FileContent) -> AppliedForm {
        let mut applied = AppliedForm { entries: entries.clone(), problems: Vec::new(), forgotten: None };
        let entries = &mut applied.entries;
        entries.name = self.value("portfolio_name").unwrap_or(&entries.name).to_owned();
        entries.cash = self.value("cash_balance").unwrap_or(&entries.cash).to_owned();
        if !self.apply_shape(&mut entries.changes, content) {
            self.apply_columns(&mut entries.changes, content);
        }
        self.apply_assumptions(&mut entries.changes, content, &mut applied.problems);
        self.apply_rows(&mut entries.changes, &mut applied.problems);
        if let Some(repair) = self.value("repair").and_then(|id| offered_repair(content, id)) {
            let changes = std::mem::take(&mut entries.changes);
            entries.changes = changes.merged(repair.reading);
        }
        applied.forgotten = self.value("forget_layout").and_then(|id| id.parse().ok());
        applied
    }

    /// Applies how the file is split into cells. Returns whether that changed: the columns that the
    /// page showed are then no longer those of the file.
    fn apply_shape(&self, changes: &mut Reading, content: &FileContent) -> bool {
        let shown = &content.reading;
        let mut is_changed = false;
        let mut set = |is_new: bool| is_changed |= is_new;
        if let Some(delimiter) = self.value("delimiter").and_then(delimiter)
            && shown.delimiter != Some(delimiter)
        {
            changes.delimiter = Some(delimiter);
            set(true);
        }
        if let Some(row) = self.value("header_row").and_then(|row| row.trim().parse().ok())
            && shown.header_row != Some(row)
        {
            changes.header_row = Some(row);
            set(true);
        }
        for (field, shown, changed) in
            [("encoding", &shown.encoding, &mut changes.encoding), ("sheet", &shown.sheet, &mut changes.sheet)]
        {
            let value = self.value(field).filter(|value| !value.is_empty() && value.chars().count() <= MAX_SYMBOL);
            if let Some(value) = value.filter(|value| shown.as_deref() != Some(value)) {
                *changed = Some(value.to_owned());
                set(true);
            }
        }
        if is_changed {
            changes.columns.clear();
        }
        let decimal = self.value("decimal").and_then(|mark| mark.chars().next()).filter(|mark| ".,".contains(*mark));
        if decimal.is_some() && decimal != shown.decimal {
            changes.decimal = decimal;
        }
        if let Some(order) = self.word("date_order").filter(|order| shown.date_order.as_ref() != Some(order)) {
            changes.date_order = Some(order);
        }
        is_changed
    }

    /// Applies the menus over the columns. An empty choice leaves the column to the reader again.
    fn apply_columns(&self, changes: &mut Reading, content: &FileContent) {
        for shown in &content.reading.columns {
            let Some(choice) = self.value(&format!("column_{}", shown.index)) else { continue };
            let field: Option<Field> = word(choice);
            if choice.is_empty() || field.is_some_and(|field| field != shown.field) {
                changes.columns.retain(|column| column.index != shown.index);
            }
            if let Some(field) = field.filter(|field| *field != shown.field) {
                let (index, name) = (shown.index, shown.name.clone());
                changes.columns.push(ColumnReading { index, name, field, confidence: 1.0 });
            }
        }
        changes.columns.sort_by_key(|column| column.index);
    }

    fn apply_assumptions(&self, changes: &mut Reading, content: &FileContent, problems: &mut Vec<Problem>) {
        let shown = &content.reading.assumptions;
        let Assumptions { entry_date, entry_price, cash, .. } = &mut changes.assumptions;
        match self.value("entry_date") {
            Some("whole_window") => *entry_date = Some(EntryDateAssumption::WholeWindow),
            Some("date") => match date(self.value("entry_date_on").unwrap_or_default()) {
                Some(date) => *entry_date = Some(EntryDateAssumption::On(date)),
                None => problems.push(not_a_date("entry_date_on")),
            },
            Some("") => *entry_date = None,
            _ => {}
        }
        if self.value("entry_price") == Some("") {
            *entry_price = None;
        } else {
            let chosen: Option<EntryPriceAssumption> = self.word("entry_price");
            *entry_price = chosen.filter(|chosen| shown.entry_price != Some(*chosen)).or(*entry_price);
        }
        if self.value("cash") == Some("") {
            *cash = None;
        } else {
            let chosen: Option<CashAssumption> = self.word("cash");
            *cash = chosen.filter(|chosen| shown.cash != Some(*chosen)).or(*cash);
        }
    }

    /// Applies what was typed for single rows and identifiers.
    fn apply_rows(&self, changes: &mut Reading, problems: &mut Vec<Problem>) {
        for (name, value) in &self.fields {
            let value = value.trim();
            if let Some(text) = name.strip_prefix("symbol_") {
                if value.is_empty() {
                    changes.symbols.remove(text);
                } else if text.chars().count() <= MAX_SYMBOL && value.chars().count() <= MAX_SYMBOL {
                    changes.symbols.insert(text.to_owned(), value.to_owned());
                }
            } else if let Some(row) = name.strip_prefix("leave_out_").and_then(|row| row.parse().ok()) {
                changes.left_out.insert(row);
            } else if let Some(row) = name.strip_prefix("put_back_").and_then(|row| row.parse::<u64>().ok()) {
                changes.left_out.remove(&row);
            } else if let Some((row, field)) = name.strip_prefix("edit_").and_then(|edit| edit.split_once('_'))
                && let Ok(row) = row.parse()
                && !value.is_empty()
            {
                let mut edit = changes.edits.get(&row).cloned().unwrap_or_default();
                match edited(&mut edit, name, field, value) {
                    Ok(()) => drop(changes.edits.insert(row, edit)),
                    Err(problem) => problems.push(problem),
                }
            }
        }
    }

    /// Returns the last value of a field. A button comes after the fields of the same name.
    fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    fn word<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        word(self.value(name)?)
    }
}

/// Applies a typed value to the edit of a row.
fn edited(edit: &mut RowEdit, name: &str, field: &str, value: &str) -> Result<(), Problem> {
    let number = || parse_cash(value).map_err(|problem| Problem { column: Some(name.to_owned()), ..problem });
    match field {
        "symbol" if value.chars().count() <= MAX_SYMBOL => edit.symbol = Some(value.to_owned()),
        "quantity" => edit.quantity = Some(number()?),
        "entry_price" => edit.entry_price = Some(number()?),
        "exit_price" => edit.exit_price = Some(number()?),
        "entry_date" => edit.entry_date = Some(date(value).ok_or_else(|| not_a_date(name))?),
        _ => {}
    }
    Ok(())
}

/// Parses a word of the API, such as `entry_price`.
fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

fn delimiter(text: &str) -> Option<char> {
    match text {
        "tab" => Some('\t'),
        text => text.chars().next().filter(|delimiter| ",;|\t".contains(*delimiter)),
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok()
}

fn not_a_date(field: &str) -> Problem {
    Problem::in_field(field, ProblemCode::InvalidDate, "This isn't a date; enter one as YYYY-MM-DD.")
}

#[cfg(test)]
mod tests;
