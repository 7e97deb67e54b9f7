use super::*;

#[test]
fn accepts_plain_and_grouped_numbers() {
    for (text, counts, value, decimals) in [
        ("1", Counts::Shares, 1.0, 0),
        ("+1.5", Counts::Shares, 1.5, 1),
        ("-100", Counts::Shares, -100.0, 0),
        ("007", Counts::Shares, 7.0, 0),
        (".5", Counts::Shares, 0.5, 1),
        ("5.", Counts::Shares, 5.0, 0),
        ("-0", Counts::Shares, 0.0, 0),
        ("0.1234560000", Counts::Shares, 0.123_456, 6),
        ("0.1234567", Counts::Shares, 0.123_456_7, 7),
        ("1,234.50", Counts::Shares, 1234.5, 1),
        ("1,234.", Counts::Shares, 1234.0, 0),
        ("1,234,567", Counts::Shares, 1_234_567.0, 0),
        ("$71.712", Counts::Price, 71.712, 3),
        ("-$5", Counts::Price, -5.0, 0),
        ("$1,234.50", Counts::Price, 1234.5, 1),
        ("250,000", Counts::Cash, 250_000.0, 0),
        ("1000000000000", Counts::Cash, 1e12, 0),
    ] {
        assert_eq!(decimal(text, counts), Ok(Decimal { value, decimals }), "{text}");
    }
    assert!(decimal("-0", Counts::Cash).unwrap().value.is_sign_positive());
}

#[test]
fn rejects_ambiguous_and_malformed_numbers() {
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
        "1,234",
        "12.5%",
        "(100)",
        "٣",
        "1.5\u{a0}",
        "$1",
        "€1",
        "1000000000001",
        "1e400",
    ] {
        let fault = decimal(text, Counts::Shares).unwrap_err();
        assert_eq!(fault.code, ProblemCode::NotANumber, "{text}");
        assert!(fault.message.starts_with(&quote(text)), "{}", fault.message);
    }
    let many = "9".repeat(5000);
    assert!(decimal(&many, Counts::Price).unwrap_err().message.contains("largest"));
}

#[test]
fn explains_ambiguous_comma() {
    let message = decimal("1,234", Counts::Price).unwrap_err().message;
    assert_eq!(message, "“1,234” could mean 1234 or 1.234; write it without the comma.");
}
