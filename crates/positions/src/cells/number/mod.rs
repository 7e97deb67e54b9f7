//! Reads numbers with either decimal mark.
//!
//! - A number may have a sign before or behind it, a currency, a unit or a percent sign.
//!   Parentheses mean a negative number, and `@` before a price is skipped.
//! - Thousands may be grouped by the other mark, spaces or apostrophes, or by commas in the Indian
//!   system, as in `7,68,000`.
//! - Exponents are rejected, because an export with `1E+05` has already lost digits.
//! - Numbers with an absolute value over 10¹² are rejected, as are infinity and NaN.

mod evidence;
mod parts;

use parts::{Digits, parts};

pub(crate) use evidence::{DecimalMark, MarkEvidence, decimal_mark, written_mark};

use crate::problem::{Fault, ProblemCode};
use crate::quote::quote;

/// The largest accepted absolute value of a number.
pub(crate) const LARGEST: f64 = 1e12;

/// A number with what was written around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Amount {
    /// The number as written: 7.5 for `7.5%`.
    pub value: f64,
    /// Number of decimal places in the text, without trailing zeros.
    pub decimals: usize,
    pub currency: Option<&'static str>,
    pub is_percent: bool,
}

/// Reads a number with the given decimal mark.
///
/// # Errors
/// Returns a [`Fault`] if the text is not a number with this mark, or is beyond 10¹².
pub(crate) fn amount(text: &str, mark: DecimalMark) -> Result<Amount, Fault> {
    let parts = parts(text).ok_or_else(|| not_a_number(text, mark))?;
    let Digits { whole, fraction } = parts.digits.by(mark).ok_or_else(|| not_a_number(text, mark))?;
    let size: f64 = format!("{whole}.{fraction}").parse().map_err(|_| not_a_number(text, mark))?;
    if size > LARGEST {
        return Err(too_large(text));
    }
    Ok(Amount {
        value: if parts.is_negative && size > 0.0 { -size } else { size },
        decimals: fraction.trim_end_matches('0').len(),
        currency: parts.currency,
        is_percent: parts.is_percent,
    })
}

/// Returns whether the text says that there is no value, such as an empty cell, `--`, `n/a` or an
/// error of a spreadsheet.
///
/// `NA` is also a symbol, so this function is not for symbols.
pub(crate) fn is_absent(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "N/A", "NA", "N.A.", "#N/A", "#N/A N/A", "NULL", "NAN", "NONE", "NIL", "K.A.", "N.V.", "#VALUE!", "#REF!",
        "#DIV/0!", "#NAME?", "#NUM!",
    ];
    let text = text.trim();
    text.chars().all(is_dash) || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

pub(crate) fn not_a_number(text: &str, mark: DecimalMark) -> Fault {
    let (name, example) = match mark {
        DecimalMark::Point => ("point", "1234.50"),
        DecimalMark::Comma => ("comma", "1234,50"),
    };
    Fault::new(
        ProblemCode::NotANumber,
        format!("{} is not a number; write plain digits with a {name} for decimals, such as {example}.", quote(text)),
    )
}

pub(crate) fn too_large(text: &str) -> Fault {
    Fault::new(
        ProblemCode::NotANumber,
        format!("{} is beyond the largest number accepted; enter one of at most 1,000,000,000,000.", quote(text)),
    )
}

#[cfg(test)]
mod tests;
