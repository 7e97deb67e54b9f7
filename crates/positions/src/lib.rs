//! From the bytes of a positions CSV to positions, or to every problem found.
//!
//! Pure: no I/O, no clock (today and the data source's last date are parameters in [`UploadRules`]), and no
//! panic on any bytes. It knows nothing of HTTP, the store or market data.
//!
//! The way through: `decode` (bytes → text) → `shape` (limits of rows and cells) → `rows` (text →
//! records with their line; both know by `place` what is inside quotes) → `columns` (header → where each column is) → `row` (one record → one
//! position), which reads each cell with `fields` and `number` → [`parse_positions`].
//! [`problem`](Problem) is what goes wrong, `quote` how a person's own text is repeated to them,
//! [`form`](validate_name) the two fields beside the file, [`sample`](template_csv) the files we
//! ship.

mod columns;
mod decode;
mod fields;
mod form;
#[cfg(any(test, fuzzing))]
pub mod fuzz_checks;
mod number;
mod parse;
mod place;
mod position;
mod problem;
mod quote;
mod row;
mod rows;
mod sample;
mod shape;
#[cfg(test)]
mod tests;

pub use form::{parse_cash, validate_name};
pub use parse::{MAX_ROWS, Parsed, parse_positions};
pub use position::{Exit, InvestmentClass, OptionContract, OptionKind, Position};
pub use problem::{MAX_LISTED, Problem, ProblemCode, Problems, Warning};
pub use row::UploadRules;
pub use sample::{sample_csv, template_csv};
