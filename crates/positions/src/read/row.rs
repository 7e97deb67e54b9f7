//! Reads the cells of one row, and reports those that cannot be read.

use chrono::NaiveDate;

use super::{
    conventions::{ColumnOrder, Conventions},
    state::State,
};
use crate::{
    cells::number::is_absent,
    columns::{Columns, Unit, unit, unit_in_name},
    problem::{Fault, Problem, ProblemCode},
    quote::shorten,
    reading::Field,
    recognize::Table,
    sheet::SheetRow,
};

/// A table with everything that is needed to read its rows.
#[derive(Debug)]
pub(super) struct TableReader<'t, 's> {
    pub table: &'t Table<'s>,
    pub columns: &'t Columns,
    pub conventions: &'t Conventions,
    pub entry_order: ColumnOrder,
    pub exit_order: ColumnOrder,
    pub expiration_order: ColumnOrder,
    /// The order of dates in the symbol column, which name the lots of the symbol above them.
    pub symbol_order: ColumnOrder,
    /// The symbol of every row, if the file names it above the header.
    pub title_symbol: Option<String>,
    /// The line of the last row with a quantity, or 0 if no row has one.
    pub last_position: u64,
    /// Whether the class column is that of the template, whose words and option columns have fixed
    /// rules.
    pub has_own_class: bool,
    /// Whether rows have to be as wide as the header.
    pub is_strict: bool,
}

/// A cell that has a problem, which was reported already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported;

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Money {
    pub value: f64,
    /// The currency that the cell or the column's name states.
    pub currency: Option<&'static str>,
}

impl<'s> TableReader<'_, 's> {
    /// Returns the text of a cell, or `None` if it has no value.
    pub(super) fn cell<'r>(&self, row: &'r SheetRow, field: Field) -> Option<&'r str> {
        self.columns.cell(row, field)
    }

    /// Returns the rows of the table.
    pub(super) fn rows(&self) -> &[&'s SheetRow] {
        &self.table.rows
    }

    /// Returns the name of a column for messages: that of the file, or else that of the template.
    pub(super) fn column_name(&self, field: Field) -> String {
        match self.columns.name(field) {
            "" => template_name(field).to_owned(),
            name => shorten(name),
        }
    }

    /// Reports a fault in a cell.
    pub(super) fn report(&self, row: &SheetRow, field: Field, fault: Fault, state: &mut State) -> Reported {
        state.findings.push(fault.at(row.line, &self.column_name(field)));
        Reported
    }

    /// Reports that a value is missing.
    pub(super) fn require(&self, row: &SheetRow, field: Field, how: &str, state: &mut State) -> Reported {
        let name = self.column_name(field);
        let message = if self.columns.has(field) {
            format!("{name} is empty; {how}.")
        } else {
            format!("The file has no column {name}; add it: {how}.")
        };
        self.report(row, field, Fault::new(ProblemCode::Required, message), state)
    }

    /// Reads a plain number.
    pub(super) fn number(&self, row: &SheetRow, field: Field, state: &mut State) -> Result<Option<f64>, Reported> {
        let Some(text) = self.cell(row, field) else { return Ok(None) };
        let read = self.conventions.amount(text).map(|amount| Some(amount.value));
        read.map_err(|fault| self.report(row, field, fault, state))
    }

    /// Reads a number if it can be read, and reports nothing otherwise.
    pub(super) fn number_or_none(&self, row: &SheetRow, field: Field) -> Option<f64> {
        self.cell(row, field).and_then(|text| self.conventions.amount(text).ok()).map(|amount| amount.value)
    }

    /// Reads an amount of money. Pence become pounds.
    pub(super) fn money(&self, row: &SheetRow, field: Field, state: &mut State) -> Result<Option<Money>, Reported> {
        let Some(text) = self.cell(row, field) else { return Ok(None) };
        match self.conventions.amount(text) {
            Ok(amount) => Ok(Some(self.in_unit(row, field, amount.value, amount.currency))),
            Err(fault) => Err(self.report(row, field, fault, state)),
        }
    }

    /// Reads an amount of money if it can be read.
    pub(super) fn money_or_none(&self, row: &SheetRow, field: Field) -> Option<Money> {
        let amount = self.conventions.amount(self.cell(row, field)?).ok()?;
        Some(self.in_unit(row, field, amount.value, amount.currency))
    }

    /// Finds the currency of an amount: stated by the currency column, by the cell or by the name
    /// of its column, in this order.
    pub(super) fn in_unit(&self, row: &SheetRow, field: Field, value: f64, sign: Option<&'static str>) -> Money {
        let column = self.cell(row, Field::Currency).and_then(unit);
        let named = unit_in_name(self.columns.name(field));
        // A column of totals in another currency says nothing about one that states its own.
        let of_layout = || self.table.layout.and_then(|layout| layout.currency).and_then(unit);
        let found = sign.and_then(unit).filter(|_| column.is_none()).or(named).or(column).or_else(of_layout);
        match found {
            Some(Unit { currency, factor }) => Money { value: value * factor, currency: Some(currency) },
            None => Money { value, currency: None },
        }
    }

    /// Reads the date of a cell.
    pub(super) fn date(&self, row: &SheetRow, field: Field, state: &mut State) -> Result<Option<NaiveDate>, Reported> {
        let Some(text) = self.cell(row, field) else { return Ok(None) };
        let order = match field {
            Field::ExitDate => self.exit_order,
            Field::ExpirationDate => self.expiration_order,
            _ => self.entry_order,
        };
        order.date(text).map(Some).map_err(|fault| self.report(row, field, fault, state))
    }

    /// Checks that the row has no more and, where that matters, no fewer values than the header has
    /// columns. Returns false and reports the row otherwise.
    pub(super) fn check_width(&self, row: &SheetRow, state: &mut State) -> bool {
        let Some(header) = self.table.header else { return true };
        // Some programs write a comma behind each row, or behind the header alone.
        let unnamed = header.cells.iter().rev().take_while(|name| name.is_empty()).count();
        let width = header.cells.len();
        let has_more = row.cells.iter().skip(width).any(|cell| !cell.is_empty());
        let has_fewer = self.is_strict && row.cells.len() < width - unnamed;
        if !has_more && !has_fewer {
            return true;
        }
        let first = row.cells.iter().find(|cell| !is_absent(cell)).map(crate::quote::quote).unwrap_or_default();
        let message = format!(
            "The row that starts with {first} has {} values but the header has {width}; add what is missing, or put quotation marks around a value that has a comma.",
            row.cells.len()
        );
        state.findings.push(Problem { row: Some(row.line), column: None, code: ProblemCode::MalformedCsv, message });
        false
    }
}

/// Returns the name that the template gives to a column.
pub(super) fn template_name(field: Field) -> &'static str {
    match field {
        Field::Symbol => "Symbol",
        Field::Quantity => "Quantity",
        Field::EntryPrice => "Entry Price Per Share",
        Field::EntryDate => "Entry Date",
        Field::InvestmentClass => "Investment Class",
        Field::InvestmentSubtype => "Investment Subtype",
        Field::UnderlyingSymbol => "Underlying Symbol",
        Field::StrikePrice => "Strike Price",
        Field::ExpirationDate => "Expiration Date",
        Field::OptionType => "Option Type",
        Field::ExitDate => "Exit Date",
        Field::ExitPrice => "Exit Price Per Share",
        Field::CostBasis => "Cost Basis",
        Field::Action => "Action",
        _ => "Value",
    }
}
