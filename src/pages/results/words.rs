//! Numbers and periods as people say them, for the sentences and tiles at the top of the results
//! page. Unlike in tables, a value that is too small to show is described in words.

use chrono::{Datelike, NaiveDate};

use super::format;

/// Minus sign in sentences, where a hyphen could be read as a dash.
const MINUS: char = '\u{2212}';

/// Formats the size of a fraction as a percentage without sign: -0.032 becomes "3.2%". A fraction
/// below 1 never becomes "100.0%".
pub fn share(value: f64) -> String {
    let size = value.abs();
    let digits = if (0.9995..1.0).contains(&size) { 2 } else { 1 };
    if (0.999_95..1.0).contains(&size) {
        return "more than 99.99%".to_owned();
    }
    if digits == 1 && size < 0.0005 {
        return format::percent(Some(size));
    }
    format!("{}%", format::grouped(&format!("{:.digits$}", size * 100.0)))
}

/// Formats a fraction as a percentage with sign: "+3.2%", "−3.2%". Zero has no sign.
pub fn signed_share(value: f64) -> String {
    signed(value, &share(value))
}

/// Formats the size of an amount of dollars without sign: "$1,234", or "less than $1".
pub fn amount(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.5 { "less than $1".to_owned() } else { format::money(Some(value.abs())) }
}

/// Formats a gain or loss: "+$2,100", "−$900". Amounts below a dollar have no sign.
pub fn signed_amount(value: f64) -> String {
    if value.abs() < 0.5 { amount(value) } else { signed(value, &amount(value)) }
}

/// Formats a difference of two fractions in percentage points: "+17.8 points".
pub fn points(difference: f64) -> String {
    let text = share(difference);
    signed(difference, &format!("{} points", text.trim_end_matches('%')))
}

/// Formats a number with two decimals and a sign: "+0.45", "−1.20".
pub fn signed_number(value: f64) -> String {
    signed(value, &format::number(Some(value.abs())))
}

fn signed(value: f64, size: &str) -> String {
    let is_zero = !size.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if is_zero {
        size.to_owned()
    } else if value < 0.0 {
        format!("{MINUS}{size}")
    } else {
        format!("+{size}")
    }
}

/// Formats a period: "Mar 29 to Jun 16, 2022", or "Dec 24, 2021 to Dec 28, 2022".
pub fn period(from: NaiveDate, to: NaiveDate) -> String {
    let first = if from.year() == to.year() { from.format("%b %-d").to_string() } else { format::date(from) };
    format!("{first} to {}", format::date(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_share_without_false_zero_or_hundred() {
        for (value, words) in [
            (0.032, "3.2%"),
            (-0.2104, "21.0%"),
            (0.000_04, "0.004%"),
            (0.0, "0.0%"),
            (-0.9996, "99.96%"),
            (-0.999_99, "more than 99.99%"),
            (-1.0, "100.0%"),
            (12.5, "1,250.0%"),
        ] {
            assert_eq!(share(value), words, "{value}");
        }
    }

    #[test]
    fn puts_true_minus_before_losses() {
        assert_eq!((signed_share(-0.032), signed_share(0.032)), ("\u{2212}3.2%".into(), "+3.2%".into()));
        assert_eq!((signed_amount(-900.4), signed_amount(2_100.0)), ("\u{2212}$900".into(), "+$2,100".into()));
        assert_eq!((points(0.178), points(-0.01)), ("+17.8 points".into(), "\u{2212}1.0 points".into()));
        assert_eq!((signed_share(0.0), signed_number(-0.001)), ("0.0%".into(), "0.00".into()));
    }

    #[test]
    fn says_less_than_a_dollar_for_cents() {
        assert_eq!(
            (amount(0.2), signed_amount(-0.2), amount(0.0)),
            ("less than $1".into(), "less than $1".into(), "$0".into())
        );
    }

    #[test]
    fn names_year_of_period_once() {
        let date = |text: &str| text.parse().unwrap();
        assert_eq!(period(date("2022-03-29"), date("2022-06-16")), "Mar 29 to Jun 16, 2022");
        assert_eq!(period(date("2021-12-24"), date("2022-06-16")), "Dec 24, 2021 to Jun 16, 2022");
    }
}
