//! Reports columns that are missing, and warns about those that are not read.

use super::{
    row::{TableReader, template_name},
    state::State,
};
use crate::{
    content::{FileWarning, WarningCode},
    problem::{Problem, ProblemCode},
    quote::{quote, shorten},
    reading::Field,
};

/// Maximum number of columns that are named as ignored.
const NAMED: usize = 10;
/// Confidence below which a person should look at a column.
const UNSURE: f64 = 0.55;

/// Reports what the columns of the first table lack.
pub(super) fn report(reader: &TableReader<'_, '_>, state: &mut State) {
    let columns = reader.columns;
    let has_any = |fields: &[Field]| fields.iter().any(|field| columns.has(*field));
    let names_security = has_any(&[Field::Symbol, Field::Isin, Field::Cusip, Field::Sedol, Field::Description])
        || reader.title_symbol.is_some()
        || columns.has(Field::EntryDate) && columns.has(Field::Quantity);
    let is_text_of_trades = columns.is_history && has_any(&[Field::Description, Field::Action]);
    if !names_security {
        state.findings.push(missing(Field::Symbol));
    }
    if !columns.has(Field::Quantity) && !is_text_of_trades {
        state.findings.push(missing(Field::Quantity));
    }
    if columns.is_history && !columns.has(Field::EntryDate) {
        state.findings.push(missing(Field::EntryDate));
    }
    warn_of_columns(reader, state);
}

fn missing(field: Field) -> Problem {
    let name = template_name(field);
    Problem {
        row: None,
        column: Some(name.to_owned()),
        code: ProblemCode::MissingColumn,
        message: format!("No column looks like {}; choose it above the column, or add it.", quote(name)),
    }
}

fn warn_of_columns(reader: &TableReader<'_, '_>, state: &mut State) {
    let columns = reader.columns;
    let has_header = reader.table.header.is_some();
    if has_header && (state.is_template() || state.layout.is_none()) {
        for index in columns.unknown.iter().take(NAMED) {
            let name = columns.readings.get(*index).map_or("", |column| column.name.as_str());
            let (column, message) = if name.is_empty() {
                (None, format!("Column {} has no name and was ignored.", index + 1))
            } else {
                (Some(shorten(name)), format!("The column {} is not one we know and was ignored.", quote(name)))
            };
            state.warnings.push(warning(WarningCode::IgnoredColumn, column, message));
        }
    }
    for column in columns.readings.iter().filter(|column| !matches!(column.field, Field::Ignored | Field::Description))
    {
        if column.confidence >= UNSURE {
            continue;
        }
        let name = match column.name.as_str() {
            "" => format!("Column {}", column.index + 1),
            name => format!("The column {}", quote(name)),
        };
        let message = format!("{name} was taken for {}; check it.", words(column.field));
        state.warnings.push(warning(WarningCode::UnsureColumn, Some(shorten(&column.name)), message));
    }
}

fn warning(code: WarningCode, column: Option<String>, message: String) -> FileWarning {
    FileWarning { code, rows: Vec::new(), column, message, repair: None }
}

/// Returns the words of a person for a field.
fn words(field: Field) -> &'static str {
    match field {
        Field::Isin => "the ISIN",
        Field::Quantity => "the quantity",
        Field::EntryPrice => "the purchase price of a share",
        Field::CostBasis => "the cost of the whole position",
        Field::EntryDate => "the day of purchase",
        Field::MarketPrice => "today's price",
        Field::MarketValue => "today's value",
        Field::Currency => "the currency",
        Field::Action => "what was done",
        Field::Description => "the name",
        Field::Symbol => "the symbol",
        _ => "another value",
    }
}
