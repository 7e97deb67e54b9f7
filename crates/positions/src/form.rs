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
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_otherwise_kept() {
        for (typed, kept) in [
            (" Growth Portfolio\t", "Growth Portfolio"),
            ("x", "x"),
            ("Père & fils <b>", "Père & fils <b>"),
            ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
        ] {
            assert_eq!(validate_name(typed).as_deref(), Ok(kept));
        }
        let longest = "é".repeat(100);
        assert_eq!(validate_name(&longest), Ok(longest));
    }

    #[test]
    fn names_that_are_refused() {
        let too_long = "é".repeat(101);
        for (typed, code, says) in [
            ("", ProblemCode::Required, "enter one"),
            (" \t ", ProblemCode::Required, "enter one"),
            ("\u{200b}", ProblemCode::Required, "enter one"),
            ("a\nb", ProblemCode::InvalidName, "“a\\u{a}b”"),
            ("a\0", ProblemCode::InvalidName, "type it again"),
            ("a\u{202e}b", ProblemCode::InvalidName, "“a\\u{202e}b”"),
            ("a\u{2028}b", ProblemCode::InvalidName, "“a\\u{2028}b”"),
            (&too_long, ProblemCode::InvalidName, "has 101 characters; shorten it"),
        ] {
            let problem = validate_name(typed).unwrap_err();
            assert_eq!((problem.row, problem.column.as_deref()), (None, Some("portfolio_name")));
            assert_eq!(problem.code, code, "{typed:?}");
            assert!(problem.message.contains(says), "{}", problem.message);
        }
    }

    #[test]
    fn cash_as_people_write_it() {
        for (typed, amount) in [
            ("", 0.0),
            ("  ", 0.0),
            ("0", 0.0),
            ("250,000.00", 250_000.0),
            ("250,000", 250_000.0),
            (" $1,000,000.5 ", 1_000_000.5),
            ("-12.34", -12.34),
            ("-$12.34", -12.34),
            ("+5", 5.0),
        ] {
            assert_eq!(parse_cash(typed), Ok(amount), "{typed:?}");
        }
    }

    #[test]
    fn cash_that_is_refused() {
        for typed in ["abc", "NaN", "inf", "1e6", "12,5", "250.000,00", "1 000", "1e13", "9999999999999"] {
            let problem = parse_cash(typed).unwrap_err();
            assert_eq!((problem.row, problem.column.as_deref()), (None, Some("cash_balance")));
            assert_eq!(problem.code, ProblemCode::NotANumber);
            assert!(problem.message.contains(typed), "{}", problem.message);
        }
    }
}
