use super::*;

#[test]
fn serializes_codes_as_documented() {
    use ProblemCode as C;
    let names = [
        (C::MissingColumn, "missing_column"),
        (C::EmptyFile, "empty_file"),
        (C::NotUtf8, "not_utf8"),
        (C::MalformedCsv, "malformed_csv"),
        (C::TooManyRows, "too_many_rows"),
        (C::Required, "required"),
        (C::NotANumber, "not_a_number"),
        (C::ZeroQuantity, "zero_quantity"),
        (C::TooManyDecimals, "too_many_decimals"),
        (C::NotPositive, "not_positive"),
        (C::InvalidDate, "invalid_date"),
        (C::FutureDate, "future_date"),
        (C::ExitBeforeEntry, "exit_before_entry"),
        (C::InvalidSymbol, "invalid_symbol"),
        (C::InvalidClass, "invalid_class"),
        (C::InvalidOption, "invalid_option"),
        (C::DuplicatePosition, "duplicate_position"),
        (C::AfterLastPrice, "after_last_price"),
        (C::InvalidName, "invalid_name"),
    ];
    for (code, name) in names {
        assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{name}\""));
    }
}

fn wrong_date(row: u64) -> Problem {
    Fault::new(ProblemCode::InvalidDate, "It is not a date.").at(row, "Entry Date")
}

#[test]
fn lists_a_hundred_and_describes_the_rest() {
    let mut problems = Problems::default();
    (1..=100).for_each(|row| problems.push(wrong_date(row)));
    assert_eq!((problems.listed().len(), problems.rest()), (MAX_LISTED, None));
    problems.push(Problem::in_file(ProblemCode::Required, "A value is missing."));
    assert_eq!(problems.rest().as_deref(), Some("1 more: 1 missing value"));
    (101..=2_000).for_each(|row| problems.push(wrong_date(row)));
    assert_eq!((problems.listed().len(), problems.total()), (MAX_LISTED, 2_001));
    let rest = "1,901 more: 1,900 dates that cannot be read, 1 missing value";
    assert_eq!(problems.rest().as_deref(), Some(rest));
}

#[test]
fn appends_problems_up_to_the_limit() {
    let mut problems = Problems::from(Problem::in_field("portfolio_name", ProblemCode::Required, "No name."));
    let mut others = Problems::default();
    (1..=150).for_each(|row| others.push(wrong_date(row)));
    problems.append(others);
    assert_eq!((problems.listed().len(), problems.total()), (MAX_LISTED, 151));
    assert_eq!(problems.rest().as_deref(), Some("51 more: 51 dates that cannot be read"));
    assert_eq!(problems.counts()[&ProblemCode::InvalidDate], 150);
}

#[test]
fn serializes_problem_with_four_fields() {
    let problem = Problem::in_file(ProblemCode::EmptyFile, "The file is empty.");
    assert_eq!(
        serde_json::to_string(&problem).unwrap(),
        r#"{"row":null,"column":null,"code":"empty_file","message":"The file is empty."}"#
    );
}
