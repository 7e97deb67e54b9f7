//! What is wrong with an upload, in the form the contract gives it.
//!
//! Holds no checks: who finds a problem words it. Every message is one sentence that says what is wrong
//! and what to do, repeats a person's text only through `quote`, and never shows a library's words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use text::group_thousands;

/// Problems that are listed one by one; more of them are counted.
pub const MAX_LISTED: usize = 100;

/// One thing wrong with the upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The line of the file, counted from 1 as an editor counts, on which the row starts; comment and
    /// blank lines count, and a quoted line break does not start a row. `None` for form fields and for
    /// problems of the whole file.
    pub row: Option<u64>,
    /// The column's name as the contract spells it, or the form field's.
    pub column: Option<String>,
    /// The kind of problem, for programs.
    pub code: ProblemCode,
    /// The problem and its remedy, for people.
    pub message: String,
}

/// The kinds of problem. Their JSON names are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The header lacks a required column.
    MissingColumn,
    /// There is no row with a position.
    EmptyFile,
    /// The bytes are not UTF-8 text.
    NotUtf8,
    /// The structure is broken: a ragged row, a repeated column, an unclosed quote.
    MalformedCsv,
    /// There are more rows than [`MAX_ROWS`](super::MAX_ROWS).
    TooManyRows,
    /// A value is missing.
    Required,
    /// Not a plain decimal number, or one beyond any plausible amount.
    NotANumber,
    /// The quantity is zero.
    ZeroQuantity,
    /// The quantity has more than six decimals.
    TooManyDecimals,
    /// A price is zero or negative.
    NotPositive,
    /// Not a calendar date written `YYYY-MM-DD`.
    InvalidDate,
    /// A date after today.
    FutureDate,
    /// The exit date is before the entry date.
    ExitBeforeEntry,
    /// Not 1 to 20 of the characters a symbol may have.
    InvalidSymbol,
    /// Not one of the investment classes.
    InvalidClass,
    /// An option's underlying, strike, expiration or type is not usable.
    InvalidOption,
    /// The symbol and entry date of an earlier row.
    DuplicatePosition,
    /// Entered after the last date for which the data source can have prices.
    AfterLastPrice,
    /// The portfolio's name is too long or has characters that cannot be shown.
    InvalidName,
}

impl ProblemCode {
    /// What one problem of this kind is, and what several are.
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
            Self::InvalidName => ("unusable name", "unusable names"),
        }
    }
}

/// Everything wrong with an upload: the first problems in full, and how many there are of each
/// kind.
///
/// However many problems a file has, it holds at most [`MAX_LISTED`] of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    listed: Vec<Problem>,
    counts: BTreeMap<ProblemCode, usize>,
}

impl Problems {
    /// Adds a problem behind the others.
    pub fn push(&mut self, problem: Problem) {
        *self.counts.entry(problem.code).or_default() += 1;
        if self.listed.len() < MAX_LISTED {
            self.listed.push(problem);
        }
    }

    /// Adds all problems of another part of the upload behind these.
    pub fn append(&mut self, others: Self) {
        for (code, count) in others.counts {
            *self.counts.entry(code).or_default() += count;
        }
        self.listed.extend(others.listed);
        self.listed.truncate(MAX_LISTED);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many there are, listed or not.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// The first ones, in order.
    pub fn listed(&self) -> &[Problem] {
        &self.listed
    }

    /// How many there are of each kind, listed or not.
    pub fn counts(&self) -> &BTreeMap<ProblemCode, usize> {
        &self.counts
    }

    /// The first ones, and how many there are of each kind.
    pub fn into_parts(self) -> (Vec<Problem>, BTreeMap<ProblemCode, usize>) {
        (self.listed, self.counts)
    }

    /// Describes those that are not listed, the most frequent kind first, such as "9,900 more:
    /// 9,900 dates that cannot be read". `None` where all are listed.
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
    /// A problem of a form field; `field` is its name in the form.
    pub fn in_field(field: &str, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { row: None, column: Some(field.to_owned()), code, message: message.into() }
    }

    /// A problem of the file as a whole.
    pub fn in_file(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { row: None, column: None, code, message: message.into() }
    }
}

/// Something wrong with a value, before it is known where the value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: ProblemCode,
    pub message: String,
}

impl Fault {
    pub(super) fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The same fault found at a place in the file.
    pub(super) fn at(self, row: u64, column: &str) -> Problem {
        Problem { row: Some(row), column: Some(column.to_owned()), code: self.code, message: self.message }
    }
}

/// Something in the file that was ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Warning {
    /// The column it is about, if one.
    pub column: Option<String>,
    /// What was ignored, for people.
    pub message: String,
}

#[cfg(test)]
mod tests;
