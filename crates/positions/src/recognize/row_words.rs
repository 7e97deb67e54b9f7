//! Words of rows that are not positions, in several languages.

use std::{collections::HashSet, sync::LazyLock};

use crate::columns::folded;

/// Words with which a sum begins.
#[rustfmt::skip]
const TOTALS: &[&str] = &[
    "total", "totals", "grand total", "account total", "positions total", "sub total", "subtotal", "transactions total",
    "portfolio total", "summe", "gesamt", "gesamtsumme", "totaal", "summa", "totale", "totalt", "total general", "sum", "overall",
    "gesamtwert", "depotgesamtwert", "depotwert", "total account value", "net account value", "total portfolio", "total holdings",
    "total value", "total de la cartera", "total portefeuille", "totaalwaarde", "i alt", "yhteensä", "razem", "celkem",
    "total market value", "total equities", "total stocks", "total cash", "total investments",
];

/// Words with which something unsettled begins.
const PENDING: &[&str] =
    &["pending activity", "pending", "unsettled", "unsettled activity", "unsettled cash", "pending trades"];

/// Beginnings of footnotes.
#[rustfmt::skip]
const FOOTERS: &[&str] = &[
    "date downloaded", "generated at", "***end of file***", "end of file", "disclaimer", "downloaded", "exported", "as of",
    "brokerage services", "the data and information", "report generated", "notes:", "note:", "source:",
];

/// Minimum number of words of a sentence.
const SENTENCE_WORDS: usize = 5;

static FOLDED_TOTALS: LazyLock<HashSet<String>> = LazyLock::new(|| TOTALS.iter().copied().map(folded).collect());

/// Returns whether the text names a sum.
pub(crate) fn is_total(text: &str) -> bool {
    FOLDED_TOTALS.contains(&folded(text)) || {
        let lower = text.to_lowercase();
        ["total ", "total:", "totals:", "grand total", "account total", "subtotal", "sub-total"]
            .iter()
            .any(|start| lower.starts_with(start) && text.len() <= 60 && !lower.contains("total return"))
    }
}

/// Returns whether the text names orders or transfers that are not settled.
pub(crate) fn is_pending(text: &str) -> bool {
    PENDING.iter().any(|pending| text.eq_ignore_ascii_case(pending))
}

/// Returns whether the text is a footnote, a title or another sentence.
pub(crate) fn is_footer(text: &str) -> bool {
    let lower = text.to_lowercase();
    FOOTERS.iter().any(|start| lower.starts_with(start))
        || lower.starts_with("***")
        || text.split_whitespace().count() >= SENTENCE_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_sums_from_companies() {
        for text in ["TOTAL", "Account Total", "Positions Total", "Depot-Gesamtwert", "Total:", "Sub-Total USD"] {
            assert!(is_total(text), "{text}");
        }
        for text in ["TotalEnergies SE", "TTE", "VANGUARD TOTAL STOCK MARKET", "Sumitomo", ""] {
            assert!(!is_total(text), "{text}");
        }
    }

    #[test]
    fn recognizes_footnotes_by_words() {
        assert!(is_footer("Date downloaded 12/28/2022 4:05 PM ET"));
        assert!(is_footer("***END OF FILE***"));
        assert!(is_footer("The values are displayed in USD"));
        assert!(!is_footer("AAPL"));
        assert!(!is_footer("EXXON MOBIL CORP"));
    }
}
