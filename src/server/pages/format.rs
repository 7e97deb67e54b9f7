//! Numbers as people read them. A number that is missing is a dash, never a zero.

/// What stands for a missing number.
pub const MISSING: &str = "\u{2013}";

/// Dollars with thousands separators and no cents: "1,234,567", "-1,234".
pub fn dollars(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| grouped(&format!("{value:.0}")))
}

/// Dollars that are a gain or a loss: "+$1,234", "-$1,234", "$0".
pub fn signed_dollars(value: Option<f64>) -> String {
    let text = dollars(value);
    match (value, text.strip_prefix('-')) {
        (None, _) => text,
        (Some(_), Some(loss)) => format!("-${loss}"),
        (Some(_), None) if text == "0" => format!("${text}"),
        (Some(_), None) => format!("+${text}"),
    }
}

/// Dollars and cents.
pub fn price(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| grouped(&format!("{value:.2}")))
}

/// A fraction as a percentage: 0.1234 is "12.3%".
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |value| format!("{}%", unsigned_zero(&format!("{:.1}", value * 100.0))))
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

/// "-0.00" is zero.
fn unsigned_zero(text: &str) -> String {
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text.to_owned() }
}

fn grouped(text: &str) -> String {
    let text = unsigned_zero(text);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{MISSING, dollars, number, percent, price, quantity};

    #[test]
    fn thousands_are_grouped_and_signs_kept() {
        assert_eq!(dollars(Some(-1_234_567.4)), "-1,234,567");
        assert_eq!(dollars(Some(999.0)), "999");
        assert_eq!(price(Some(1_234.5)), "1,234.50");
        assert_eq!(quantity(-1_500.25), "-1,500.25");
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(
            (dollars(Some(-0.2)), percent(Some(-0.000_01)), number(Some(-0.001))),
            ("0".into(), "0.0%".into(), "0.00".into())
        );
    }

    #[test]
    fn a_missing_number_is_a_dash() {
        assert_eq!(percent(None), MISSING);
    }
}
