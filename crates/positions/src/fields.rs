//! Parses single cells of the product's own format: turns trimmed, non-empty text into a value or a
//! [`Fault`].

use text::is_unshowable;

use super::cells::symbol::checked_symbol;
use super::position::OptionKind;
use super::problem::{Fault, ProblemCode};
use super::quote::quote;

/// Maximum number of characters in a subtype. A longer subtype is truncated instead of rejected,
/// because it is only a label.
const SUBTYPE_LENGTH: usize = 100;

/// The accepted values of the `Investment Class` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClassWord {
    Public,
    Options,
    Private,
}

/// Parses a symbol as it is, without removing marks, and returns it in upper case.
pub(super) fn symbol(text: &str) -> Result<String, Fault> {
    checked_symbol(text, text)
}

/// Checks that a price per share, which is written as `text`, is above zero.
pub(super) fn positive(text: &str, value: f64) -> Result<f64, Fault> {
    if value <= 0.0 {
        return Err(Fault::new(
            ProblemCode::NotPositive,
            format!("The price {} is not above zero; enter a price per share in dollars.", quote(text)),
        ));
    }
    Ok(value)
}

/// Parses the investment class, ignoring case.
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

/// Parses the option type, ignoring case.
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

/// Returns the user's label for a position, truncated and without characters that cannot be shown.
/// A bad label is not an error, because labels are only displayed.
pub(super) fn subtype(text: &str) -> Option<String> {
    let shown = text.chars().filter(|character| !is_unshowable(*character));
    let label: String = shown.take(SUBTYPE_LENGTH).collect();
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

/// Replaces a fault's code with `invalid_option`, the code for a problem with any of an option's
/// terms.
pub(super) fn as_option_fault<T>(read: Result<T, Fault>) -> Result<T, Fault> {
    read.map_err(|fault| Fault { code: ProblemCode::InvalidOption, ..fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_symbols_to_upper_case() {
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
    fn cleans_and_shortens_subtypes() {
        assert_eq!(subtype("Health\u{202e} Care\0"), Some("Health Care".to_owned()));
        assert_eq!(subtype("\u{200b}"), None);
        assert_eq!(subtype(&"é".repeat(200)), Some("é".repeat(100)));
    }
}
