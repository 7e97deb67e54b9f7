//! Reads symbols, without the marks and exchanges that brokers put around them.

use crate::cells::share_class::usual_spelling;
use crate::problem::{Fault, ProblemCode};
use crate::quote::quote;

/// Maximum number of characters in a symbol.
const SYMBOL_LENGTH: usize = 20;

/// Names and codes of exchanges in the United States.
const US_EXCHANGES: [&str; 22] = [
    "XNAS",
    "XNYS",
    "XASE",
    "ARCX",
    "BATS",
    "NASDAQ",
    "NYSE",
    "NYSEARCA",
    "NYSEAMERICAN",
    "NYSEMKT",
    "ARCA",
    "AMEX",
    "NASDAQGS",
    "NASDAQGM",
    "NASDAQCM",
    "NMS",
    "NDQ",
    "NSY",
    "OTC",
    "OTCMKTS",
    "US",
    "USA",
];

/// Names and codes of exchanges elsewhere.
const FOREIGN_EXCHANGES: [&str; 62] = [
    "LSE", "LON", "XLON", "XETRA", "XETR", "ETR", "FRA", "XFRA", "FWB", "TDG", "GER", "TSX", "TSE", "XTSE", "CVE",
    "TSXV", "NEO", "ASX", "XASX", "HKEX", "HKG", "XHKG", "SEHK", "TYO", "XTKS", "EPA", "PAR", "XPAR", "AMS", "XAMS",
    "EAM", "BRU", "EBR", "XBRU", "LIS", "ELI", "XLIS", "BIT", "MIL", "XMIL", "BME", "XMAD", "SIX", "SWX", "VTX",
    "XSWX", "STO", "XSTO", "OSL", "XOSL", "CPH", "XCSE", "HEL", "XHEL", "WSE", "XWAR", "NSE", "XNSE", "BSE", "XBOM",
    "SGX", "XSES",
];

/// Returns the symbol in upper case, without footnote marks, exchange or currency:
///
/// - `SPAXX**`, `$AAPL`, `AAPL (1)`
/// - `XNAS:AAPL`, `VWRA:xlon`, `Example Fund (LSE:IGUS)`, `AAPL US Equity`, `NKE/USD`
/// - `BRK/B` and `BRK B`, which become `BRK.B`. `BRK-B` is kept, because it can be a symbol.
///
/// # Errors
/// Returns a [`Fault`] if the rest is not a symbol.
pub(crate) fn clean_symbol(text: &str) -> Result<String, Fault> {
    let bare = bare_symbol(text);
    let spelled = if bare.contains(['/', ' ']) { usual_spelling(bare) } else { None };
    checked_symbol(spelled.as_deref().unwrap_or(bare), text)
}

/// Returns the exchange that a symbol is written with, if it is not in the United States. The same
/// symbol may be another company there.
pub(crate) fn foreign_exchange(text: &str) -> Option<&'static str> {
    let (exchange, _) = listing(text.trim())?;
    FOREIGN_EXCHANGES.into_iter().find(|known| known.eq_ignore_ascii_case(exchange))
}

fn bare_symbol(text: &str) -> &str {
    let text = text.trim();
    let text = listing(text).map_or(text, |(_, symbol)| symbol);
    let text = text.trim_matches(is_footnote_mark).trim();
    let text = without_note_number(text);
    let text = text.strip_prefix('$').unwrap_or(text);
    ["/USD", " US EQUITY", " US", ".US"].into_iter().find_map(|ending| without_ending(text, ending)).unwrap_or(text)
}

fn is_footnote_mark(character: char) -> bool {
    matches!(character, '*' | '†' | '‡' | '§' | '¹' | '²' | '³' | '®' | '™')
}

/// Removes the number of a footnote, such as `(1)`.
fn without_note_number(text: &str) -> &str {
    let number = text.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    match number {
        Some((symbol, number)) if number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            symbol.trim()
        }
        _ => text,
    }
}

fn without_ending<'a>(text: &'a str, ending: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(ending.len())?;
    let (symbol, rest) = text.split_at_checked(at)?;
    (rest.eq_ignore_ascii_case(ending) && !symbol.is_empty()).then_some(symbol)
}

