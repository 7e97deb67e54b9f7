//! Validates the two form fields that accompany an uploaded file: portfolio name and cash balance.
//!
//! Two portfolios may have the same name, so names are not checked for uniqueness.

use text::{is_unshowable, leaves_line};

use super::number::dollars;
use super::problem::{Problem, ProblemCode};
use super::quote::quote;

/// Maximum length of a portfolio name, in characters.
const LONGEST_NAME: usize = 100;

/// Returns the trimmed portfolio name. A valid name has 1 to 100 characters, none of which is a
/// control character, a line separator or a mark that reorders text.
///
/// # Errors
/// Returns a [`Problem`] with the code `required` if the name has no visible characters, and with
/// the code `invalid_name` if it is too long or has a character that is not allowed.
pub fn validate_name(name: &str) -> Result<String, Problem> {
    let problem = |code, message: String| Err(Problem::in_field("portfolio_name", code, message));
    let name = name.trim();
    if name.chars().any(leaves_line) {
        return problem(
            ProblemCode::InvalidName,
            format!("The name {} has characters that cannot be shown; type it again.", quote(name)),
        );
    }
    if name.chars().all(|character| character.is_whitespace() || is_unshowable(character)) {
        return problem(
            ProblemCode::Required,
            "The portfolio has no name; enter one of up to 100 characters.".to_owned(),
        );
    }
    let length = name.chars().count();
    if length > LONGEST_NAME {
        return problem(
            ProblemCode::InvalidName,
            format!("The name {} has {length} characters; shorten it to 100.", quote(name)),
        );
    }
    Ok(name.to_owned())
}

/// Parses the cash balance in US dollars. An empty field means 0, and a negative balance is a
/// margin loan. The text may contain a `$`, and commas between thousands.
///
/// # Errors
/// Returns a [`Problem`] with the code `not_a_number` if the text is not an amount, or if the
/// amount exceeds 10¹² dollars in either direction.
pub fn parse_cash(cash: &str) -> Result<f64, Problem> {
    let cash = cash.trim();
    if cash.is_empty() {
        return Ok(0.0);
    }
    match dollars(cash) {
        Ok(amount) => Ok(amount),
        Err(fault) => Err(Problem::in_field("cash_balance", fault.code, fault.message)),
    }
}

#[cfg(test)]
mod tests;
