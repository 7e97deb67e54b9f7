//! Keeps the rows of a file that have data, within the limits on their number.
//!
//! Each row takes exactly the memory that its cells need, so that a large file fits into memory
//! next to the text it came from.

use csv::StringRecord;

use super::{SheetRow, split};
use crate::problem::{Problem, ProblemCode};

/// Maximum number of rows. The reader accepts 10,000 positions; the rest is room for titles,
/// headers, totals and footnotes.
pub(super) const MAX_SHEET_ROWS: usize = 11_000;
/// Maximum number of cells of all rows.
pub(super) const MAX_CELLS: usize = 1_000_000;

/// Maximum number of bytes of all cells.
pub(super) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The rows read so far.
#[derive(Default)]
pub(super) struct Rows {
    kept: Vec<SheetRow>,
    cells: usize,
    bytes: usize,
}

impl Rows {
    /// Adds a row, unless it is blank or a comment. Spreadsheet programs save a blank line as
    /// `,,,`, and a comment as `"# a, b",,`. Returns whether the row was added.
    ///
    /// # Errors
    /// Returns a [`Problem`] if there are too many rows or cells.
    pub(super) fn push(&mut self, record: split::Record<'_>) -> Result<bool, Problem> {
        if record.cells.iter().all(|cell| trim(cell).is_empty()) || is_comment(record.cells) {
            return Ok(false);
        }
        self.bytes += record.cells.as_slice().len();
        self.cells += record.cells.len();
        if self.kept.len() == MAX_SHEET_ROWS {
            return Err(too_many_rows());
        }
        if self.cells > MAX_CELLS {
            return Err(too_many_cells());
        }
        if self.bytes > MAX_BYTES {
            return Err(too_many_bytes());
        }
        let is_indented = record.cells.get(0).is_some_and(|cell| cell.starts_with(char::is_whitespace));
        let cells = trimmed(record.cells);
        self.kept.push(SheetRow { line: record.line, cells, is_indented, has_open_quote: record.has_open_quote });
        Ok(true)
    }

    /// Returns the rows.
    ///
    /// # Errors
    /// Returns a [`Problem`] if there are none.
    pub(super) fn finish(self) -> Result<Vec<SheetRow>, Problem> {
        if self.kept.is_empty() {
            let message = "The file is empty; add a row for each position below a header row.";
            return Err(Problem::in_file(ProblemCode::EmptyFile, message));
        }
        Ok(self.kept)
    }
}

fn is_comment(cells: &StringRecord) -> bool {
    let mut cells = cells.iter().map(trim);
    let first = cells.next().unwrap_or_default();
    first.starts_with('#') && !split::is_value(first) && (first != "#" || cells.all(str::is_empty))
}

/// Copies a record without the white space around its cells.
fn trimmed(cells: &StringRecord) -> StringRecord {
    let size = cells.iter().map(|cell| trim(cell).len()).sum();
    let mut copy = StringRecord::with_capacity(size, cells.len());
    cells.iter().for_each(|cell| copy.push_field(trim(cell)));
    copy
}

/// Removes white space and byte order marks, which some programs repeat inside a file.
fn trim(cell: &str) -> &str {
    cell.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

fn too_many_rows() -> Problem {
    Problem::in_file(
        ProblemCode::TooManyRows,
        "The file has more than 10,000 rows; split it into several portfolios or combine lots.",
    )
}

fn too_many_cells() -> Problem {
    Problem::in_file(
        ProblemCode::TooManyRows,
        "The file has more than 1,000,000 values; remove columns that have nothing to do with the positions.",
    )
}

fn too_many_bytes() -> Problem {
    Problem::in_file(
        ProblemCode::TooManyRows,
        "The file has more than 16 MB of text; remove columns that have nothing to do with the positions.",
    )
}