/// Splits `XNAS:AAPL`, `AAPL:XNAS` and `Apple (XNAS:AAPL)` into exchange and symbol.
fn listing(text: &str) -> Option<(&str, &str)> {
    let inside = text.rsplit_once('(').and_then(|(_, inside)| inside.strip_suffix(')'));
    let (one, other) = inside.unwrap_or(text).split_once(':')?;
    let (one, other) = (one.trim(), other.trim());
    let is_exchange = |name: &str| {
        let is_name = |known: &str| known.eq_ignore_ascii_case(name);
        US_EXCHANGES.iter().any(|known| is_name(known)) || FOREIGN_EXCHANGES.iter().any(|known| is_name(known))
    };
    if is_exchange(one) {
        Some((one, other))
    } else if is_exchange(other) {
        Some((other, one))
    } else {
        None
    }
}

/// Checks the characters of a symbol and returns it in upper case. `text` is the cell, which the
/// message repeats.
pub(crate) fn checked_symbol(symbol: &str, text: &str) -> Result<String, Fault> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if symbol.is_empty() || symbol.len() > SYMBOL_LENGTH || !symbol.bytes().all(allowed) {
        return Err(Fault::new(
            ProblemCode::InvalidSymbol,
            format!(
                "{} is not a symbol; use 1 to {SYMBOL_LENGTH} of the characters A-Z, 0-9, “.”, “_” and “-”.",
                quote(text)
            ),
        ));
    }
    // Symbols without a letter or digit are rejected because symbols appear in URL paths, where "."
    // and ".." are dot segments rather than names.
    if !symbol.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Fault::new(
            ProblemCode::InvalidSymbol,
            format!("{} is not a symbol; enter one with at least one letter or digit.", quote(text)),
        ));
    }
    Ok(symbol.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_marks_around_symbols() {
        for (text, symbol) in [
            ("aapl", "AAPL"),
            ("SPAXX**", "SPAXX"),
            ("AAPL†", "AAPL"),
            ("AAPL (1)", "AAPL"),
            ("$AAPL", "AAPL"),
            ("XNAS:AAPL", "AAPL"),
            ("VWRA:xlon", "VWRA"),
            ("iShares Physical Gold (LSE:IGUS)", "IGUS"),
            ("AAPL US Equity", "AAPL"),
            ("AAPL.US", "AAPL"),
            ("NKE/USD ", "NKE"),
            ("BRK/B", "BRK.B"),
            ("BRK B", "BRK.B"),
            ("BRK-B", "BRK-B"),
            ("A-b_1.2", "A-B_1.2"),
            ("US", "US"),
        ] {
            assert_eq!(clean_symbol(text).as_deref(), Ok(symbol), "{text}");
        }
        assert_eq!(clean_symbol(&"a".repeat(20)), Ok("A".repeat(20)));
    }

    #[test]
    fn refuses_cells_without_symbol() {
        for text in ["", "**", "APPLE INC", "A&B", "XNAS:", "FOO:AAPL", "(LSE:)", "É", "/USD", "a,b", &"a".repeat(21)]
        {
            let fault = clean_symbol(text).unwrap_err();
            assert_eq!(fault.code, ProblemCode::InvalidSymbol, "{text}");
            assert!(fault.message.starts_with(&quote(text)), "{}", fault.message);
        }
        for text in [".", "..", "-", ".-_"] {
            assert!(clean_symbol(text).unwrap_err().message.contains("letter or digit"), "{text}");
        }
    }

    #[test]
    fn names_exchange_outside_united_states() {
        assert_eq!(foreign_exchange("iShares Physical Gold (LSE:IGUS)"), Some("LSE"));
        assert_eq!(foreign_exchange("VWRA:xlon"), Some("XLON"));
        for text in ["XNAS:AAPL", "AAPL", "", ":", "LSE", "CUR:USD"] {
            assert_eq!(foreign_exchange(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_on_symbols(text in "(\\PC|[A-Z.:/()* $-]){0,20}") {
            let _ = (clean_symbol(&text), foreign_exchange(&text), usual_spelling(&text));
        }
    }
}
