//! Tests that valid files are accepted, and that the right positions are read from them.

use super::*;

fn only(text: &str) -> Position {
    let mut parsed = parse(text).unwrap();
    assert_eq!(parsed.positions.len(), 1);
    parsed.positions.remove(0)
}

fn share(symbol: &str, quantity: f64, entry_price: f64) -> Position {
    Position {
        symbol: symbol.to_owned(),
        quantity,
        entry_price,
        price_source: EntryPriceSource::Stated,
        entry_date: day("2020-01-02"),
        class: InvestmentClass::Public,
        subtype: None,
        exit: None,
    }
}

#[test]
fn accepts_the_four_required_columns() {
    let text = "Symbol,Quantity,Entry Price Per Share,Entry Date\naapl,-10.5,73.348,2020-01-02\n";
    assert_eq!(only(text), share("AAPL", -10.5, 73.348));
}

#[test]
fn ignores_line_ends_comments_case_and_column_order() {
    let text = "\u{feff}# from a broker, \"2020\r\n\r\n ENTRY DATE , symbol,Quantity,Entry Price Per Share\r\n\
        \r\n# a\r\n 2020-01-02 ,\" AAPL \", +10 ,\"$1,234.50\"\r\n,,,\r\n\"# b, c\",,,";
    assert_eq!(only(text), share("AAPL", 10.0, 1234.5));
    assert_eq!(only(&text.replace("\r\n", "\n")), share("AAPL", 10.0, 1234.5));
    assert_eq!(only(&text.replace("\r\n", "\r")), share("AAPL", 10.0, 1234.5));
}

#[test]
fn reads_commas_and_line_breaks_in_quotes() {
    let text = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Subtype,Notes\n\
        A,1,5,2020-01-02,\"Big, \"\"old\"\"\",\"two\nlines\"\nA,1,bad,2020-01-03,,\n";
    let problems = parse(text).unwrap_err();
    assert_eq!(problems[0].row, Some(4), "a line break inside quotes counts as a line");
    let position = only(text.trim_end().rsplit_once('\n').unwrap().0);
    assert_eq!(position.subtype.as_deref(), Some("Big, \"old\""));
}

#[test]
fn reads_classes_in_any_case() {
    let text = with_header(
        "A,1,5,2020-01-02,public,,,,,,\nB,1,5,2020-01-02,Private,,,,,,\nC,-2,5,2020-01-02,options,x,\"$1,100.00\",2020-01-02,put,2020-03-02,4",
    );
    let parsed = parse(&text).unwrap();
    assert_eq!(parsed.warnings, []);
    assert_eq!(parsed.positions[0].class, InvestmentClass::Public);
    assert_eq!(parsed.positions[1].class, InvestmentClass::Private);
    assert_eq!(
        parsed.positions[2].class,
        InvestmentClass::Options(OptionContract {
            underlying: "X".into(),
            strike: 1100.0,
            expiration: day("2020-01-02"),
            kind: OptionKind::Put,
            multiplier: SHARES_PER_CONTRACT,
        })
    );
    assert_eq!(parsed.positions[2].exit, Some(Exit { date: day("2020-03-02"), price: 4.0 }));
}

#[test]
fn keeps_lots_of_one_symbol_apart() {
    let text = with_header("A,1,5,2020-01-02,,,,,,,\nA,1,5,2020-01-03,,,,,,,");
    assert_eq!(parse(&text).unwrap().positions.len(), 2);
}

#[test]
fn accepts_last_allowed_days() {
    let text = with_header("A,1,5,2022-12-28,,,,,,2026-01-09,5");
    assert!(parse(&text).is_ok(), "an exit after the last price: open on the last date with prices");
    let live = UploadRules { last_price_date: None, ..rules() };
    let text = with_header("A,1,5,2026-01-09,,,,,,2026-01-09,5");
    assert!(parse_positions(text.as_bytes(), &live).is_ok());
}

#[test]
fn ignores_unknown_columns_with_warnings() {
    let text = "Symbol,Quantity,Entry Price Per Share,Entry Date,Broker,,,B\u{202e}x\nA,1,5,2020-01-02,x,y,,z\n";
    let parsed = parse(text).unwrap();
    let warnings: Vec<_> = parsed.warnings.iter().map(|w| (w.column.as_deref(), w.message.as_str())).collect();
    assert_eq!(
        warnings,
        [
            (Some("Broker"), "The column “Broker” is not one we know and was ignored."),
            (None, "Column 6 has no name and was ignored."),
            (Some("B\\u{202e}x"), "The column “B\\u{202e}x” is not one we know and was ignored."),
        ]
    );
}

#[test]
fn accepts_numbers_and_dates_of_spreadsheets() {
    for (row, quantity, price) in [
        ("A,$10,5,2020-01-02", 10.0, 5.0),
        ("A,(10),5,2020-01-02", -10.0, 5.0),
        ("A,10,\"71,71\",2020-01-02", 10.0, 71.71),
        ("A,10,5 USD,2020-1-2", 10.0, 5.0),
        ("A,0.1234567,5,2020-01-02T00:00:00", 0.123_457, 5.0),
        ("A,10,5,Jan 2 2020", 10.0, 5.0),
        ("A,10,5,20200102", 10.0, 5.0),
    ] {
        let text = format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{row}\n");
        assert_eq!(only(&text), share("A", quantity, price), "{row}");
    }
}

#[test]
fn ignores_option_terms_of_shares_with_warning() {
    let rows: Vec<String> = (1..=8).map(|n| format!("S{n},1,5,2020-01-02,,X,not read,,,,")).collect();
    let parsed = parse(&with_header(&rows.join("\n"))).unwrap();
    assert_eq!(parsed.positions.len(), 8);
    let messages: Vec<_> = parsed.warnings.iter().map(|w| w.message.as_str()).collect();
    assert_eq!(
        messages,
        ["Option columns were ignored in rows 2, 3, 4, 5, 6 and 3 more, where the investment class is not OPTIONS."]
    );
}

#[test]
fn accepts_ten_thousand_rows() {
    let rows: Vec<String> = (1..=MAX_ROWS).map(|n| format!("S{n},1,5,2020-01-02,,,,,,,")).collect();
    assert_eq!(parse(&with_header(&rows.join("\n"))).unwrap().positions.len(), MAX_ROWS);
}
