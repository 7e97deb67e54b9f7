//! One row of a worksheet, and the buffer that it is built in.

use super::super::split::{MAX_CELL, MAX_COLUMNS};

/// A row of a worksheet that has at least one value.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The index of the worksheet.
    pub sheet: usize,
    /// The number of the row in its worksheet, counted from 1.
    pub line: u64,
    /// How often the row follows in succession.
    pub count: usize,
    /// The values from the first column on, at most [`MAX_COLUMNS`].
    pub cells: Vec<String>,
    /// Whether there is a value behind the last column that is kept.
    pub is_too_wide: bool,
    /// Whether a value is longer than a cell may be.
    pub has_long_cell: bool,
}

impl Row {
    /// Removes all values.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.is_too_wide = false;
        self.has_long_cell = false;
    }

    /// Returns whether the row has no value.
    pub(super) fn is_blank(&self) -> bool {
        !self.is_too_wide && !self.has_long_cell && self.cells.iter().all(String::is_empty)
    }

    /// Stores a value in a column, counted from 0.
    pub(super) fn set(&mut self, column: usize, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        if value.len() > MAX_CELL {
            self.has_long_cell = true;
            return;
        }
        if column >= MAX_COLUMNS {
            self.is_too_wide = true;
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize_with(column + 1, String::new);
        }
        if let Some(cell) = self.cells.get_mut(column) {
            value.clone_into(cell);
        }
    }
}
