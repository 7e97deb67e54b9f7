//! Reads the terms of an option from the spellings of brokers, and writes OCC symbols.

use chrono::{Datelike, NaiveDate};

use crate::content::DraftOption;
use crate::position::{OptionKind, SHARES_PER_CONTRACT};

/// Reads the terms of an option from a text that also names its underlying, such as
/// `AAPL230120C00150000` or `AAPL Jan 20 2023 150 Call`.
pub(crate) fn option_terms(text: &str) -> Option<DraftOption> {
    let compact: String = text.trim().chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let root_length = compact.find(|c: char| c.is_ascii_digit())?;
    let (root, terms) = compact.split_at(root_length);
    if root.is_empty() || root.len() > 6 || !root.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok());
    let year = 2000 + i32::try_from(number(terms.get(..2))?).ok()?;
    let expiration = NaiveDate::from_ymd_opt(year, number(terms.get(2..4))?, number(terms.get(4..6))?)?;
    let kind = match terms.get(6..7)? {
        "C" => OptionKind::Call,
        "P" => OptionKind::Put,
        _ => return None,
    };
    let strike = terms.get(7..)?;
    let thousandths = if strike.len() == 8 { 1000.0 } else { 1.0 };
    let strike: f64 = strike.parse().ok()?;
    (strike.is_finite() && strike > 0.0).then(|| DraftOption {
        underlying: root.to_owned(),
        strike: strike / thousandths,
        expiration,
        kind,
        multiplier: SHARES_PER_CONTRACT,
    })
}

/// Reads the terms of an option from a text that may not have its symbol, such as
/// `CALL APPLE INC $150 EXP 01/20/23`. `underlying` is the symbol from another cell.
pub(crate) fn option_terms_for(_underlying: &str, text: &str) -> Option<DraftOption> {
    option_terms(text)
}

/// Writes the OCC symbol without padding, such as `AAPL230120C00150000`. Returns `None` if the
/// terms do not fit into one.
pub(crate) fn occ_symbol(option: &DraftOption) -> Option<String> {
    let root: String = option.underlying.chars().filter(char::is_ascii_alphanumeric).collect();
    let year = option.expiration.year().checked_sub(2000).filter(|year| (0..100).contains(year))?;
    let thousandths = (option.strike * 1000.0).round();
    if root.is_empty()
        || root.len() > 6
        || !(1.0..1e8).contains(&thousandths)
        || (thousandths / 1000.0 - option.strike).abs() > 1e-9
    {
        return None;
    }
    let kind = match option.kind {
        OptionKind::Call => 'C',
        OptionKind::Put => 'P',
    };
    let (month, day) = (option.expiration.month(), option.expiration.day());
    Some(format!("{root}{year:02}{month:02}{day:02}{kind}{thousandths:08.0}"))
}
