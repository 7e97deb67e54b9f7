//! Parses the cash balance as a person types it into the form.
//!
//! - An amount may start with a sign, `+` or `-`, and a `$`.
//! - Commas may group thousands. `1,234` is 1234, because no cash amount has three decimal places.
//! - Exponents, infinity, NaN and amounts beyond 10¹² are rejected.

use super::cells::number::{DecimalMark, LARGEST, not_a_number, too_large};
use super::problem::Fault;

/// Parses an amount in dollars from trimmed text.
pub(super) fn dollars(text: &str) -> Result<f64, Fault> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.strip_prefix('$').unwrap_or(unsigned);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_written_well = all_digits(fraction) && (all_digits(whole) || is_grouped(whole));
    if !is_written_well || whole.is_empty() && fraction.is_empty() {
        return Err(not_a_number(text, DecimalMark::Point));
    }
    let Ok(size) = format!("{}.{fraction}", whole.replace(',', "")).parse::<f64>() else {
        return Err(not_a_number(text, DecimalMark::Point));
    };
    if size > LARGEST {
        return Err(too_large(text));
    }
    Ok(if text.starts_with('-') && size > 0.0 { -size } else { size })
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

#[cfg(test)]
mod tests;
