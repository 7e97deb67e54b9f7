//! Wording that the sentences of problems and warnings share.

use chrono::NaiveDate;
use text::group_thousands;

use crate::quote::shorten;

/// Maximum number of lines or symbols that a sentence lists.
const LISTED: usize = 3;

/// Returns a day as prose, such as "Dec 28, 2022".
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%b %-d, %Y").to_string()
}

/// Returns a price or an amount, such as "$15,234.18" or "-$3.50". Prices below $1 keep four
/// decimals.
pub(super) fn dollars(amount: f64) -> String {
    let decimals = if amount != 0.0 && amount.abs() < 1.0 { 4 } else { 2 };
    let sign = if amount < 0.0 { "-" } else { "" };
    format!("{sign}${}", grouped(amount.abs(), decimals))
}

/// Returns an amount in a currency, such as "EUR 812.10".
pub(super) fn money(currency: &str, amount: f64) -> String {
    let sign = if amount < 0.0 { "-" } else { "" };
    format!("{} {sign}{}", shorten(currency), grouped(amount.abs(), 2))
}

/// Returns a number of shares with at most four decimals, such as "1,250" or "7.5".
pub(super) fn number(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let text = grouped(value.abs(), 4);
    format!("{sign}{}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Returns a non-negative number with separated thousands.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", group_thousands(whole)),
        None => group_thousands(&text),
    }
}

/// Returns a count and its noun, such as "1 date" or "1,250 dates".
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{} {}", group_thousands(&count.to_string()), if count == 1 { one } else { several })
}

/// Returns the lines of a file, such as "line 3", "lines 3 and 5" or "lines 3, 5, 8 and 40 more".
pub(super) fn lines(rows: &[u64]) -> String {
    let noun = if rows.len() == 1 { "line" } else { "lines" };
    format!("{noun} {}", list(rows, ", ", u64::to_string))
}

/// Joins the names of items, such as "A", "A and B" or "A, B, C and 40 more". Names only the first
/// ones, so that long lists cost no more than short ones.
pub(super) fn list<T>(items: &[T], separator: &str, name: impl Fn(&T) -> String) -> String {
    let mut shown: Vec<String> = items.iter().take(LISTED).map(name).collect();
    let more = items.len() - shown.len();
    let last =
        if more > 0 { format!("{} more", group_thousands(&more.to_string())) } else { shown.pop().unwrap_or_default() };
    if shown.is_empty() { last } else { format!("{} and {last}", shown.join(separator)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_amounts_with_thousands_and_sign() {
        assert_eq!([15_234.18, -3.5, 0.1234, 0.0].map(dollars), ["$15,234.18", "-$3.50", "$0.1234", "$0.00"]);
        assert_eq!(money("EUR", -812.1), "EUR -812.10");
        assert_eq!([1250.0, 7.5, -0.25].map(number), ["1,250", "7.5", "-0.25"]);
    }

    #[test]
    fn lists_three_lines_and_counts_more() {
        assert_eq!(lines(&[3]), "line 3");
        assert_eq!(lines(&[3, 5]), "lines 3 and 5");
        assert_eq!(lines(&[3, 5, 8]), "lines 3, 5 and 8");
        assert_eq!(lines(&[3, 5, 8, 9, 10]), "lines 3, 5, 8 and 2 more");
    }

    #[test]
    fn writes_days_as_prose() {
        assert_eq!(NaiveDate::from_ymd_opt(2022, 1, 3).map(day), Some("Jan 3, 2022".to_owned()));
    }
}
