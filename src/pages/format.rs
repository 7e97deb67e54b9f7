//! Formats numbers and dates for display. A missing number is shown as a dash, never as zero.

use analytics::exposure::cap_beta;
use chrono::NaiveDate;
use text::group_thousands;

/// The dash shown in place of a missing number.
pub const MISSING: &str = "\u{2013}";

/// Formats a date for running text: "Dec 28, 2022". Tables, files and tooltips use ISO dates
/// instead.
pub fn date(date: NaiveDate) -> String {
    date.format("%b %-d, %Y").to_string()
}

/// Formats a dollar amount with thousands separators, without cents or dollar sign: "1,234,567",
/// "-1,234".
pub fn dollars(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| grouped(&format!("{value:.0}")))
}

/// Formats a dollar amount with dollar sign and thousands separators, without cents: "$1,234",
/// "-$1,234".
pub fn money(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |_| with_currency(&dollars(value)))
}

/// Adds the dollar sign to an amount that is already formatted: "-1,234" becomes "-$1,234".
pub fn with_currency(amount: &str) -> String {
    amount.strip_prefix('-').map_or_else(|| format!("${amount}"), |amount| format!("-${amount}"))
}

/// Formats a price in dollars and cents. A price that would round to 0.00 gets up to six decimals,
/// so that it does not look like zero.
pub fn price(value: Option<f64>) -> String {
    let Some(value) = value else { return MISSING.to_owned() };
    let digits = decimals_for(value, 2);
    grouped(&format!("{value:.digits$}"))
}

/// Formats a fraction as a percentage: 0.1234 becomes "12.3%". A percentage that would round to
/// 0.0% gets up to six decimals, so that it does not look like zero: 0.00002 becomes "0.002%".
pub fn percent(value: Option<f64>) -> String {
    let Some(percent) = value.map(|value| value * 100.0) else { return MISSING.to_owned() };
    let digits = decimals_for(percent, 1);
    format!("{}%", unsigned_zero(&format!("{percent:.digits$}")))
}

/// Returns the smallest number of decimals, from `at_least` to six, at which a nonzero value does
/// not round to zero. Returns `at_least` for zero itself, and for a value that rounds to zero even
/// with six decimals.
fn decimals_for(value: f64, at_least: usize) -> usize {
    let looks_like_zero = |digits: &usize| format!("{:.digits$}", value.abs(), digits = *digits).parse() == Ok(0.0);
    (at_least..=6).find(|digits| value == 0.0 || !looks_like_zero(digits)).unwrap_or(at_least)
}

/// Formats a beta. Factor exposures cap betas at ±5, so a beta above 5 is shown as "> 5.00", and
/// one below -5 as "< -5.00".
pub fn beta(value: Option<f64>) -> String {
    match value.map(cap_beta) {
        Some((cap, true)) if cap > 0.0 => format!("> {}", number(Some(cap))),
        Some((cap, true)) => format!("< {}", number(Some(cap))),
        Some((beta, false)) => number(Some(beta)),
        None => MISSING.to_owned(),
    }
}

/// Formats a number with two decimals.
pub fn number(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| unsigned_zero(&format!("{value:.2}")))
}

/// Formats a quantity with at most six decimals, without trailing zeros.
pub fn quantity(value: f64) -> String {
    let text = format!("{value:.6}");
    grouped(text.trim_end_matches('0').trim_end_matches('.'))
}

/// Formats a count with thousands separators.
pub fn count(value: usize) -> String {
    grouped(&value.to_string())
}

/// Removes the minus sign from a zero such as "-0.00".
fn unsigned_zero(text: &str) -> String {
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text.to_owned() }
}

/// Adds thousands separators to a formatted number, and removes the minus sign from a zero.
pub fn grouped(text: &str) -> String {
    let text = unsigned_zero(text);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = sign.to_owned() + &group_thousands(whole);
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{MISSING, beta, date, dollars, money, number, percent, price, quantity};

    #[test]
    fn groups_thousands_and_keeps_signs() {
        assert_eq!(dollars(Some(-1_234_567.4)), "-1,234,567");
        assert_eq!(dollars(Some(999.0)), "999");
        assert_eq!(price(Some(1_234.5)), "1,234.50");
        assert_eq!(quantity(-1_500.25), "-1,500.25");
    }

    #[test]
    fn puts_minus_before_dollar_sign() {
        assert_eq!((money(Some(-1_234.0)), money(Some(1_234.0))), ("-$1,234".into(), "$1,234".into()));
        assert_eq!(money(None), MISSING);
    }

    #[test]
    fn shows_capped_beta_as_beyond_five() {
        assert_eq!(
            (beta(Some(7.2)), beta(Some(-5.1)), beta(Some(5.0))),
            ("> 5.00".into(), "< -5.00".into(), "5.00".into())
        );
    }

    #[test]
    fn shows_decimals_of_price_below_a_cent() {
        assert_eq!((price(Some(0.004)), price(Some(0.0))), ("0.004".into(), "0.00".into()));
    }

    #[test]
    fn drops_sign_of_zero() {
        assert_eq!(
            (dollars(Some(-0.2)), percent(Some(-0.0)), number(Some(-0.001))),
            ("0".into(), "0.0%".into(), "0.00".into())
        );
    }

    #[test]
    fn shows_decimals_of_small_share() {
        assert_eq!((percent(Some(0.000_02)), percent(Some(-0.000_6))), ("0.002%".into(), "-0.1%".into()));
        assert_eq!((percent(Some(0.123)), percent(Some(1e-12))), ("12.3%".into(), "0.0%".into()));
    }

    #[test]
    fn shows_dash_for_missing_number() {
        assert_eq!(percent(None), MISSING);
    }

    #[test]
    fn writes_dates_for_people() {
        assert_eq!(date("2021-03-08".parse().unwrap()), "Mar 8, 2021");
    }
}
