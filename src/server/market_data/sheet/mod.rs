//! The prices in one file, as a table with one row per date and one column per price series.
//!
//! [`super::table`] maps symbols to columns.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, hash_map::Entry},
    io::{self, BufRead, ErrorKind},
};

use chrono::NaiveDate;

use super::Bar;

/// The prices in one file, with one row per date and one column per price series.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The date of each row. Dates are ascending once the sheet has been [`sorted`](Self::sorted).
    /// They are unique, because files with a repeated date are rejected.
    dates: Vec<NaiveDate>,
    /// The line number of each row in the file. Empty once the sheet has been
    /// [`sorted`](Self::sorted).
    lines: Vec<usize>,
    columns: usize,
    /// Prices in row-major order, so that the prices of a range of dates are contiguous. NaN stands
    /// for a missing price.
    cells: Vec<f64>,
}

impl Sheet {
    pub(super) fn new(columns: usize) -> Self {
        Self { dates: Vec::new(), lines: Vec::new(), columns, cells: Vec::new() }
    }

    /// Reads a file whose first column is the date and whose other columns are closes. Returns the
    /// names of those other columns, in upper case, and the prices. An empty cell means a missing
    /// price.
    ///
    /// # Errors
    /// Returns all problems, each with its line number.
    pub(super) fn read_wide(mut file: impl BufRead) -> Result<(Vec<String>, Self), Vec<String>> {
        let (mut header, mut line) = (String::new(), String::new());
        file.read_line(&mut header).map_err(|error| vec![unreadable_line(1, &error)])?;
        let header = header.trim_end().trim_start_matches('\u{feff}');
        let names: Vec<String> = header.split(',').skip(1).map(|name| name.trim().to_ascii_uppercase()).collect();
        if names.is_empty() {
            return Err(vec!["line 1 has no symbols after the date column".to_owned()]);
        }
        let (mut sheet, mut problems) = (Self::new(names.len()), Vec::new());
        for number in 2.. {
            line.clear();
            match file.read_line(&mut line) {
                Ok(0) => break,
                Ok(_) => sheet.read_row(line.trim_end_matches(['\r', '\n']), number, &names, &mut problems),
                Err(error) => {
                    problems.push(unreadable_line(number, &error));
                    // Reading can continue after a line with invalid UTF-8, but not after any other
                    // error.
                    if error.kind() != ErrorKind::InvalidData {
                        break;
                    }
                }
            }
        }
        problems.extend(sheet.repeated_dates());
        if problems.is_empty() { Ok((names, sheet.sorted())) } else { Err(problems) }
    }

    fn read_row(&mut self, line: &str, number: usize, names: &[String], problems: &mut Vec<String>) {
        if line.trim().is_empty() {
            return;
        }
        let (date, mut rest) = cell(line);
        let Ok(date) = date.trim().parse() else {
            problems.push(format!("line {number} does not begin with a date such as 2024-03-15"));
            return;
        };
        self.dates.push(date);
        self.lines.push(number);
        for name in names {
            let (close, after) = rest.map_or((Ok(f64::NAN), None), first_price);
            rest = after;
            self.cells.push(close.unwrap_or_else(|cell| {
                problems.push(format!("line {number}, {name}: “{cell}” is not a price above zero"));
                f64::NAN
            }));
        }
        if rest.is_some_and(|extra| extra.split(',').any(|cell| !cell.trim().is_empty())) {
            problems.push(too_many_cells(number));
        }
    }

    /// Adds a row with one price per column. `line` is the row's line number in the file.
    pub(super) fn push(&mut self, date: NaiveDate, line: usize, row: &[f64]) {
        debug_assert_eq!(row.len(), self.columns);
        self.dates.push(date);
        self.lines.push(line);
        self.cells.extend_from_slice(row);
    }

    /// Returns one message for each line that repeats the date of an earlier line. Such lines are
    /// errors, because two prices for one day would count as two days.
    pub(super) fn repeated_dates(&self) -> Vec<String> {
        let is_ascending = self.dates.windows(2).all(|pair| pair[0] < pair[1]);
        if is_ascending {
            return Vec::new();
        }
        let mut first_lines = HashMap::with_capacity(self.dates.len());
        let mut repeated = Vec::new();
        for (date, line) in self.dates.iter().zip(&self.lines) {
            match first_lines.entry(date) {
                Entry::Vacant(entry) => _ = entry.insert(line),
                Entry::Occupied(first) => {
                    let first = first.get();
                    repeated.push(format!("line {line} has the date {date} of line {first} again; keep one of them"));
                }
            }
        }
        repeated
    }

