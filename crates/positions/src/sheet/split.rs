//! Splits text into records and cells.
//!
//! A quotation mark begins quoted text only at the start of a cell. White space may precede it if
//! the quoted text fills the rest of the cell. Every other quotation mark is an ordinary character,
//! so that a stray one does not swallow the rows below it.

use csv::StringRecord;

use crate::problem::{Problem, ProblemCode};

/// Maximum number of columns in a row. Empty cells behind them are ignored.
pub(super) const MAX_COLUMNS: usize = 200;
/// Maximum number of bytes in a cell.
pub(super) const MAX_CELL: usize = 32 * 1024;
/// Maximum number of bytes in a row.
const MAX_ROW: usize = 64 * 1024;

/// One row of the text. It borrows the buffers of the [`Splitter`].
pub(super) struct Record<'s> {
    /// The line on which the row starts, counted from 1.
    pub line: u64,
    /// The cells as they are in the file, without the quotation marks around them.
    pub cells: &'s StringRecord,
    pub has_open_quote: bool,
}

/// Reads one record after the other from a text.
pub(super) struct Splitter<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    /// The line that `at` is on, counted from 1.
    line: u64,
    cells: StringRecord,
    unquoted: String,
}

impl<'a> Splitter<'a> {
    /// Creates a splitter that starts behind the first `skipped` bytes, which must not have half a
    /// character.
    pub(super) fn new(text: &'a str, delimiter: u8, skipped: usize) -> Self {
        let line = 1 + count_line_ends(text.as_bytes().get(..skipped).unwrap_or_default());
        Self { text, delimiter, at: skipped, line, cells: StringRecord::new(), unquoted: String::new() }
    }

    /// Returns the next row, or `None` at the end of the text. Skips empty lines, and lines that
    /// start with `#` unless they could be part of a table.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the row exceeds a limit. It is the last result then.
    pub(super) fn next_record(&mut self) -> Result<Option<Record<'_>>, Problem> {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b'\n' | b'\r' => self.at = self.skip_line_end(self.at),
                b'#' => {
                    let line = self.line_text();
                    if !is_comment(line, self.delimiter) {
                        return self.read_record().map(Some);
                    }
                    self.at += line.len();
                }
                _ => return self.read_record().map(Some),
            }
        }
        Ok(None)
    }

    fn read_record(&mut self) -> Result<Record<'_>, Problem> {
        let (line, start) = (self.line, self.at);
        self.cells.clear();
        let mut columns = 0;
        let mut has_open_quote = false;
        loop {
            let cell_start = self.at;
            let is_open = self.read_cell(columns)?;
            has_open_quote |= is_open;
            columns += 1;
            if self.at - cell_start > MAX_CELL {
                return Err(self.failed(long_cell(line)));
            }
            if self.at - start > MAX_ROW {
                return Err(self.failed(long_row(line)));
            }
            if self.byte(self.at) != Some(self.delimiter) {
                break;
            }
            self.at += 1;
        }
        if self.at < self.text.len() {
            self.at = self.skip_line_end(self.at);
        }
        Ok(Record { line, cells: &self.cells, has_open_quote })
    }

    /// Reads one cell up to the delimiter or line end that follows it. Returns whether it has a
    /// quotation mark that is never closed.
    fn read_cell(&mut self, column: usize) -> Result<bool, Problem> {
        let start = self.at;
        let mut is_open = false;
        self.unquoted.clear();
        if let Some(quote) = self.opening_quote() {
            is_open = self.read_quoted(quote)?;
        }
        let plain_start = self.at;
        self.at = self.cell_end(self.at);
        let plain = self.text.get(plain_start..self.at).unwrap_or_default();
        let cell = if plain_start == start {
            plain
        } else {
            self.unquoted.push_str(plain);
            &self.unquoted
        };
        if column < MAX_COLUMNS {
            self.cells.push_field(cell);
        } else if !cell.trim().is_empty() {
            let problem = too_wide(self.line);
            return Err(self.failed(problem));
        }
        Ok(is_open)
    }

    /// Returns the position of the quotation mark that begins quoted text in this cell.
    fn opening_quote(&self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        let quote = self.at + spaces;
        if self.byte(quote) != Some(b'"') {
            return None;
        }
        if spaces == 0 {
            return Some(quote);
        }
        let close = self.closing_quote(quote + 1)?;
        let behind = self.text.as_bytes().get(close + 1..)?;
        let next = behind.iter().find(|byte| **byte != b' ');
        let fills_cell = next.is_none_or(|byte| *byte == self.delimiter || matches!(*byte, b'\n' | b'\r'));
        fills_cell.then_some(quote)
    }

    /// Returns the position of the quotation mark that ends quoted text, if the text is not longer
    /// than a cell may be.
    fn closing_quote(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while at < bytes.len().min(start + MAX_CELL) {
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(b'"'), Some(b'"')) => at += 2,
                (Some(b'"'), _) => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    /// Moves quoted text into `unquoted`. Returns whether the text is never closed.
    fn read_quoted(&mut self, quote: usize) -> Result<bool, Problem> {
        let start_line = self.line;
        let close = self.closing_quote(quote + 1);
        let end = close.unwrap_or(self.text.len());
        if end - quote > MAX_CELL {
            return Err(self.failed(long_cell(start_line)));
        }
        let quoted = self.text.get(quote + 1..end).unwrap_or_default();
        self.line += count_line_ends(quoted.as_bytes());
        self.unquoted.push_str(self.text.get(self.at..quote).unwrap_or_default());
        for (index, part) in quoted.split("\"\"").enumerate() {
            if index > 0 {
                self.unquoted.push('"');
            }
            self.unquoted.push_str(part);
        }
        self.at = close.map_or(end, |close| close + 1);
        Ok(close.is_none())
    }

    fn cell_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let is_end = |byte: &u8| *byte == self.delimiter || matches!(*byte, b'\n' | b'\r');
        at + rest.iter().position(is_end).unwrap_or(rest.len())
    }

    /// Returns the position behind the line end at `at`, and counts it.
    fn skip_line_end(&mut self, at: usize) -> usize {
        self.line += 1;
        let is_pair = self.byte(at) == Some(b'\r') && self.byte(at + 1) == Some(b'\n');
        at + 1 + usize::from(is_pair)
    }

    fn line_text(&self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.split(['\n', '\r']).next().unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn failed(&mut self, problem: Problem) -> Problem {
        self.at = self.text.len();
        problem
    }
}

