//! Reads the single terms of an option: underlying, strike, kind and expiration.

use chrono::NaiveDate;

use crate::cells::date::date;
use crate::cells::share_class::usual_spelling;
use crate::position::OptionKind;
use crate::reading::DateOrder;

/// Roots of option symbols that differ from the symbol of their underlying, because a root has no
/// point.
const ROOTS: [(&str, &str); 6] =
    [("BFB", "BF.B"), ("BRKB", "BRK.B"), ("CWENA", "CWEN.A"), ("HEIA", "HEI.A"), ("LENB", "LEN.B"), ("MOGA", "MOG.A")];

/// Reads the symbol of an underlying: one to six letters, or a share class such as `BRK/B`. Text
/// has to be in upper case.
pub(super) fn underlying(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['$', '^', '.', '-']);
    if let Some(spelling) = usual_spelling(text) {
        return Some(spelling);
    }
    let (company, class) = text.split_once('.').unwrap_or((text, "A"));
    let are_letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_symbol = (1..=6).contains(&company.len()) && are_letters(company) && class.len() == 1 && are_letters(class);
    is_symbol.then(|| symbol_of_root(text).to_owned())
}

fn symbol_of_root(root: &str) -> &str {
    ROOTS.iter().find(|(known, _)| *known == root).map_or(root, |(_, symbol)| symbol)
}

/// Reads "C", "Call", "P" or "Put".
pub(super) fn kind(word: &str) -> Option<OptionKind> {
    match word {
        "C" => Some(OptionKind::Call),
        "P" => Some(OptionKind::Put),
        _ => kind_word(word),
    }
}

/// Reads "Call" or "Put", but not a single letter.
pub(super) fn kind_word(word: &str) -> Option<OptionKind> {
    match word {
        "CALL" | "CALLS" => Some(OptionKind::Call),
        "PUT" | "PUTS" => Some(OptionKind::Put),
        _ => None,
    }
}

/// Reads a strike price: up to five digits and three decimals, perhaps with a dollar sign and
/// commas for thousands. It is above zero.
pub(super) fn strike(text: &str) -> Option<f64> {
    let text = text.trim_start_matches(['$', '@']);
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match whole.split_once(',') {
        Some((thousands, rest)) if !thousands.is_empty() && rest.len() == 3 => format!("{thousands}{rest}"),
        Some(_) => return None,
        None => whole.to_owned(),
    };
    // Some brokers write more decimals than strikes have: `132.5000`.
    let decimals = decimals.trim_end_matches('0');
    if !are_digits(&whole) || !are_digits(decimals) || whole.len() > 5 || decimals.len() > 3 {
        return None;
    }
    let value: f64 = format!("{whole}.{decimals}").parse().ok()?;
    (value > 0.0).then_some(value)
}

/// Reads the strike of a compact symbol: eight digits are thousandths of a dollar, fewer are
/// dollars.
///
/// moomoo writes thousandths without leading zeros, so that `RRC220415C32500` has a strike of 32.5.
/// Four digits or more without a point are therefore refused, unless `in_dollars` says that the
/// spelling always has dollars.
pub(super) fn compact_strike(text: &str, in_dollars: bool) -> Option<f64> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let thousandths: u32 = text.parse().ok()?;
        return (thousandths > 0).then(|| f64::from(thousandths) / 1000.0);
    }
    let is_uncertain = !in_dollars && text.len() > 3 && !text.contains('.');
    if is_uncertain || text.starts_with(['$', '@']) || text.contains(',') {
        return None;
    }
    strike(text)
}

/// Reads an expiration. Dates of three numbers are month, day and year, unless only the day can
/// come first, because options are traded in the United States. Six digits are year, month and day.
pub(super) fn expiration(text: &str) -> Option<NaiveDate> {
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return six_digits(text, DateOrder::YearMonthDay);
    }
    date(text, DateOrder::MonthDayYear).or_else(|| date(text, DateOrder::DayMonthYear))
}

/// Reads six digits: year, month and day, or month, day and year.
pub(super) fn six_digits(text: &str, order: DateOrder) -> Option<NaiveDate> {
    let number = |text: Option<&str>| text?.parse::<u32>().ok();
    let (one, other, last) = (number(text.get(..2))?, number(text.get(2..4))?, number(text.get(4..6))?);
    let (year, month, day) = match order {
        DateOrder::YearMonthDay => (one, other, last),
        DateOrder::MonthDayYear => (last, one, other),
        DateOrder::DayMonthYear => (last, other, one),
    };
    NaiveDate::from_ymd_opt(2000 + i32::try_from(year).ok()?, month, day)
}
