use super::*;
use crate::{problem::ProblemCode, quote::quote};

#[test]
fn accepts_plain_and_grouped_amounts() {
    for (text, value) in [
        ("1", 1.0),
        ("+1.5", 1.5),
        ("-100", -100.0),
        ("007", 7.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-0", 0.0),
        ("1,234.50", 1234.5),
        ("1,234", 1234.0),
        ("1,234,567", 1_234_567.0),
        ("$71.71", 71.71),
        ("-$1,234.50", -1234.5),
        ("1000000000000", 1e12),
    ] {
        assert_eq!(dollars(text), Ok(value), "{text}");
    }
    assert!(dollars("-0").unwrap().is_sign_positive());
}

#[test]
fn rejects_malformed_amounts() {
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
        "1-",
        "1 000",
        "1_000",
        "1.2.3",
        "1.234,50",
        "12,34",
        "1,23,456",
        "0,123.5",
        ",123.0",
        "1,234,",
        "1,,234",
        "1234,567.0",
        "12.5%",
        "(100)",
        "٣",
        "1.5\u{a0}",
        "€1",
        "1000000000001",
        "1e400",
    ] {
        let fault = dollars(text).unwrap_err();
        assert_eq!(fault.code, ProblemCode::NotANumber, "{text}");
        assert!(fault.message.starts_with(&quote(text)), "{}", fault.message);
    }
    let many = "9".repeat(5000);
    assert!(dollars(&many).unwrap_err().message.contains("largest"));
}
