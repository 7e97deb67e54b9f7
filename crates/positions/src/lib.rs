//! Parses the bytes of a positions CSV into positions, or into a list of all problems.
//!
//! The parser is pure: it does no I/O, reads no clock, and never panics. Callers pass in today's
//! date and the last date with prices as [`UploadRules`], so the parser does not depend on HTTP,
//! the store or market data.
//!
//! [`parse_positions`] runs these modules in order:
//!
//! 1. `decode` turns bytes into text.
//! 2. `shape` checks the size limits of rows and cells.
//! 3. `rows` splits the text into records and finds the line number of each. Like `shape`, it uses
//!    `csv_state` to know which bytes are inside quotes.
//! 4. `columns` reads the header.
//! 5. `row` turns a record into a position, cell by cell, with `fields` and `number`.
//!
//! [`problem`](Problem) defines the error types, `quote` makes the user's own text safe to repeat
//! in messages, [`form`](validate_name) validates the two form fields that accompany the file, and
//! [`sample`](template_csv) contains the template and the sample portfolio.

mod cells;
mod check;
mod columns;
mod content;
mod fields;
mod finish;
mod form;
#[cfg(any(test, fuzzing))]
pub mod fuzz_checks;
mod history;
mod known_prices;
mod number;
mod parse;

mod position;
mod problem;
mod quote;
mod read;
mod reading;
mod recognize;
mod row;
mod sample;
mod sheet;
#[cfg(test)]
mod tests;

pub use check::{Totals, market_warnings, totals};
pub use content::{
    CashFound, DraftClass, DraftOption, DraftPosition, EXAMPLES, FileContent, FileKind, FileRow, FileWarning,
    ForeignCash, LeftOutReason, LeftOutRows, MAX_OCCURRENCES, Occurrence, ProblemGroup, Repair, WarningCode,
};
pub use form::{parse_cash, validate_name};
pub use known_prices::KnownPrices;
pub use parse::{MAX_ROWS, Parsed, parse_positions};
pub use position::{
    EntryPriceSource, Exit, InvestmentClass, OptionContract, OptionKind, Position, SHARES_PER_CONTRACT,
};
pub use problem::{MAX_LISTED, Problem, ProblemCode, Problems, Warning};
pub use read::read_file;
pub use reading::{
    Assumptions, CashAssumption, ColumnReading, DateOrder, EntryDateAssumption, EntryPriceAssumption, Field,
    LotAssumption, Reading, RowEdit,
};
pub use recognize::layout_names;
pub use row::UploadRules;
pub use sample::{sample_csv, template_csv};
