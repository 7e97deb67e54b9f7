//! The prices in one file, as a table with one row per date and one column per price series.
//!
//! | file | purpose |
//! |---|---|
//! | `text.rs` | decodes the bytes |
//! | `header.rs` | finds the header, and what each column holds |
//! | `cells.rs`, `dates.rs` | read a price or a date |
//! | `read.rs` | reads the rows, and checks them |
//! | `splits.rs` | finds closes that are not adjusted for a split |
//!
//! [`super::table`] maps symbols to columns.

mod cells;
mod dates;
mod header;
mod read;
mod splits;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{HashMap, hash_map::Entry};

use chrono::NaiveDate;

use super::Bar;

pub use header::Contents;
pub use read::{FileSeries, PriceFile, read_prices};
pub use splits::SplitRatio;

/// The prices in one file, with one row per date and one column per price series.
#[derive(Debug)]
pub struct Sheet {
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
    fn new(columns: usize) -> Self {
        Self { dates: Vec::new(), lines: Vec::new(), columns, cells: Vec::new() }
    }

    /// Adds a row without prices, and returns its cells. `line` is the row's line number in the
    /// file.
    fn add_row(&mut self, date: NaiveDate, line: usize) -> &mut [f64] {
        self.dates.push(date);
        self.lines.push(line);
        let start = self.cells.len();
        self.cells.resize(start + self.columns, f64::NAN);
        &mut self.cells[start..]
    }

    /// Returns one message for each line that repeats the date of an earlier line. Such lines are
    /// errors, because two prices for one day would count as two days.
    fn repeated_dates(&self) -> Vec<String> {
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
    fn sorted(mut self) -> Self {
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

    /// Returns the days with a price in this column.
    pub(super) fn days(&self, column: usize) -> Vec<NaiveDate> {
        let rows = self.dates.iter().zip(self.cells.chunks(self.columns));
        rows.filter(|(_, row)| !row[column].is_nan()).map(|(date, _)| *date).collect()
    }

    /// Returns the indices of the rows whose dates are not among `days`, which are ascending.
    pub(super) fn rows_without(&self, days: &[NaiveDate]) -> Vec<usize> {
        let mut days = days.iter().peekable();
        let is_other = |date: &NaiveDate| {
            while days.next_if(|day| *day < date).is_some() {}
            days.next_if_eq(&date).is_none()
        };
        let others = self.dates.iter().map(is_other).collect::<Vec<_>>();
        others.into_iter().enumerate().filter(|(_, is_other)| *is_other).map(|(row, _)| row).collect()
    }

    /// Returns the date of a row if the column has a price on it.
    pub(super) fn day_with_price(&self, row: usize, column: usize) -> Option<NaiveDate> {
        let price = self.cells.get(row * self.columns + column)?;
        self.dates.get(row).copied().filter(|_| !price.is_nan())
    }
}
