use proptest::prelude::*;

use super::*;

fn column(cells: &[&str]) -> MarkEvidence {
    decimal_mark(cells.iter().copied())
}

fn read(text: &str, mark: DecimalMark) -> Option<(f64, usize)> {
    amount(text, mark).ok().map(|amount| (amount.value, amount.decimals))
}

#[test]
fn decides_decimal_mark_by_column() {
    use MarkEvidence::{Ambiguous, Comma, Either, Mixed, Point};
    for (cells, evidence) in [
        (&["35", "12,5000", "40", "1.150"][..], Comma),
        (&["102,557", "199,563", "27,200"], Ambiguous),
        (&["3.589,49", "2.494,54"], Comma),
        (&["120", "350.5", "1,250", "$14,682.00", "--"], Point),
        (&["1,250", "2,300"], Ambiguous),
        (&["1.150"], Ambiguous),
        (&["1,250", "1.250"], Ambiguous),
        (&["$0.12", "1,234"], Point),
        (&["0,416667", "1.000"], Comma),
        (&["0,250"], Comma),
        (&["0.250"], Point),
        (&["1234.567"], Point),
        (&["1234,567"], Comma),
        (&["1,234,567"], Point),
        (&["1.234.567"], Comma),
        (&["7,68,000"], Point),
        (&["1 234,567"], Comma),
        (&["1'234.567"], Point),
        (&["21,12%", "100"], Comma),
        (&["(6.97)"], Point),
        (&["4.600,00 ST"], Comma),
        (&["-60", "1 234", "1'234", "30S", "5"], Either),
        (&["AAPL", "20.12.2022", "21:28 Uhr", "172@2.47", "", "1e5", "DL-,00000625"], Either),
        (&["419,22", "1.83"], Mixed),
        (&[], Either),
    ] {
        assert_eq!(column(cells), evidence, "{cells:?}");
    }
}

#[test]
fn combines_evidence_of_columns() {
    use MarkEvidence::{Ambiguous, Comma, Either, Mixed, Point};
    for (one, other, both) in [
        (Ambiguous, Comma, Comma),
        (Ambiguous, Either, Ambiguous),
        (Either, Point, Point),
        (Point, Comma, Mixed),
        (Mixed, Point, Mixed),
    ] {
        assert_eq!((one.and(other), other.and(one)), (both, both));
    }
    assert_eq!((Either.mark(), Comma.mark()), (Some(DecimalMark::Point), Some(DecimalMark::Comma)));
    assert_eq!((Ambiguous.mark(), Mixed.mark()), (None, None));
}

#[test]
fn tells_mark_of_ambiguous_cells() {
    assert_eq!(written_mark(["150.125", "12"].into_iter()), Some(DecimalMark::Point));
    assert_eq!(written_mark(["1,250", "$3,400"].into_iter()), Some(DecimalMark::Comma));
    assert_eq!(written_mark(["1,250", "1.250"].into_iter()), None);
    assert_eq!(written_mark(["12"].into_iter()), None);
}

#[test]
fn reads_numbers_with_decimal_point() {
    for (text, value, decimals) in [
        ("1", 1.0, 0),
        ("+1.5", 1.5, 1),
        ("-100", -100.0, 0),
        ("007", 7.0, 0),
        (".5", 0.5, 1),
        ("5.", 5.0, 0),
        ("-0", 0.0, 0),
        ("0.1234560000", 0.123_456, 6),
        ("0.1234567", 0.123_456_7, 7),
        ("1,234.50", 1234.5, 1),
        ("1,234.", 1234.0, 0),
        ("500,135", 500_135.0, 0),
        ("1,234,567", 1_234_567.0, 0),
        ("7,68,000", 768_000.0, 0),
        ("1,23,45,678.50", 12_345_678.5, 1),
        ("$71.712", 71.712, 3),
        ("-$1,148.40", -1148.4, 1),
        ("$-5", -5.0, 0),
        ("$.35", 0.35, 2),
        ("($210.04)", -210.04, 2),
        ("(6.97)", -6.97, 2),
        ("$(6.97)", -6.97, 2),
        ("1,224.00-", -1224.0, 0),
        ("\u{2212}12.5", -12.5, 1),
        ("@130.0000000000", 130.0, 0),
        ("30S", 30.0, 0),
        ("12.5 shares", 12.5, 1),
        ("1 234.5", 1234.5, 1),
        ("1\u{a0}234\u{202f}", 1234.0, 0),
        ("1'234'567.25", 1_234_567.25, 2),
        ("1000000000000", 1e12, 0),
    ] {
        assert_eq!(read(text, DecimalMark::Point), Some((value, decimals)), "{text}");
    }
    assert!(amount("-0", DecimalMark::Point).unwrap().value.is_sign_positive());
}

#[test]
fn reads_numbers_with_decimal_comma() {
    for (text, value, decimals) in [
        ("1.150", 1150.0, 0),
        ("12,5000", 12.5, 1),
        ("27,200", 27.2, 1),
        ("3.589,49", 3589.49, 2),
        ("-104.510,00", -104_510.0, 0),
        ("4.600,00 ST", 4600.0, 0),
        (",5", 0.5, 1),
        ("1 234,50", 1234.5, 1),
        ("1.234.567", 1_234_567.0, 0),
        ("263,35%", 263.35, 2),
    ] {
        assert_eq!(read(text, DecimalMark::Comma), Some((value, decimals)), "{text}");
    }
}

