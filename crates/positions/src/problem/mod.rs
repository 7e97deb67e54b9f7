//! Problems of an upload, as the API returns them.
//!
//! The code that finds a problem writes its message. A message is one sentence that says what is
//! wrong and what to do. It repeats the user's text only through `quote`, and never includes a
//! library's error message.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use text::group_thousands;

/// Maximum number of problems that are listed. Further problems are only counted.
pub const MAX_LISTED: usize = 100;

/// One problem of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The line of the file on which the row starts, counted from 1. As in a text editor, comments
    /// and blank lines are counted as well. Null for problems with a form field or with the whole
    /// file.
    pub row: Option<u64>,
    /// Name of the column or form field; null if the problem does not concern a single column or
    /// field.
    pub column: Option<String>,
    /// Machine-readable code for the kind of problem.
    pub code: ProblemCode,
    /// A sentence that tells the user what is wrong and how to fix it.
    pub message: String,
}

/// Kinds of problems. Their JSON names are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The header lacks a required column.
    MissingColumn,
    /// The file contains no positions.
    EmptyFile,
    /// The bytes are not UTF-8 text.
    NotUtf8,
    /// The structure of the file is invalid: for example, a row has too few values, a column is
    /// repeated, or a quotation mark is never closed.
    MalformedCsv,
    /// The file has more than [`MAX_ROWS`](super::MAX_ROWS) rows.
    TooManyRows,
    /// A required value is missing.
    Required,
    /// The value is not a plain decimal number, or exceeds 10¹².
    NotANumber,
    /// The quantity is zero.
    ZeroQuantity,
    /// The quantity has more than six decimals.
    TooManyDecimals,
    /// A price is zero or negative.
    NotPositive,
    /// The value is not a calendar date in the format `YYYY-MM-DD`.
    InvalidDate,
    /// The date is in the future.
    FutureDate,
    /// The exit date is before the entry date.
    ExitBeforeEntry,
    /// The symbol is longer than 20 characters, contains a character that is not allowed, or has no
    /// letter or digit.
    InvalidSymbol,
    /// The investment class is unknown.
    InvalidClass,
    /// The underlying, strike price, expiration date or type of an option is invalid.
    InvalidOption,
    /// An earlier row has the same symbol and entry date.
    DuplicatePosition,
    /// The entry date is after the last date with prices.
    AfterLastPrice,
    /// The file is of a kind that cannot be read, such as a PDF.
    UnreadableFile,
    /// Dates could mean two days, such as 1/2/2022.
    AmbiguousDate,
    /// Numbers could mean two values, such as 1,250.
    AmbiguousNumber,
    /// The file does not say when positions were opened.
    EntryDateUnknown,
    /// The file does not say what positions cost.
    EntryPriceUnknown,
    /// Only an identifier such as an ISIN is known, and no symbol.
    SymbolUnknown,
    /// Prices are in another currency than the US dollar.
    ForeignCurrency,
    /// The portfolio name is too long or has characters that cannot be shown.
    InvalidName,
}

impl ProblemCode {
    /// Returns a noun phrase that describes this kind of problem, first in the singular, then in
    /// the plural.
    fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::MissingColumn => ("missing column", "missing columns"),
            Self::EmptyFile => ("empty file", "empty files"),
            Self::NotUtf8 => ("file that is not UTF-8", "files that are not UTF-8"),
            Self::MalformedCsv => ("row of the wrong shape", "rows of the wrong shape"),
            Self::TooManyRows => ("file with too many rows", "files with too many rows"),
            Self::Required => ("missing value", "missing values"),
            Self::NotANumber => ("number that cannot be read", "numbers that cannot be read"),
            Self::ZeroQuantity => ("quantity of zero", "quantities of zero"),
            Self::TooManyDecimals => ("quantity with too many decimals", "quantities with too many decimals"),
            Self::NotPositive => ("price that is not above zero", "prices that are not above zero"),
            Self::InvalidDate => ("date that cannot be read", "dates that cannot be read"),
            Self::FutureDate => ("date in the future", "dates in the future"),
            Self::ExitBeforeEntry => ("exit before its entry", "exits before their entries"),
            Self::InvalidSymbol => ("symbol that cannot be read", "symbols that cannot be read"),
            Self::InvalidClass => ("unknown investment class", "unknown investment classes"),
            Self::InvalidOption => ("unusable option term", "unusable option terms"),
            Self::DuplicatePosition => ("duplicate position", "duplicate positions"),
            Self::AfterLastPrice => ("entry after the last price", "entries after the last price"),
            Self::UnreadableFile => ("file that cannot be read", "files that cannot be read"),
            Self::AmbiguousDate => ("date that could mean two days", "dates that could mean two days"),
            Self::AmbiguousNumber => ("number that could mean two values", "numbers that could mean two values"),
            Self::EntryDateUnknown => ("position without an entry date", "positions without an entry date"),
            Self::EntryPriceUnknown => ("position without an entry price", "positions without an entry price"),
            Self::SymbolUnknown => ("position without a symbol", "positions without a symbol"),
            Self::ForeignCurrency => ("price in another currency", "prices in another currency"),
            Self::InvalidName => ("unusable name", "unusable names"),
        }
    }
}

