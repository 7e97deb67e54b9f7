//! What is wrong with an upload, in the form the contract gives it.
//!
//! Holds no checks: who finds a problem words it. Every message is one sentence that says what is wrong
//! and what to do, repeats a person's text only through `quote`, and never shows a library's words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing wrong with the upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// The column it is about, if one.
    pub column: Option<String>,
    /// What was ignored, for people.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelt_as_in_the_contract() {
        use ProblemCode as C;
        let spelt = [
            (C::MissingColumn, "missing_column"),
            (C::EmptyFile, "empty_file"),
            (C::NotUtf8, "not_utf8"),
            (C::MalformedCsv, "malformed_csv"),
            (C::TooManyRows, "too_many_rows"),
            (C::Required, "required"),
            (C::NotANumber, "not_a_number"),
            (C::ZeroQuantity, "zero_quantity"),
            (C::TooManyDecimals, "too_many_decimals"),
            (C::NotPositive, "not_positive"),
            (C::InvalidDate, "invalid_date"),
            (C::FutureDate, "future_date"),
            (C::ExitBeforeEntry, "exit_before_entry"),
            (C::InvalidSymbol, "invalid_symbol"),
            (C::InvalidClass, "invalid_class"),
            (C::InvalidOption, "invalid_option"),
            (C::DuplicatePosition, "duplicate_position"),
            (C::AfterLastPrice, "after_last_price"),
            (C::InvalidName, "invalid_name"),
        ];
        for (code, name) in spelt {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{name}\""));
        }
    }

    #[test]
    fn a_problem_has_the_four_fields_of_the_contract() {
        let problem = Problem::in_file(ProblemCode::EmptyFile, "The file is empty.");
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            r#"{"row":null,"column":null,"code":"empty_file","message":"The file is empty."}"#
        );
    }
}
