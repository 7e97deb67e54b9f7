//! The columns of a positions CSV, and where each of them is in a file's header.
//!
//! A column name in a file may differ from the template only in case and surrounding whitespace.
//! Any other difference is reported, because a wrong guess would silently misread the file.

use std::collections::HashSet;

use super::problem::{Problem, ProblemCode, Problems, Warning};
use super::quote::{quote, shorten};
use super::rows::Record;

/// The columns of the positions CSV, in the order of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CsvColumn {
    Symbol,
    Quantity,
    EntryPrice,
    EntryDate,
    Class,
    Subtype,
    Underlying,
    Strike,
    Expiration,
    OptionType,
    ExitDate,
    ExitPrice,
}

impl CsvColumn {
    const ALL: [Self; 12] = [
        Self::Symbol,
        Self::Quantity,
        Self::EntryPrice,
        Self::EntryDate,
        Self::Class,
        Self::Subtype,
        Self::Underlying,
        Self::Strike,
        Self::Expiration,
        Self::OptionType,
        Self::ExitDate,
        Self::ExitPrice,
    ];
    /// Columns that every file must have.
    const REQUIRED: [Self; 4] = [Self::Symbol, Self::Quantity, Self::EntryPrice, Self::EntryDate];
    /// Columns that only option positions use.
    pub(super) const FOR_OPTIONS: [Self; 4] = [Self::Underlying, Self::Strike, Self::Expiration, Self::OptionType];

    /// Returns whether every file must have this column.
    pub(super) fn is_required(self) -> bool {
        Self::REQUIRED.contains(&self)
    }

    /// Returns the name of the column in the template.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Symbol => "Symbol",
            Self::Quantity => "Quantity",
            Self::EntryPrice => "Entry Price Per Share",
            Self::EntryDate => "Entry Date",
            Self::Class => "Investment Class",
            Self::Subtype => "Investment Subtype",
            Self::Underlying => "Underlying Symbol",
            Self::Strike => "Strike Price",
            Self::Expiration => "Expiration Date",
            Self::OptionType => "Option Type",
            Self::ExitDate => "Exit Date",
            Self::ExitPrice => "Exit Price Per Share",
        }
    }
}

/// The header row of a file, with the index of each known column.
#[derive(Debug, Default)]
pub(super) struct Header {
    places: [Option<usize>; CsvColumn::ALL.len()],
    /// Number of cells in the header row; every other row must have the same number.
    pub width: usize,
}

impl Header {
    /// Reads the header row. Adds errors to `problems`, and a warning for each ignored column to
    /// `warnings`.
    pub(super) fn read(record: &Record, problems: &mut Problems, warnings: &mut Vec<Warning>) -> Self {
        let mut header = Self { width: record.cells.len(), ..Self::default() };
        let mut seen = HashSet::new();
        let mut repeated = HashSet::new();
        for (place, name) in record.cells.iter().enumerate() {
            let folded = name.to_lowercase();
            let known = CsvColumn::ALL.iter().position(|c| c.name().to_lowercase() == folded);
            if name.is_empty() {
                warnings.push(unnamed(place + 1));
            } else if !seen.insert(folded.clone()) {
                if repeated.insert(folded) {
                    problems.push(repeated_column(record.line, name));
                }
            } else if let Some(slot) = known.and_then(|index| header.places.get_mut(index)) {
                *slot = Some(place);
            } else {
                warnings.push(unknown(name));
            }
        }
        let absent = CsvColumn::REQUIRED.into_iter().filter(|column| !header.has(*column));
        absent.for_each(|column| problems.push(missing(column, record)));
        header
    }

    /// Returns whether the file has the column.
    pub(super) fn has(&self, column: CsvColumn) -> bool {
        self.place(column).is_some()
    }

    /// Returns the text of a row's cell in this column, or `None` if the cell is empty or the file
    /// lacks the column.
    pub(super) fn cell<'r>(&self, record: &'r Record, column: CsvColumn) -> Option<&'r str> {
        record.cells.get(self.place(column)?).filter(|cell| !cell.is_empty())
    }

    fn place(&self, column: CsvColumn) -> Option<usize> {
        let index = CsvColumn::ALL.iter().position(|known| *known == column)?;
        self.places.get(index).copied().flatten()
    }
}

fn repeated_column(line: u64, name: &str) -> Problem {
    Problem {
        row: Some(line),
        column: Some(shorten(name)),
        code: ProblemCode::MalformedCsv,
        message: format!("The column {} is there more than once; keep one of them.", quote(name)),
    }
}

fn missing(column: CsvColumn, header: &Record) -> Problem {
    let only = header.cells.get(0).filter(|_| header.cells.len() == 1);
    let separator = match only {
        Some(cell) if cell.contains(';') => " and separate the columns by commas, not semicolons",
        Some(cell) if cell.contains('\t') => " and separate the columns by commas, not tabs",
        _ => "",
    };
    let name = column.name();
    Problem {
        row: None,
        column: Some(name.to_owned()),
        code: ProblemCode::MissingColumn,
        message: format!("The column {} is missing; add it to the header row{separator}.", quote(name)),
    }
}

fn unknown(name: &str) -> Warning {
    Warning {
        column: Some(shorten(name)),
        message: format!("The column {} is not one we know and was ignored.", quote(name)),
    }
}

fn unnamed(number: usize) -> Warning {
    Warning { column: None, message: format!("Column {number} has no name and was ignored.") }
}
