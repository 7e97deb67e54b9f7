use super::*;

#[test]
fn trims_names_and_keeps_the_rest() {
    for (typed, kept) in [
        (" Growth Portfolio\t", "Growth Portfolio"),
        ("x", "x"),
        ("Père & fils <b>", "Père & fils <b>"),
        ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
    ] {
        assert_eq!(validate_name(typed).as_deref(), Ok(kept));
    }
    let longest = "é".repeat(100);
    assert_eq!(validate_name(&longest), Ok(longest));
}

#[test]
fn rejects_invalid_names() {
    let too_long = "é".repeat(101);
    for (typed, code, says) in [
        ("", ProblemCode::Required, "enter one"),
        (" \t ", ProblemCode::Required, "enter one"),
        ("\u{200b}", ProblemCode::Required, "enter one"),
        ("a\nb", ProblemCode::InvalidName, "“a\\u{a}b”"),
        ("a\0", ProblemCode::InvalidName, "type it again"),
        ("a\u{202e}b", ProblemCode::InvalidName, "“a\\u{202e}b”"),
        ("a\u{2028}b", ProblemCode::InvalidName, "“a\\u{2028}b”"),
        (&too_long, ProblemCode::InvalidName, "has 101 characters; shorten it"),
    ] {
        let problem = validate_name(typed).unwrap_err();
        assert_eq!((problem.row, problem.column.as_deref()), (None, Some("portfolio_name")));
        assert_eq!(problem.code, code, "{typed:?}");
        assert!(problem.message.contains(says), "{}", problem.message);
    }
}

#[test]
fn accepts_cash_as_people_write_it() {
    for (typed, amount) in [
        ("", 0.0),
        ("  ", 0.0),
        ("0", 0.0),
        ("250,000.00", 250_000.0),
        ("250,000", 250_000.0),
        (" $1,000,000.5 ", 1_000_000.5),
        ("-12.34", -12.34),
        ("-$12.34", -12.34),
        ("+5", 5.0),
    ] {
        assert_eq!(parse_cash(typed), Ok(amount), "{typed:?}");
    }
}

#[test]
fn rejects_invalid_cash() {
    for typed in ["abc", "NaN", "inf", "1e6", "12,5", "250.000,00", "1 000", "1e13", "9999999999999"] {
        let problem = parse_cash(typed).unwrap_err();
        assert_eq!((problem.row, problem.column.as_deref()), (None, Some("cash_balance")));
        assert_eq!(problem.code, ProblemCode::NotANumber);
        assert!(problem.message.contains(typed), "{}", problem.message);
    }
}
