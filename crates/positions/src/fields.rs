//! What each single cell may say.
//!
//! From trimmed, non-empty text to a value or a [`Fault`]. Rules between cells (exit after entry,
//! options before they expire) are `row`'s.

use chrono::{Datelike, NaiveDate};
use text::is_unshowable;

use super::number::{Counts, decimal};
use super::position::OptionKind;
use super::problem::{Fault, ProblemCode};
use super::quote::quote;

/// Decimals a quantity may have.
const QUANTITY_DECIMALS: usize = 6;
/// Characters a symbol may have.
const SYMBOL_LENGTH: usize = 20;
/// A subtype is a label; what is beyond this is cut off.
const SUBTYPE_LENGTH: usize = 100;
/// Dates before this year are slips of the pen, such as 0202 for 2022.
const FIRST_YEAR: i32 = 1900;

/// The words of the column `Investment Class`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClassWord {
    Public,
    Options,
    Private,
}

/// A symbol, upper-cased.
pub(super) fn symbol(text: &str) -> Result<String, Fault> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if text.is_empty() || text.len() > SYMBOL_LENGTH || !text.bytes().all(allowed) {
        return Err(Fault::new(
            ProblemCode::InvalidSymbol,
            format!(
                "{} is not a symbol; use 1 to {SYMBOL_LENGTH} of the characters A-Z, 0-9, “.”, “_” and “-”.",
                quote(text)
            ),
        ));
    }
    // In a URL path, "." and ".." are dot segments, not names.
    if !text.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Fault::new(
            ProblemCode::InvalidSymbol,
            format!("{} is not a symbol; enter one with at least one letter or digit.", quote(text)),
        ));
    }
    Ok(text.to_ascii_uppercase())
}

/// A signed number of shares or contracts, not zero.
pub(super) fn quantity(text: &str) -> Result<f64, Fault> {
    let number = decimal(text, Counts::Shares)?;
    if number.decimals > QUANTITY_DECIMALS {
        return Err(Fault::new(
            ProblemCode::TooManyDecimals,
            format!("{} has {} decimals; round it to at most {QUANTITY_DECIMALS}.", quote(text), number.decimals),
        ));
    }
    if number.value == 0.0 {
        return Err(Fault::new(
            ProblemCode::ZeroQuantity,
            format!(
                "The quantity {} is zero; enter how many are held (negative for a short position) or remove the row.",
                quote(text)
            ),
        ));
    }
    Ok(number.value)
}

/// Dollars per share, above zero.
pub(super) fn price(text: &str) -> Result<f64, Fault> {
    let number = decimal(text, Counts::Price)?;
    if number.value <= 0.0 {
        return Err(Fault::new(
            ProblemCode::NotPositive,
            format!("The price {} is not above zero; enter a price per share in dollars.", quote(text)),
        ));
    }
    Ok(number.value)
}

/// A calendar date written `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Result<NaiveDate, Fault> {
    written_date(text).filter(|date| date.year() >= FIRST_YEAR).ok_or_else(|| {
        Fault::new(
            ProblemCode::InvalidDate,
            format!(
                "{} is not a date we can read; write a day of the calendar as YYYY-MM-DD, such as 2022-03-15.",
                quote(text)
            ),
        )
    })
}

fn written_date(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// The investment class, in any case.
pub(super) fn class(text: &str) -> Result<ClassWord, Fault> {
    match text.to_ascii_uppercase().as_str() {
        "PUBLIC" => Ok(ClassWord::Public),
        "OPTIONS" => Ok(ClassWord::Options),
        "PRIVATE" => Ok(ClassWord::Private),
        _ => Err(Fault::new(
            ProblemCode::InvalidClass,
            format!(
                "{} is not an investment class; use PUBLIC, OPTIONS or PRIVATE, or leave it empty for PUBLIC.",
                quote(text)
            ),
        )),
    }
}

/// The option type, in any case.
pub(super) fn option_kind(text: &str) -> Result<OptionKind, Fault> {
    match text.to_ascii_uppercase().as_str() {
        "CALL" => Ok(OptionKind::Call),
        "PUT" => Ok(OptionKind::Put),
        _ => Err(Fault::new(
            ProblemCode::InvalidOption,
            format!("{} is not an option type; use CALL or PUT.", quote(text)),
        )),
    }
}

/// The person's own label: shown only, so what cannot be shown is left out and the rest kept short.
pub(super) fn subtype(text: &str) -> Option<String> {
    let shown = text.chars().filter(|character| !is_unshowable(*character));
    let label: String = shown.take(SUBTYPE_LENGTH).collect();
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

/// The same fault as one of an option's terms, which all have one code.
pub(super) fn of_option<T>(read: Result<T, Fault>) -> Result<T, Fault> {
    read.map_err(|fault| Fault { code: ProblemCode::InvalidOption, ..fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_upper_cased() {
        assert_eq!(symbol("brk.b"), Ok("BRK.B".to_owned()));
        assert_eq!(symbol("A-b_1.2"), Ok("A-B_1.2".to_owned()));
        assert_eq!(symbol(&"a".repeat(20)), Ok("A".repeat(20)));
    }

    #[test]
    fn requires_letter_or_digit_in_symbol() {
        for text in [".", "..", "...", "-", "_", ".-_"] {
            let fault = symbol(text).unwrap_err();
            assert_eq!(fault.code, ProblemCode::InvalidSymbol, "{text}");
            assert!(fault.message.contains("letter or digit"), "{}", fault.message);
        }
        for text in [".A", "7", "-1-", "..b"] {
            assert!(symbol(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert_eq!(date("2020-02-29"), Ok(NaiveDate::from_ymd_opt(2020, 2, 29).unwrap()));
        for text in ["2021-02-29", "2020-2-9", "+202-01-01", "0202-01-01", "２020-01-1", "2020-01-01T00"] {
            assert_eq!(date(text).unwrap_err().code, ProblemCode::InvalidDate, "{text}");
        }
    }

    #[test]
    fn trailing_zeros_are_no_decimals() {
        assert_eq!(quantity("1.1234560000"), Ok(1.123_456));
        assert_eq!(quantity("1.1234561").unwrap_err().code, ProblemCode::TooManyDecimals);
    }

    #[test]
    fn a_subtype_is_shown_as_it_is_or_not_at_all() {
        assert_eq!(subtype("Health\u{202e} Care\0"), Some("Health Care".to_owned()));
        assert_eq!(subtype("\u{200b}"), None);
        assert_eq!(subtype(&"é".repeat(200)), Some("é".repeat(100)));
    }
}
