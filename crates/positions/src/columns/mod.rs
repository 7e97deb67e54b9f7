//! Finds what each column of a table holds: by its name, by its content and by the other columns.
//!
//! A person's choices win over everything else.

mod assign;
mod content;
mod unit;
mod vocabulary;

use crate::{
    cells::number::is_absent,
    reading::{ColumnReading, Field},
    sheet::SheetRow,
};

pub(crate) use assign::assign;
pub(crate) use content::{looks_like_number, looks_like_ticker};
pub(crate) use unit::{Unit, unit, unit_in_name};
pub(crate) use vocabulary::{folded, meanings};

/// The fields of one table's columns.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// One entry per column, in order.
    pub readings: Vec<ColumnReading>,
    /// Whether each row is a trade or another event, and not a holding.
    pub is_history: bool,
    /// Further columns that can say what a row records, if the first one is empty.
    pub other_actions: Vec<usize>,
    /// Columns without a known name that have values.
    pub unknown: Vec<usize>,
    /// The first column of each field.
    places: [Option<usize>; FIELDS],
}

/// Number of fields.
const FIELDS: usize = Field::Ignored as usize + 1;

impl Columns {
    /// Creates the columns of a table without further notes.
    fn new(readings: Vec<ColumnReading>, is_history: bool) -> Self {
        let mut places = [None; FIELDS];
        for column in readings.iter().rev() {
            if let Some(place) = places.get_mut(column.field as usize) {
                *place = Some(column.index);
            }
        }
        Self { readings, is_history, places, ..Self::default() }
    }

    /// Returns the index of the column with this field.
    pub(crate) fn place(&self, field: Field) -> Option<usize> {
        self.places.get(field as usize).copied().flatten()
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.place(field).is_some()
    }

    /// Returns the name of the column with this field; empty if the file has no such column.
    pub(crate) fn name(&self, field: Field) -> &str {
        let column = self.place(field).and_then(|index| self.readings.get(index));
        column.map_or("", |column| column.name.as_str())
    }

    /// Returns the text of a row's cell with this field, or `None` if it has no value.
    pub(crate) fn cell<'r>(&self, row: &'r SheetRow, field: Field) -> Option<&'r str> {
        row.cells.get(self.place(field)?).filter(|cell| !is_absent(cell))
    }
}
