//! Reads the terms of an option from the spellings of brokers, and writes OCC symbols.
//!
//! - OCC symbols, padded or not, and the shorter forms of them: `AAPL230120C00150000`,
//!   `SPY   250321C00500000`, `-AAPL230120P130`, `AAPL--200619C00320000`, `.AAPL230120C132.5`
//! - spelled out in any order: `AAPL 01/20/2023 150.00 C`, `AAPL Jan 20 '23 $150 Call`,
//!   `MSFT 16JUN23 250 C`, `CALL ZZZ 06/20/25 50.00 ZZZ INC`
//! - with the symbol in another cell: `CALL APPLE INC $150 EXP 01/20/23`
//!
//! Adjusted contracts, whose root ends with a digit as in `AAPL1`, are refused, because they are
//! for something else than 100 shares.

mod compact;
mod spelled;
mod terms;

use chrono::Datelike;

use crate::content::DraftOption;
use crate::position::OptionKind;

/// Maximum number of bytes in a text with the terms of an option.
const LONGEST: usize = 200;

/// Reads the terms of an option from a text that also names its underlying.
pub(crate) fn option_terms(text: &str) -> Option<DraftOption> {
    let text = normalized(text)?;
    compact::option(&text).or_else(|| spelled::option(&text))
}

/// Reads the terms of an option from a text such as `CALL APPLE INC $150 EXP 01/20/23`.
/// `underlying` is the symbol in another cell; it takes precedence over one in the text.
pub(crate) fn option_terms_for(underlying: &str, text: &str) -> Option<DraftOption> {
    let underlying = terms::underlying(&normalized(underlying)?)?;
    let text = normalized(text)?;
    let option = compact::option(&text).or_else(|| spelled::option(&text));
    match option {
        Some(option) => Some(DraftOption { underlying, ..option }),
        None => spelled::described(&text, underlying),
    }
}

/// Returns whether the text is an adjusted option, such as `AAPL1230120C00150000`. It is not for
/// 100 shares of its underlying alone, so its terms are not read.
pub(crate) fn is_adjusted_option(text: &str) -> bool {
    let first_digit = text.find(|character: char| character.is_ascii_digit());
    let Some((root, rest)) = first_digit.and_then(|at| text.split_at_checked(at)) else { return false };
    let is_adjusted = root.ends_with(|character: char| character.is_ascii_alphabetic()) && option_terms(text).is_none();
    is_adjusted && option_terms(&format!("{root}{}", rest.get(1..).unwrap_or_default())).is_some()
}

/// Writes the OCC symbol without padding, such as `AAPL230120C00150000`. Returns `None` if the
/// terms do not fit into one.
///
/// With a root of six characters, the symbol has 21 characters.
pub(crate) fn occ_symbol(option: &DraftOption) -> Option<String> {
    let root: String = option.underlying.chars().filter(char::is_ascii_alphanumeric).collect();
    let year = option.expiration.year().checked_sub(2000).filter(|year| (0..100).contains(year))?;
    let thousandths = (option.strike * 1000.0).round();
    let is_exact = (thousandths / 1000.0 - option.strike).abs() <= option.strike * 1e-12;
    if !(1..=6).contains(&root.len()) || !(1.0..1e8).contains(&thousandths) || !is_exact {
        return None;
    }
    let kind = match option.kind {
        OptionKind::Call => 'C',
        OptionKind::Put => 'P',
    };
    let (month, day) = (option.expiration.month(), option.expiration.day());
    Some(format!("{root}{year:02}{month:02}{day:02}{kind}{thousandths:08.0}"))
}

/// Returns the text in upper case with plain dashes and single spaces, or `None` if it is too long.
fn normalized(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let text = text.replace(['\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}'], "-").replace('\u{2019}', "'");
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ").to_uppercase())
}

#[cfg(test)]
mod tests;