/// Returns whether a line that starts with `#` is a comment. It is not if its first cell is the
/// name of a column, `#`, or an error value of a spreadsheet, such as `#N/A`.
fn is_comment(line: &str, delimiter: u8) -> bool {
    let mut cells = line.split(char::from(delimiter)).map(str::trim);
    let first = cells.next().unwrap_or_default();
    !is_value(first) && (first != "#" || cells.all(str::is_empty))
}

/// Returns whether a cell that starts with `#` is an error value of a spreadsheet program.
pub(super) fn is_value(cell: &str) -> bool {
    const ERRORS: [&str; 9] =
        ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#FIELD!"];
    ERRORS.iter().any(|error| cell.eq_ignore_ascii_case(error))
}

/// Counts line ends: `\n`, `\r\n` and a lone `\r`.
fn count_line_ends(bytes: &[u8]) -> u64 {
    let mut ends = 0;
    for (index, byte) in bytes.iter().enumerate() {
        let is_lone_return = *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n');
        ends += u64::from(*byte == b'\n' || is_lone_return);
    }
    ends
}

/// Creates the problem of a row with too many columns.
pub(super) fn too_wide(line: u64) -> Problem {
    malformed(line, format!("Row {line} has too many columns; remove some of them, down to {MAX_COLUMNS} or fewer."))
}

/// Creates the problem of a row with a cell that is too long.
pub(super) fn long_cell(line: u64) -> Problem {
    malformed(
        line,
        format!("A value in row {line} is longer than 32 KB; shorten it, or close a quotation mark left open."),
    )
}

fn long_row(line: u64) -> Problem {
    malformed(line, format!("Row {line} is longer than 64 KB; shorten it."))
}

fn malformed(line: u64, message: String) -> Problem {
    Problem { row: Some(line), column: None, code: ProblemCode::MalformedCsv, message }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
