//! Reads the file a person has, in the layout of any broker, into the positions it holds.
//!
//! The reader is pure: it does no I/O, reads no clock, and never panics. Callers pass in today's
//! date and the last date with prices as [`UploadRules`], so the reader does not depend on HTTP,
//! the store or market data.
//!
//! [`read_file`] runs these modules in order:
//!
//! 1. `sheet` splits the bytes into rows of cells, within limits on their size.
//! 2. `recognize` finds the tables and their headers. `recognize/layouts/table.rs` lists the
//!    layouts known by name; add a broker there.
//! 3. `columns` finds what each column holds. `columns/vocabulary.rs` lists the names of columns;
//!    add a word there.
//! 4. `read` turns rows into positions. `history` turns trades into lots.
//! 5. `check` groups the problems by kind, each with its repairs, and adds the warnings.
//!
//! `cells` reads single cells. A [`Reading`] says how a file is read; a person's choices are parts
//! of one, and [`read_file`] prefers them to what it finds. [`FileContent`] is the result, and
//! [`FileContent::finished_positions`] applies the assumptions.
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
mod sample;
mod sheet;
#[cfg(test)]
mod tests;
mod upload_rules;

pub use cells::share_class::usual_spelling;
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
pub use sample::{sample_csv, template_csv};
pub use upload_rules::UploadRules;
