//! Parses a whole file, and checks the rules that span several rows: a file must not have too many
//! rows, and no two rows may have the same lot.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;

use super::columns::{CsvColumn, Header};
use super::decode::text;
use super::position::Position;
use super::problem::{Fault, Problem, ProblemCode, Problems, Warning};
use super::quote::quote;
use super::row::{Row, RowReader, UploadRules};
use super::rows::{Record, Records};
use super::shape;

/// Maximum number of rows in a file, not counting the header.
pub const MAX_ROWS: usize = 10_000;

/// Maximum number of row numbers listed in one warning.
const ROWS_NAMED: usize = 5;

/// The parsed content of a valid file.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// All positions in the order of the file; never empty.
    pub positions: Vec<Position>,
    /// Warnings about ignored columns and cells.
    pub warnings: Vec<Warning>,
}

/// Parses a positions CSV.
///
/// # Errors
/// Returns all problems of the file: first those of the header, then those of each row in order. A
/// conflict between two cells of a row comes after the problems of those cells. If the bytes are
/// not UTF-8, or if a row exceeds one of the size limits in `shape`, returns only that problem. If
/// there are too many rows, returns only that problem and those of the header.
pub fn parse_positions(bytes: &[u8], rules: &UploadRules) -> Result<Parsed, Problems> {
    let text = text(bytes)?;
    shape::check(&text)?;
    let mut records = Records::new(&text);
    let Some(header_record) = records.next() else {
        return Err(no_rows().into());
    };
    if header_record.has_open_quote() {
        return Err(open_quote(header_record.line).into());
    }
    let mut file = File::default();
    let header = Header::read(&header_record, &mut file.problems, &mut file.warnings);
    let header_problems = file.problems.clone();
    let mut count = 0;
    for record in records {
        count += 1;
        if count > MAX_ROWS {
            let mut problems = header_problems;
            problems.push(too_many_rows());
            return Err(problems);
        }
        file.add(&record, &header, rules);
    }
    if count == 0 {
        file.problems.push(no_rows());
    }
    file.finish()
}

/// The positions, problems and warnings of the rows read so far.
#[derive(Default)]
struct File {
    positions: Vec<Position>,
    problems: Problems,
    warnings: Vec<Warning>,
    /// Maps each lot (symbol and entry date) to the line of its first row.
    lots: HashMap<(String, NaiveDate), u64>,
    unused_option_terms: Vec<u64>,
}

impl File {
    fn add(&mut self, record: &Record, header: &Header, rules: &UploadRules) {
        if record.has_open_quote() {
            return self.problems.push(open_quote(record.line));
        }
        if record.cells.len() != header.width {
            return self.problems.push(ragged(record, header.width));
        }
        let reader = RowReader { record, header, rules, problems: &mut self.problems };
        let Row { position, lot, has_unused_option_terms } = reader.read();
        let is_repeated = lot.is_some_and(|lot| self.record_lot(lot, record.line));
        if has_unused_option_terms {
            self.unused_option_terms.push(record.line);
        }
        // A file with a duplicate lot is rejected, so the repeated position need not be kept.
        self.positions.extend(position.filter(|_| !is_repeated));
    }

    /// Records the lot of a row. If an earlier row has the same lot, reports a problem and returns
    /// true.
    fn record_lot(&mut self, lot: (String, NaiveDate), line: u64) -> bool {
        match self.lots.entry(lot) {
            Entry::Vacant(vacant) => {
                vacant.insert(line);
                false
            }
            Entry::Occupied(existing) => {
                let (symbol, date) = existing.key();
                let message = format!(
                    "{} entered on {date} is already in row {}; combine the two rows or correct the date.",
                    quote(symbol),
                    existing.get()
                );
                let fault = Fault::new(ProblemCode::DuplicatePosition, message);
                self.problems.push(fault.at(line, CsvColumn::Symbol.name()));
                true
            }
        }
    }

    fn finish(mut self) -> Result<Parsed, Problems> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        self.warnings.extend(unused_option_terms(&self.unused_option_terms));
        Ok(Parsed { positions: self.positions, warnings: self.warnings })
    }
}

fn no_rows() -> Problem {
    Problem::in_file(ProblemCode::EmptyFile, "The file has no positions; add a row for each below the header row.")
}

fn too_many_rows() -> Problem {
    Problem::in_file(
        ProblemCode::TooManyRows,
        "The file has more than 10,000 rows; split it into several portfolios or combine lots.",
    )
}

fn malformed(line: u64, message: String) -> Problem {
    Problem { row: Some(line), column: None, code: ProblemCode::MalformedCsv, message }
}

fn open_quote(line: u64) -> Problem {
    let message = format!(
        "A quotation mark in row {line} is never closed, so the rest of the file could not be read; close it or remove it."
    );
    malformed(line, message)
}

fn ragged(record: &Record, width: usize) -> Problem {
    let first = record.cells.get(0).map(quote).unwrap_or_default();
    let message = format!(
        "The row that starts with {first} has {} values but the header has {width}; add what is missing, or put quotation marks around a value that has a comma.",
        record.cells.len()
    );
    malformed(record.line, message)
}

/// Returns a single warning for all rows whose option columns are ignored. A file that leaves out
/// the investment class often does so in every row, so one warning per row would be too many.
fn unused_option_terms(lines: &[u64]) -> Option<Warning> {
    let named: Vec<String> = lines.iter().take(ROWS_NAMED).map(u64::to_string).collect();
    let rows = match (named.as_slice(), lines.len().saturating_sub(ROWS_NAMED)) {
        ([], _) => return None,
        ([only], _) => format!("row {only}"),
        (several, 0) => format!("rows {}", several.join(", ")),
        (several, more) => format!("rows {} and {more} more", several.join(", ")),
    };
    let message = format!("Option columns were ignored in {rows}, where the investment class is not OPTIONS.");
    Some(Warning { column: Some(CsvColumn::Class.name().to_owned()), message })
}
