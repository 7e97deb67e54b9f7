//! Tests of the positions CSV format: rejected files, accepted files, the template and the sample
//! portfolio, and properties that hold for any input.

use chrono::NaiveDate;

use super::ProblemCode as C;
use super::*;

mod accepted;
mod cases;
mod choices;
mod doubtful;
mod faults;
mod layouts;
mod properties;
mod refused;
mod round_trip;
mod shipped;

/// The header row of most test files.
const HEADER: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Underlying Symbol,Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share";

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

/// Returns upload rules for the bundled prices, which end on 2022-12-28. In these rules, today is
/// 2026-01-09.
fn rules() -> UploadRules {
    UploadRules { today: day("2026-01-09"), last_price_date: Some(day("2022-12-28")) }
}

fn parse(text: &str) -> Result<Parsed, Vec<Problem>> {
    read(text.as_bytes())
}

/// Parses a file and returns its content, or the problems that were found in it.
fn read(bytes: &[u8]) -> Result<Parsed, Vec<Problem>> {
    parse_positions(bytes, &rules()).map_err(|problems| problems.listed().to_vec())
}

/// Returns a file that consists of [`HEADER`] and one row.
fn with_header(row: &str) -> String {
    format!("{HEADER}\n{row}\n")
}

fn codes(problems: &[Problem]) -> Vec<(Option<u64>, Option<&str>, ProblemCode)> {
    problems.iter().map(|p| (p.row, p.column.as_deref(), p.code)).collect()
}
