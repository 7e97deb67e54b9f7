//! Parses decimal numbers as people and brokers write them.
//!
//! The parser works on the text rather than on a parsed float, so that it can distinguish `1,000`,
//! which may be ambiguous, from `1.000`. Rules about the meaning of a number, such as its sign, are
//! in `fields`.
//!
//! - A number may start with a sign, `+` or `-`. In prices and cash amounts, a `$` may come before
//!   the digits.
//! - Commas may group thousands if the number can be read in only one way, such as `1,234.50` or
//!   `1,234,567`. A plain `1,234` is rejected, because many countries use the comma as the decimal
//!   separator and would read it as 1.234. It is accepted for cash, because no cash amount has
//!   three decimal places.
//! - Exponents are rejected, because an export with `1E+05` has already lost digits.
//! - Infinity, NaN and numbers with an absolute value over 10¹² are rejected.

use super::problem::{Fault, ProblemCode};
use super::quote::quote;

/// The largest accepted absolute value of a number.
const LARGEST: f64 = 1e12;

/// The kind of a number, which determines the formats in which it is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// A number of shares or contracts, without a currency sign.
    Shares,
    /// A price in dollars per share, with any number of decimal places.
    Price,
    /// An amount in dollars. Cents take only two decimal places, so a comma followed by three
    /// digits must be a thousands separator.
    Cash,
}

/// A parsed number and its precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decimal {
    pub value: f64,
    /// Number of decimal places in the text, without trailing zeros.
    pub decimals: usize,
}

/// Parses a decimal number from trimmed text.
pub(super) fn decimal(text: &str, counts: Counts) -> Result<Decimal, Fault> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let negative = text.starts_with('-');
    let digits = match counts {
        Counts::Shares => unsigned,
        Counts::Price | Counts::Cash => unsigned.strip_prefix('$').unwrap_or(unsigned),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(fraction) {
        return Err(not_a_number(text));
    }
    let whole = if all_digits(whole) {
        whole.to_owned()
    } else if !is_grouped(whole) {
        return Err(not_a_number(text));
    } else if is_ambiguous(whole, digits) && counts != Counts::Cash {
        return Err(ambiguous(text, whole));
    } else {
        whole.replace(',', "")
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(not_a_number(text));
    }
    let Ok(size) = format!("{whole}.{fraction}").parse::<f64>() else {
        return Err(not_a_number(text));
    };
    if size > LARGEST {
        return Err(too_large(text));
    }
    Ok(Decimal {
        value: if negative && size > 0.0 { -size } else { size },
        decimals: fraction.trim_end_matches('0').len(),
    })
}

/// Returns whether commas group the digits by three, after a first group of one to three digits
/// that does not start with 0.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// Returns whether the text has one comma and no decimal point. Such a comma could separate either
/// thousands or decimals.
fn is_ambiguous(whole: &str, digits: &str) -> bool {
    whole.matches(',').count() == 1 && !digits.contains('.')
}

fn not_a_number(text: &str) -> Fault {
    Fault::new(
        ProblemCode::NotANumber,
        format!("{} is not a number; write plain digits with a point for decimals, such as 1234.50.", quote(text)),
    )
}

fn ambiguous(text: &str, whole: &str) -> Fault {
    Fault::new(
        ProblemCode::NotANumber,
        format!(
            "{} could mean {} or {}; write it without the comma.",
            quote(text),
            whole.replace(',', ""),
            whole.replace(',', ".")
        ),
    )
}

fn too_large(text: &str) -> Fault {
    Fault::new(
        ProblemCode::NotANumber,
        format!("{} is beyond the largest number accepted; enter one of at most 1,000,000,000,000.", quote(text)),
    )
}

#[cfg(test)]
mod tests;