#[test]
fn reads_currency_and_percent() {
    let parts = |text| amount(text, DecimalMark::Point).map(|amount| (amount.currency, amount.is_percent));
    for (text, currency, is_percent) in [
        ("$1.00", Some("USD"), false),
        ("USD 1.00", Some("USD"), false),
        ("US$1.00", Some("USD"), false),
        ("1.00 EUR", Some("EUR"), false),
        ("€1.00", Some("EUR"), false),
        ("-£1.00", Some("GBP"), false),
        ("512.5p", Some("GBX"), false),
        ("$1.00 USD", Some("USD"), false),
        ("-160.42%", None, true),
        ("7.8 %", None, true),
        ("(7.8%)", None, true),
        ("5", None, false),
    ] {
        assert_eq!(parts(text), Ok((currency, is_percent)), "{text}");
    }
}

#[test]
fn refuses_what_is_not_a_number() {
    for text in [
        "",
        "-",
        "+",
        ".",
        "-.",
        "$",
        "abc",
        "1e5",
        "1E+05",
        "NaN",
        "inf",
        "-Infinity",
        "0x10",
        "--1",
        "-1-",
        "-(1)",
        "(1",
        "1)",
        "((1))",
        "1_000",
        "1.2.3",
        "1.234,50",
        "12,34",
        "12,345,67",
        "0,123.5",
        ",123.0",
        "1,234,",
        "1,,234",
        "1234,567.0",
        "1 23",
        "1  234",
        "1 234,567",
        "٣",
        "1.5M",
        "2K",
        "172@2.47",
        "@@1",
        "5@",
        "$1 EUR",
        "p5",
        "Fr.5",
        "S5",
        "5%%",
        "%5",
        "1/2",
        "12/19/2022",
        "2022-12-19",
        "US0378331005",
        "21:28",
        "1000000000001",
        "1e400",
    ] {
        let fault = amount(text, DecimalMark::Point).unwrap_err();
        assert_eq!(fault.code, ProblemCode::NotANumber, "{text}");
        assert!(fault.message.starts_with(&quote(text)), "{}", fault.message);
    }
    let many = "9".repeat(5000);
    assert!(amount(&many, DecimalMark::Comma).unwrap_err().message.contains("largest"));
}

#[test]
fn names_decimal_mark_of_the_column() {
    let message = |mark| amount("abc", mark).unwrap_err().message;
    assert!(message(DecimalMark::Point).contains("point for decimals, such as 1234.50."));
    assert!(message(DecimalMark::Comma).contains("comma for decimals, such as 1234,50."));
}

#[test]
fn recognizes_absent_values() {
    for text in ["", " ", "-", "--", "—", "n/a", "NA", "#N/A", "null", "NaN", "none", "#DIV/0!"] {
        assert!(is_absent(text), "{text}");
    }
    for text in ["0", "-1", "N", "NAB", "#"] {
        assert!(!is_absent(text), "{text}");
    }
}

/// Writes `cents` hundredths in a convention: the decimal mark and the separator of thousands.
fn written(cents: i64, mark: char, separator: Option<&str>, negative: fn(&str) -> String) -> String {
    let size = cents.unsigned_abs();
    let mut whole = (size / 100).to_string();
    if let Some(separator) = separator {
        let mut end = whole.len();
        while end > 3 {
            end -= 3;
            whole.insert_str(end, separator);
        }
    }
    let text = format!("{whole}{mark}{:02}", size % 100);
    if cents < 0 { negative(&text) } else { text }
}

proptest! {
    #[test]
    fn reads_back_numbers_of_any_convention(
        cents in prop::collection::vec(-100_000_000_000_000_i64..100_000_000_000_000, 1..8),
        convention in 0..8_usize,
        negative in 0..4_usize,
        currency in 0..4_usize,
    ) {
        let (mark, separator) = [
            ('.', None),
            ('.', Some(",")),
            ('.', Some("'")),
            ('.', Some(" ")),
            (',', None),
            (',', Some(".")),
            (',', Some("\u{a0}")),
            (',', Some("'")),
        ][convention];
        let negatives: [fn(&str) -> String; 4] = [
            |text| format!("-{text}"),
            |text| format!("({text})"),
            |text| format!("{text}-"),
            |text| format!("\u{2212}{text}"),
        ];
        let column: Vec<String> = cents
            .iter()
            .map(|cents| written(*cents, mark, separator, negatives[negative]))
            .map(|text| [text.clone(), format!("${text}"), format!("{text} EUR"), format!("EUR {text}")][currency].clone())
            .collect();
        let found = decimal_mark(column.iter().map(String::as_str)).mark();
        prop_assert_eq!(found, DecimalMark::from_char(mark));
        for (text, cents) in column.iter().zip(&cents) {
            let exact: f64 = format!("{cents}e-2").parse().unwrap();
            prop_assert_eq!(read(text, found.unwrap()).map(|(value, _)| value), Some(exact), "{}", text);
        }
    }

    #[test]
    fn never_panics_on_numbers(text in "(\\PC|[0-9.,()$€%@ '+-]){0,20}") {
        let _ = (amount(&text, DecimalMark::Point), amount(&text, DecimalMark::Comma), is_absent(&text));
        let _ = (decimal_mark([text.as_str()].into_iter()), written_mark([text.as_str()].into_iter()));
    }
}
