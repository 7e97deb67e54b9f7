//! Currencies that are part of a column's name, such as `Price (pence)` or `Value (£)`.

use crate::cells::cash::currency_code;

/// Hundredths of a pound, the unit in which London quotes prices.
const PENNY: f64 = 0.01;

/// The currency of an amount, and the factor that brings the amount to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unit {
    pub currency: &'static str,
    /// 0.01 for pence, otherwise 1.
    pub factor: f64,
}

/// Returns whether the text means pence.
pub(crate) fn is_pence(text: &str) -> bool {
    matches!(text, "GBX" | "GBp" | "gbx" | "pence" | "p" | "Pence" | "GBPence" | "GBXP")
}

/// Returns the unit that a text names as a whole: a currency or pence.
pub(crate) fn unit(text: &str) -> Option<Unit> {
    let text = text.trim();
    if is_pence(text) {
        return Some(Unit { currency: "GBP", factor: PENNY });
    }
    currency_code(text).map(|currency| Unit { currency, factor: 1.0 })
}

/// Returns the unit in the name of a column. It is in parentheses, or the last word.
pub(crate) fn unit_in_name(name: &str) -> Option<Unit> {
    let inside = name.rsplit_once(['(', '[']).map(|(_, rest)| rest.trim_end_matches([')', ']']));
    inside.and_then(unit).or_else(|| name.split_whitespace().skip(1).last().and_then(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_currency_in_names() {
        let found = |name| unit_in_name(name).map(|unit| (unit.currency, unit.factor));
        assert_eq!(found("Price (pence)"), Some(("GBP", 0.01)));
        assert_eq!(found("Unit cost (p)"), Some(("GBP", 0.01)));
        assert_eq!(found("Value (£)"), Some(("GBP", 1.0)));
        assert_eq!(found("Price Paid $"), Some(("USD", 1.0)));
        assert_eq!(found("GAV (SEK)"), Some(("SEK", 1.0)));
        assert_eq!(found("Qty (Quantity)"), None);
        assert_eq!(found("Price"), None);
    }
}
