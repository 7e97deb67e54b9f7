//! The two form fields beside the file: the portfolio's name and its cash.
//!
//! Does not look at other portfolios: whether a name is taken is not asked.

use text::{is_unshowable, leaves_line};

use super::number::{Counts, decimal};
use super::problem::{Problem, ProblemCode};
use super::quote::quote;

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// The portfolio's name, trimmed: 1 to 100 characters, none of them a control character, a line separator or
/// one that reorders the text around it.
///
/// # Errors
/// `required` for a name without visible characters, `invalid_name` for the rest.
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

/// Today's cash in dollars. Empty is 0, and a negative balance is a margin loan. A `$` and commas
/// between thousands may be there.
///
/// # Errors
/// `not_a_number` for anything else, and for amounts beyond 10¹².
pub fn parse_cash(cash: &str) -> Result<f64, Problem> {
    let cash = cash.trim();
    if cash.is_empty() {
        return Ok(0.0);
    }
    match decimal(cash, Counts::Cash) {
        Ok(amount) => Ok(amount.value),
        Err(fault) => Err(Problem::in_field("cash_balance", fault.code, fault.message)),
    }
}

#[cfg(test)]
mod tests;
