//! The usual repairs of each kind of problem.

use std::collections::BTreeSet;

use super::{column_name, words::counted};
use crate::{
    content::{FileContent, MAX_OCCURRENCES, ProblemGroup, Repair},
    problem::ProblemCode,
    quote::shorten,
    reading::{Assumptions, ColumnReading, DateOrder, EntryDateAssumption, EntryPriceAssumption, Field, Reading},
};

/// Returns the repairs for a group of problems, the one that is most likely right first.
pub(super) fn usual_repairs(group: &ProblemGroup, content: &FileContent) -> Vec<Repair> {
    use ProblemCode as C;
    match group.code {
        C::MissingColumn
        | C::EmptyFile
        | C::NotUtf8
        | C::TooManyRows
        | C::UnreadableFile
        | C::InvalidName
        | C::InvalidClass => Vec::new(),
        C::AmbiguousDate => [DateOrder::MonthDayYear, DateOrder::DayMonthYear].map(read_dates).into(),
        C::AmbiguousNumber => ['.', ','].map(read_numbers).into(),
        C::EntryDateUnknown => vec![held_throughout(group.count)],
        C::EntryPriceUnknown | C::ForeignCurrency if needs_typed_price(group, content) => {
            leave_out(group, content).into_iter().collect()
        }
        C::EntryPriceUnknown | C::ForeignCurrency => vec![take_market_price(group.count)],
        C::InvalidDate => leave_out(group, content).or_else(|| ignore_dates(group, content)).into_iter().collect(),
        C::MalformedCsv
        | C::Required
        | C::NotANumber
        | C::ZeroQuantity
        | C::TooManyDecimals
        | C::NotPositive
        | C::FutureDate
        | C::ExitBeforeEntry
        | C::InvalidSymbol
        | C::InvalidOption
        | C::DuplicatePosition
        | C::AfterLastPrice
        | C::SymbolUnknown => leave_out(group, content).into_iter().collect(),
    }
}

/// Returns the repair that reads dates in another order.
pub(super) fn read_dates(order: DateOrder) -> Repair {
    let words = match order {
        DateOrder::YearMonthDay => "year/month/day",
        DateOrder::MonthDayYear => "month/day/year",
        DateOrder::DayMonthYear => "day/month/year",
    };
    Repair {
        label: format!("Read dates as {words}"),
        reading: Reading { date_order: Some(order), ..Reading::default() },
    }
}

fn read_numbers(mark: char) -> Repair {
    let label = if mark == '.' { "Read 1,250 as 1250" } else { "Read 1,250 as 1.25" };
    Repair { label: label.to_owned(), reading: Reading { decimal: Some(mark), ..Reading::default() } }
}

fn held_throughout(count: usize) -> Repair {
    let label = if count == 1 { "Take it as held throughout" } else { "Take them as held throughout" };
    let assumptions = Assumptions { entry_date: Some(EntryDateAssumption::WholeWindow), ..Assumptions::default() };
    Repair { label: label.to_owned(), reading: Reading { assumptions, ..Reading::default() } }
}

fn take_market_price(count: usize) -> Repair {
    let label = if count == 1 { "Take the market's price" } else { "Take the market's prices" };
    let assumptions = Assumptions { entry_price: Some(EntryPriceAssumption::Market), ..Assumptions::default() };
    Repair { label: label.to_owned(), reading: Reading { assumptions, ..Reading::default() } }
}

/// Returns whether the market's price does not answer the question: it is the price of an exit, or
/// the market's price was chosen and the question is still open.
fn needs_typed_price(group: &ProblemGroup, content: &FileContent) -> bool {
    content.reading.assumptions.entry_price == Some(EntryPriceAssumption::Market)
        || group.column.as_deref() == Some(&column_name(&content.reading, Field::ExitPrice))
}

/// Returns the repair that leaves out the rows of a group. Returns `None` if no position would be
/// left, or if the group does not list all of its rows.
fn leave_out(group: &ProblemGroup, content: &FileContent) -> Option<Repair> {
    if group.count > MAX_OCCURRENCES {
        return None;
    }
    let rows: BTreeSet<u64> = group.examples.iter().map(|example| example.row).collect::<Option<_>>()?;
    leave_out_rows(rows, content)
}

/// Returns the repair that leaves out rows, or `None` if no position would be left.
pub(super) fn leave_out_rows(rows: BTreeSet<u64>, content: &FileContent) -> Option<Repair> {
    let stays = |rows_of: &[u64]| rows_of.first().is_none_or(|row| !rows.contains(row));
    if rows.is_empty() || !content.positions.iter().any(|position| stays(&position.rows)) {
        return None;
    }
    let label = match rows.len() {
        1 => "Leave out this row".to_owned(),
        several => format!("Leave out these {}", counted(several, "row", "rows")),
    };
    Some(Repair { label, reading: Reading { left_out: rows, ..Reading::default() } })
}

/// Returns the repair that does without a column of dates that cannot be read, or `None` if the
/// column does not hold entry dates.
fn ignore_dates(group: &ProblemGroup, content: &FileContent) -> Option<Repair> {
    let column =
        content.reading.columns.iter().find(|column| {
            column.field == Field::EntryDate && group.column.as_deref() == Some(&shorten(&column.name))
        })?;
    let assumptions = Assumptions { entry_date: Some(EntryDateAssumption::WholeWindow), ..Assumptions::default() };
    let columns = vec![ColumnReading { field: Field::Ignored, confidence: 1.0, ..column.clone() }];
    Some(Repair {
        label: "Ignore these dates: held throughout".to_owned(),
        reading: Reading { columns, assumptions, ..Reading::default() },
    })
}