/// All problems of an upload: the first [`MAX_LISTED`] in full, and the number of problems of each
/// kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    listed: Vec<Problem>,
    counts: BTreeMap<ProblemCode, usize>,
}

impl Problems {
    /// Appends a problem.
    pub fn push(&mut self, problem: Problem) {
        *self.counts.entry(problem.code).or_default() += 1;
        if self.listed.len() < MAX_LISTED {
            self.listed.push(problem);
        }
    }

    /// Appends the problems in `others`. Problems beyond [`MAX_LISTED`] are only counted.
    pub fn append(&mut self, others: Self) {
        for (code, count) in others.counts {
            *self.counts.entry(code).or_default() += count;
        }
        self.listed.extend(others.listed);
        self.listed.truncate(MAX_LISTED);
    }

    /// Counts problems of a kind without listing them.
    pub(super) fn count(&mut self, code: ProblemCode, count: usize) {
        if count > 0 {
            *self.counts.entry(code).or_default() += count;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Returns the total number of problems, including those that are not listed.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Returns the listed problems in the order of the file, at most [`MAX_LISTED`].
    pub fn listed(&self) -> &[Problem] {
        &self.listed
    }

    /// Returns the number of problems of each kind, including those that are not listed.
    pub fn counts(&self) -> &BTreeMap<ProblemCode, usize> {
        &self.counts
    }

    /// Returns the listed problems and the number of problems of each kind.
    pub fn into_parts(self) -> (Vec<Problem>, BTreeMap<ProblemCode, usize>) {
        (self.listed, self.counts)
    }

    /// Summarizes the problems that are not listed, with the most frequent kind first. An example
    /// is "9,900 more: 9,900 dates that cannot be read". Returns `None` if all problems are listed.
    pub fn rest(&self) -> Option<String> {
        let mut counts = self.counts.clone();
        for problem in &self.listed {
            if let Some(count) = counts.get_mut(&problem.code) {
                *count -= 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        if counts.is_empty() {
            return None;
        }
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let total: usize = counts.iter().map(|(_, count)| count).sum();
        let kinds: Vec<String> = counts
            .iter()
            .map(|(code, count)| {
                let (one, several) = code.nouns();
                format!("{} {}", group_thousands(&count.to_string()), if *count == 1 { one } else { several })
            })
            .collect();
        Some(format!("{} more: {}", group_thousands(&total.to_string()), kinds.join(", ")))
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        let mut problems = Self::default();
        problems.push(problem);
        problems
    }
}

impl Problem {
    /// Creates a problem with the form field named `field`.
    pub fn in_field(field: &str, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { row: None, column: Some(field.to_owned()), code, message: message.into() }
    }

    /// Creates a problem that concerns the whole file.
    pub fn in_file(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { row: None, column: None, code, message: message.into() }
    }
}

/// A problem with a value. The code that finds it does not know the row and column of the value, so
/// `Fault::at` adds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: ProblemCode,
    pub message: String,
}

impl Fault {
    pub(super) fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Converts the fault into a [`Problem`] at the given row and column.
    pub(super) fn at(self, row: u64, column: &str) -> Problem {
        Problem { row: Some(row), column: Some(column.to_owned()), code: self.code, message: self.message }
    }
}

/// A warning that part of the file was ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Warning {
    /// Name of the column that the warning is about, if any.
    pub column: Option<String>,
    /// A sentence that tells the user what was ignored.
    pub message: String,
}

#[cfg(test)]
mod tests;
