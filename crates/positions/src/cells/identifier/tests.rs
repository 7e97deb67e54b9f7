use proptest::prelude::*;

use super::known::{KNOWN, cusip};
use super::*;

#[test]
fn checks_digits_of_identifiers() {
    for (text, kind) in [
        ("US0378331005", Identifier::Isin),
        ("us0378331005", Identifier::Isin),
        ("DE0007164600", Identifier::Isin),
        ("IE00BQPVQZ61", Identifier::Isin),
        (" 037833100 ", Identifier::Cusip),
        ("30231G102", Identifier::Cusip),
        ("2046251", Identifier::Sedol),
        ("BL59CR9", Identifier::Sedol),
    ] {
        assert_eq!(identifier(text), Some(kind), "{text}");
    }
}

#[test]
fn refuses_wrong_check_digits_and_words() {
    for text in [
        "",
        "GOOGL",
        "AAPL",
        "US0378331006",
        "037833101",
        "2046252",
        "ABCDEFG",
        "BCDFGH0",
        "MICROSOFT",
        "12345678",
        "380259150005",
        "PORTFOLIO",
        "É46251",
        "AAPL230120C00150000",
        "0000000",
        "000000000",
    ] {
        assert_eq!(identifier(text), None, "{text}");
    }
}

#[test]
fn knows_identifiers_of_sample_symbols() {
    for (symbol, isin, sedol) in KNOWN {
        assert_eq!((identifier(isin), known_symbol(isin)), (Some(Identifier::Isin), Some(symbol)), "{isin}");
        if let Some(cusip) = cusip(isin) {
            assert_eq!((identifier(cusip), known_symbol(cusip)), (Some(Identifier::Cusip), Some(symbol)), "{cusip}");
        }
        if !sedol.is_empty() {
            assert_eq!((identifier(sedol), known_symbol(sedol)), (Some(Identifier::Sedol), Some(symbol)), "{sedol}");
        }
    }
    for text in ["", "AAPL", "US0378331006", "US88160R1014"] {
        assert_eq!(known_symbol(text), None, "{text}");
    }
}

#[test]
fn knows_every_symbol_of_the_sample() {
    let symbols = crate::sample_csv().lines().filter(|line| !line.starts_with('#')).skip(1);
    for symbol in symbols.filter_map(|line| line.split(',').next()) {
        assert!(KNOWN.iter().any(|(known, ..)| *known == symbol), "{symbol}");
    }
}

proptest! {
    #[test]
    fn detects_each_wrong_digit(entry in 0..KNOWN.len(), place in 0..12_usize, step in 1..10_u8) {
        let (_, isin, _) = KNOWN[entry];
        let mut bytes = isin.as_bytes().to_vec();
        let digits: Vec<usize> = (0..12).filter(|place| bytes[*place].is_ascii_digit()).collect();
        let place = digits[place % digits.len()];
        bytes[place] = b'0' + (bytes[place] - b'0' + step) % 10;
        prop_assert_eq!(identifier(std::str::from_utf8(&bytes).unwrap()), None);
    }

    #[test]
    fn never_panics_on_identifiers(text in "(\\PC|[A-Z0-9]){0,14}") {
        let _ = (identifier(&text), known_symbol(&text));
    }
}
