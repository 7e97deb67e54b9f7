//! Reads OCC symbols and the shorter forms of them.

use crate::cells::option_symbol::terms::{compact_strike, kind, six_digits, underlying};
use crate::content::DraftOption;
use crate::position::SHARES_PER_CONTRACT;
use crate::reading::DateOrder;

/// Reads a root, a date of six digits, `C` or `P`, and the strike, with spaces, dashes or an
/// underscore between root and date.
pub(super) fn option(text: &str) -> Option<DraftOption> {
    let text = text.strip_prefix("O:").unwrap_or(text).trim_start();
    let has_lead = text.starts_with(['-', '.']);
    let text = text.trim_start_matches(['-', '.', ' ']);
    let is_digit = |character: char| character.is_ascii_digit();
    let (root, terms) = text.split_at(text.find(is_digit)?);
    // TD Ameritrade writes an underscore, and the month first.
    let order = if root.ends_with('_') { DateOrder::MonthDayYear } else { DateOrder::YearMonthDay };
    let root = root.trim_end_matches([' ', '-', '_']);
    if root.contains([' ', '-', '/']) {
        return None;
    }
    let (digits, rest) = terms.split_at(terms.find(|character| !is_digit(character))?);
    let (kind_text, strike) = rest.trim_start().split_at_checked(1)?;
    let in_dollars = has_lead || order == DateOrder::MonthDayYear || strike.starts_with(' ');
    let expiration = six_digits(digits, order).filter(|_| digits.len() == 6)?;
    Some(DraftOption {
        underlying: underlying(root)?,
        strike: compact_strike(strike.trim_start(), in_dollars)?,
        expiration,
        kind: kind(kind_text)?,
        multiplier: SHARES_PER_CONTRACT,
    })
}