    /// Sorts the rows by date.
    pub(super) fn sorted(mut self) -> Self {
        self.lines = Vec::new();
        if self.dates.is_sorted() {
            return self;
        }
        let mut rows: Vec<(NaiveDate, &[f64])> =
            self.dates.iter().copied().zip(self.cells.chunks(self.columns)).collect();
        rows.sort_by_key(|(date, _)| *date);
        let mut ordered = Self::new(self.columns);
        for (date, row) in rows {
            ordered.dates.push(date);
            ordered.cells.extend_from_slice(row);
        }
        ordered
    }

    /// Returns the daily prices from `from` to `to`, both inclusive. Days without a close are left
    /// out. If `close` and `adj_close` are different columns, both must have prices on the same
    /// days.
    pub(super) fn bars(&self, close: usize, adj_close: usize, from: NaiveDate, to: NaiveDate) -> Vec<Bar> {
        let start = self.dates.partition_point(|date| *date < from);
        let end = self.dates.partition_point(|date| *date <= to);
        let rows = self.dates.iter().zip(self.cells.chunks(self.columns)).skip(start).take(end.saturating_sub(start));
        let bar = |(date, row): (&NaiveDate, &[f64])| {
            let (close, adj_close) = (row[close], row[adj_close]);
            (!close.is_nan()).then_some(Bar { date: *date, close, adj_close })
        };
        rows.filter_map(bar).collect()
    }

    /// Returns the first and the last date with a price in this column.
    pub(super) fn dates(&self, column: usize) -> Option<(NaiveDate, NaiveDate)> {
        let rows = self.dates.iter().zip(self.cells.chunks(self.columns));
        let mut dates = rows.filter(|(_, row)| !row[column].is_nan()).map(|(date, _)| *date);
        let first = dates.next()?;
        Some((first, dates.next_back().unwrap_or(first)))
    }
}

/// Returns the message about a line that could not be read.
pub(super) fn unreadable_line(number: usize, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidData => not_utf8(number),
        _ => format!("line {number} cannot be read: {error}"),
    }
}

/// Returns the message about a line that is not valid UTF-8.
pub(super) fn not_utf8(number: usize) -> String {
    format!("line {number} is not text in UTF-8")
}

/// Returns the message about a row with more cells than the header. The usual cause is a thousands
/// separator: the comma splits a price into two cells.
pub(super) fn too_many_cells(number: usize) -> String {
    format!("line {number} has more cells than the header; write numbers without commas between thousands")
}

/// Splits a line into its first cell and the text after the first comma, which is `None` if there
/// is no comma.
fn cell(line: &str) -> (&str, Option<&str>) {
    line.split_once(',').map_or((line, None), |(cell, rest)| (cell, Some(rest)))
}

/// Parses the price in the first cell of a line. Returns the price, which is NaN for an empty cell,
/// and the text after the cell. If the cell is invalid, its text is returned as an error instead of
/// the price.
fn first_price(line: &str) -> (Result<f64, &str>, Option<&str>) {
    if let Some((price, end)) = leading_price(line.as_bytes()) {
        return (Ok(price), line.get(end + 1..));
    }
    let (cell, rest) = cell(line);
    let cell = cell.trim();
    let price = if cell.is_empty() { Some(f64::NAN) } else { price(cell) };
    (price.ok_or(cell), rest)
}

/// Parses a price in dollars. Returns `None` if the text is not a finite number above zero.
pub(super) fn price(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|price: &f64| price.is_finite() && *price > 0.0)
}

/// Powers of ten, indexed by the number of decimal places. All are exact in `f64`.
const POWERS_OF_TEN: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Parses the price in the first cell of a line, faster than the standard library. Returns the
/// price and the index at which the cell ends. Returns `None` unless the cell is a positive number
/// of up to 15 digits with at most one decimal point. Nearly all cells are such numbers.
///
/// The price is computed as a quotient: its digits, read as an integer, divided by a power of ten.
/// Both are exact in `f64`, so the quotient is rounded only once, to the `f64` nearest to the price
/// (Clinger 1990). The standard library returns the same value but takes three times as long.
fn leading_price(line: &[u8]) -> Option<(f64, usize)> {
    let (mut digits, mut end) = (0_u64, 0);
    let mut read_digits = |end: &mut usize| {
        let start = *end;
        while let Some(digit) = line.get(*end).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            // The integer may overflow here, but numbers with more than 15 digits are discarded
            // below.
            digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
            *end += 1;
        }
        *end - start
    };
    let whole = read_digits(&mut end);
    let mut decimals = 0;
    if line.get(end) == Some(&b'.') {
        end += 1;
        decimals = read_digits(&mut end);
    }
    let is_price = (1..16).contains(&(whole + decimals)) && digits > 0 && matches!(line.get(end), None | Some(b','));
    is_price.then(|| (digits as f64 / POWERS_OF_TEN[decimals], end))
}
