//! Numbers as people read them. A number that is missing is a dash, never a zero.

use analytics::exposure::cap_beta;
use text::group_thousands;

/// What stands for a missing number.
pub const MISSING: &str = "\u{2013}";

/// Dollars with thousands separators and no cents: "1,234,567", "-1,234".
pub fn dollars(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| grouped(&format!("{value:.0}")))
}

/// Dollars with their sign of currency: "$1,234", "-$1,234".
pub fn money(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |_| with_currency(&dollars(value)))
}

/// An amount's text with the sign of its currency: "-1,234" is "-$1,234".
pub fn with_currency(amount: &str) -> String {
    amount.strip_prefix('-').map_or_else(|| format!("${amount}"), |amount| format!("-${amount}"))
}

/// The same for a gain or a loss: "+$1,234", "-$1,234", "$0".
pub fn signed_money(value: Option<f64>) -> String {
    let text = money(value);
    let is_gain = value.is_some_and(|value| value > 0.0) && text != "$0";
    if is_gain { format!("+{text}") } else { text }
}

/// Dollars and cents; below a cent as many digits as it takes not to look like nothing.
pub fn price(value: Option<f64>) -> String {
    let Some(value) = value else { return MISSING.to_owned() };
    let digits = digits_of(value, 2);
    grouped(&format!("{value:.digits$}"))
}

/// A fraction as a percentage: 0.1234 is "12.3%". One that is not zero never looks like zero: 0.00002 is "0.002%".
pub fn percent(value: Option<f64>) -> String {
    let Some(percent) = value.map(|value| value * 100.0) else { return MISSING.to_owned() };
    let digits = digits_of(percent, 1);
    format!("{}%", unsigned_zero(&format!("{percent:.digits$}")))
}

/// Decimals, at least so many and at most six, at which a number that is not zero does not look like zero.
fn digits_of(value: f64, at_least: usize) -> usize {
    let looks_like_zero = |digits: &usize| format!("{:.digits$}", value.abs(), digits = *digits).parse() == Ok(0.0);
    (at_least..=6).find(|digits| value == 0.0 || !looks_like_zero(digits)).unwrap_or(at_least)
}

/// A beta; beyond ±5, where sums cut it, only that it is beyond.
pub fn beta(value: Option<f64>) -> String {
    match value.map(cap_beta) {
        Some((cap, true)) if cap > 0.0 => format!("> {}", number(Some(cap))),
        Some((cap, true)) => format!("< {}", number(Some(cap))),
        Some((beta, false)) => number(Some(beta)),
        None => MISSING.to_owned(),
    }
}

/// A plain number with two decimals.
pub fn number(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| unsigned_zero(&format!("{value:.2}")))
}

/// A quantity with as many decimals as it has, at most six.
pub fn quantity(value: f64) -> String {
    let text = format!("{value:.6}");
    grouped(text.trim_end_matches('0').trim_end_matches('.'))
}

/// How many there are.
pub fn count(value: usize) -> String {
    grouped(&value.to_string())
}

/// "-0.00" is zero.
fn unsigned_zero(text: &str) -> String {
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text.to_owned() }
}

/// A number's text with thousands separated, zero without a sign.
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
    use super::{MISSING, beta, dollars, money, number, percent, price, quantity, signed_money};

    #[test]
    fn thousands_are_grouped_and_signs_kept() {
        assert_eq!(dollars(Some(-1_234_567.4)), "-1,234,567");
        assert_eq!(dollars(Some(999.0)), "999");
        assert_eq!(price(Some(1_234.5)), "1,234.50");
        assert_eq!(quantity(-1_500.25), "-1,500.25");
    }

    #[test]
    fn the_sign_stands_before_the_currency() {
        assert_eq!((money(Some(-1_234.0)), money(Some(1_234.0))), ("-$1,234".into(), "$1,234".into()));
        assert_eq!((signed_money(Some(1_234.0)), signed_money(Some(0.2))), ("+$1,234".into(), "$0".into()));
        assert_eq!((money(None), signed_money(None)), (MISSING.into(), MISSING.into()));
    }

    #[test]
    fn a_beta_that_sums_cut_is_said_to_be_beyond_what_they_take() {
        assert_eq!(
            (beta(Some(7.2)), beta(Some(-5.1)), beta(Some(5.0))),
            ("> 5.00".into(), "< -5.00".into(), "5.00".into())
        );
    }

    #[test]
    fn a_price_below_a_cent_does_not_look_like_nothing() {
        assert_eq!((price(Some(0.004)), price(Some(0.0))), ("0.004".into(), "0.00".into()));
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(
            (dollars(Some(-0.2)), percent(Some(-0.0)), number(Some(-0.001))),
            ("0".into(), "0.0%".into(), "0.00".into())
        );
    }

    #[test]
    fn a_small_share_does_not_look_like_none() {
        assert_eq!((percent(Some(0.000_02)), percent(Some(-0.000_6))), ("0.002%".into(), "-0.1%".into()));
        assert_eq!((percent(Some(0.123)), percent(Some(1e-12))), ("12.3%".into(), "0.0%".into()));
    }

    #[test]
    fn a_missing_number_is_a_dash() {
        assert_eq!(percent(None), MISSING);
    }
}
