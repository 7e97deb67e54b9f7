//! Decimal numbers as people and brokers write them.
//!
//! Judged on the text, so that `1.000` is known to be ambiguous in no way and `1,000` in one. Knows no
//! rule about what a number means (zero, sign): that is `fields`.
//!
//! - A sign, `+` or `-`, may lead. Where money is meant a `$` may follow it (or stand alone).
//! - Commas may group thousands where they can mean nothing else: `1,234.50`, `1,234,567`. A lone
//!   `1,234` is 1.234 to half the world and refused; cash has no thousandths, so there it is read.
//! - No exponents: `1E+05` in an export means that digits are already lost.
//! - Nothing beyond 10¹² either way, no infinity, no NaN.

use super::problem::{Fault, ProblemCode};
use super::quote::quote;

/// The largest number accepted.
const LARGEST: f64 = 1e12;

/// What the number counts, which decides what may be in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// Shares or contracts: no currency sign.
    Shares,
    /// Dollars per share: any number of decimals.
    Price,
    /// An amount of dollars: cents at most, so a comma before three digits groups thousands.
    Cash,
}

/// A number, and how it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decimal {
    pub value: f64,
    /// Decimals written, trailing zeros not counted.
    pub decimals: usize,
}

/// Reads a number from trimmed text.
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

/// Groups of three digits behind a first group of one to three that does not start with 0.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// A single comma and no point: thousands to some, decimals to others.
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
