//! Checks what a file was understood to hold: problems to fix, grouped by kind with one repair
//! each, and warnings about what may be wrong.
//!
//! - `changes` applies what the person typed over or left out.
//! - `check` runs every rule that needs the file alone. `dates`, `values`, `duplicates`,
//!   `questions` and `whole_file` find problems, `findings` groups them with their `sentences` and
//!   `repairs`, and `symbols`, `cash` and `notes` find warnings.
//! - [`market_warnings`] runs the rules that compare the file with known prices.
//! - `totals` sums the positions.

mod cash;
mod changes;
mod dates;
mod duplicates;
mod findings;
mod market;
mod notes;
mod questions;
mod repairs;
pub(crate) mod resolved;
mod sentences;
mod symbols;
#[cfg(test)]
mod tests;
mod totals;
mod values;
mod whole_file;
mod words;

pub(crate) use changes::apply_changes;
pub(crate) use findings::Findings;
pub use market::market_warnings;
pub use totals::{Totals, totals};

use crate::{
    content::{FileContent, FileWarning},
    problem::{Problem, ProblemCode},
    quote::shorten,
    reading::{Field, Reading},
    upload_rules::UploadRules,
};

/// Completes the content's problems and warnings: groups the findings of the cells, and applies
/// every rule to the positions. The content's reading must be complete, and its positions must have
/// the person's changes applied.
pub(crate) fn check(content: &mut FileContent, mut findings: Findings, rules: &UploadRules) {
    let mut warnings: Vec<FileWarning> = Vec::new();
    warnings.extend(values::round_quantities(&mut content.positions));
    warnings.extend(symbols::read_spellings(content, &mut findings));

    let checked = &*content;
    questions::check(checked, &mut findings);
    values::check(checked, &mut findings);
    dates::check(checked, rules, &mut findings);
    duplicates::check(checked, &mut findings);
    whole_file::check(checked, &mut findings);
    warnings.extend(cash::warnings(checked));
    warnings.extend(notes::warnings(checked, rules));

    let problems = findings.into_groups(checked);
    content.problems.extend(problems);
    content.warnings.extend(warnings);
}

/// Adds the problems that single values of positions have. The reader calls it for rows that have a
/// cell it could not read, so that one wrong cell does not hide another.
pub(crate) fn check_values(content: &FileContent, findings: &mut Findings, rules: &UploadRules) {
    values::check(content, findings);
    dates::check(content, rules, findings);
}

/// Creates a problem with the value of a field in a row.
fn problem(code: ProblemCode, row: Option<u64>, field: Field, reading: &Reading, message: String) -> Problem {
    Problem { row, column: Some(column_name(reading, field)), code, message }
}

/// Returns the file's name of the column that holds a field, or the template's name if the file has
/// no such column.
fn column_name(reading: &Reading, field: Field) -> String {
    let named = reading.columns.iter().find(|column| column.field == field && !column.name.is_empty());
    named.map_or_else(|| usual_name(field).to_owned(), |column| shorten(&column.name))
}

fn usual_name(field: Field) -> &'static str {
    match field {
        Field::Quantity => "Quantity",
        Field::EntryPrice => "Entry Price Per Share",
        Field::EntryDate => "Entry Date",
        Field::ExitDate => "Exit Date",
        Field::ExitPrice => "Exit Price Per Share",
        Field::ExpirationDate => "Expiration Date",
        Field::StrikePrice => "Strike Price",
        Field::InvestmentClass => "Investment Class",
        _ => "Symbol",
    }
}
