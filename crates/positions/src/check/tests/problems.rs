//! Tests of each rule over positions, and that its repairs mend the file.

use super::*;
use crate::{
    content::{LeftOutReason, LeftOutRows},
    reading::{ColumnReading, DateOrder, EntryDateAssumption, EntryPriceAssumption, Field},
};

/// Asserts that a position next to a good one has one problem, that its own sentence is right, and
/// that leaving it out mends the file.
fn assert_one(position: DraftPosition, code: ProblemCode, column: &str, message: &str) {
    let content = file(vec![share(7, "PG"), position]);
    let problems = checked(content.clone()).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = &problems[0];
    assert_eq!((problem.code, problem.column.as_deref()), (code, Some(column)));
    assert_eq!(problem.examples[0].message, message);
    assert_repairs_mend(&content, &["Leave out this row"]);
}

#[test]
fn accepts_plain_positions() {
    let sold = DraftPosition {
        exit_date: Some(day("2022-06-01")),
        exit_price: Some(55.0),
        quantity: -75.5,
        ..share(4, "JNJ")
    };
    let content = checked(file(vec![share(2, "AAPL"), call(3, "2023-01-20"), sold]));
    assert_eq!((content.problems, content.warnings), (Vec::new(), Vec::new()));
}

#[test]
fn rejects_entry_in_future() {
    let position = DraftPosition { entry_date: Some(day("2026-01-10")), ..share(2, "KO") };
    let message = "“2026-01-10” is in the future; enter a date up to today, 2026-01-09.";
    assert_one(position, ProblemCode::FutureDate, "Entry Date", message);
}

#[test]
fn rejects_exit_in_future() {
    let position = DraftPosition { exit_date: Some(day("2026-01-10")), exit_price: Some(5.0), ..share(2, "KO") };
    let message = "“2026-01-10” is in the future; enter a date up to today, 2026-01-09.";
    assert_one(position, ProblemCode::FutureDate, "Exit Date", message);
}

#[test]
fn rejects_entry_after_last_price() {
    let position = DraftPosition { entry_date: Some(day("2022-12-29")), ..share(2, "KO") };
    let message = "Prices end on 2022-12-28; enter a date up to then, or run the server with MARKET_DATA=tiingo.";
    assert_one(position, ProblemCode::AfterLastPrice, "Entry Date", message);
}

#[test]
fn rejects_entry_before_1900() {
    let position = DraftPosition { entry_date: Some(day("1899-12-31")), ..share(2, "KO") };
    let message = "“1899-12-31” is too early. Enter a day from 1900 on.";
    assert_one(position, ProblemCode::InvalidDate, "Entry Date", message);
}

#[test]
fn rejects_exit_before_entry() {
    let position = DraftPosition { exit_date: Some(day("2022-02-28")), exit_price: Some(5.0), ..share(2, "KO") };
    let message = "The exit date “2022-02-28” is before the entry date 2022-03-01; correct one of the two dates.";
    assert_one(position, ProblemCode::ExitBeforeEntry, "Exit Date", message);
}

#[test]
fn rejects_expiration_before_entry() {
    let message = "The option expires on “2022-02-25”, before its entry date 2022-03-01; correct one of the two dates.";
    assert_one(call(2, "2022-02-25"), ProblemCode::InvalidOption, "Expiration Date", message);
}

#[test]
fn rejects_option_without_terms() {
    let position = DraftPosition { class: DraftClass::Options, ..share(2, "KO") };
    let message = "An option needs its underlying symbol, strike price, expiration date and type.";
    assert_one(position, ProblemCode::InvalidOption, "Investment Class", message);
}

#[test]
fn rejects_zero_quantity() {
    for quantity in [0.0, -0.0, 1e-7] {
        let mut content = file(vec![share(3, "PG"), DraftPosition { quantity, ..share(2, "KO") }]);
        content.reading.assumptions.entry_price = Some(EntryPriceAssumption::FromFile);
        let problem = checked(content.clone()).problems.remove(0);
        assert_eq!((problem.code, problem.column.as_deref()), (ProblemCode::ZeroQuantity, Some("Quantity")));
        assert_repairs_mend(&content, &["Leave out this row"]);
    }
}

#[test]
fn accepts_quantities_up_to_a_trillion() {
    let position = |quantity| DraftPosition { quantity, ..share(2, "KO") };
    assert_eq!(checked(file(vec![position(-1e12)])).problems, []);
    let message = "Quantity is too large. Enter at most 1,000,000,000,000.";
    assert_one(position(-1.1e12), ProblemCode::NotANumber, "Quantity", message);
}

#[test]
fn rejects_negative_price() {
    let position = DraftPosition { entry_price: Some(-5.0), ..share(2, "KO") };
    let message = "Price must be above $0. For a short, make the quantity negative.";
    assert_one(position.clone(), ProblemCode::NotPositive, "Entry Price Per Share", message);
    // The market's price does not answer a price that is wrong.
    let mut content = file(vec![position]);
    content.reading.assumptions.entry_price = Some(EntryPriceAssumption::Market);
    assert_eq!(checked(content).problems.len(), 1);
}

#[test]
fn rejects_private_position_at_zero() {
    let position = DraftPosition { entry_price: Some(0.0), class: DraftClass::Private, ..share(2, "FUND") };
    let message = "A private position is valued at its price, which must be above $0.";
    assert_one(position, ProblemCode::NotPositive, "Entry Price Per Share", message);
}

#[test]
fn accepts_option_ending_at_zero_from_expiration() {
    let ends =
        |date: &str| DraftPosition { exit_date: Some(day(date)), exit_price: Some(0.0), ..call(2, "2022-09-16") };
    assert_eq!(checked(file(vec![ends("2022-09-16")])).problems, []);
    let message = "Before its expiration, an option's exit price must be above $0.";
    assert_one(ends("2022-09-15"), ProblemCode::NotPositive, "Exit Price Per Share", message);
}

#[test]
fn rejects_share_sold_for_nothing() {
    let position = DraftPosition { exit_date: Some(day("2022-09-16")), exit_price: Some(0.0), ..share(2, "KO") };
    assert_one(position, ProblemCode::NotPositive, "Exit Price Per Share", "Exit price must be above $0.");
}

#[test]
fn requires_date_and_price_of_exit() {
    let no_price = DraftPosition { exit_date: Some(day("2022-09-16")), ..share(2, "KO") };
    let message = "The exit has a date but no price. Enter both.";
    assert_one(no_price, ProblemCode::Required, "Exit Price Per Share", message);
    let no_date = DraftPosition { exit_price: Some(4.0), ..share(2, "KO") };
    let message = "The exit has a price but no date. Enter both.";
    assert_one(no_date, ProblemCode::Required, "Exit Date", message);
}

#[test]
fn offers_other_date_order_when_it_mends() {
    let position = |row, symbol: &str, date: &str, exit: Option<&str>| DraftPosition {
        entry_date: Some(day(date)),
        exit_date: exit.map(day),
        exit_price: exit.map(|_| 60.0),
        ..share(row, symbol)
    };
    let mut content =
        file(vec![position(2, "KO", "2022-03-01", Some("2022-02-10")), position(3, "PG", "2022-05-06", None)]);
    content.reading.date_order = Some(DateOrder::MonthDayYear);
    let repair = checked(content.clone()).problems.remove(0).repair.unwrap();
    assert_eq!(repair.label, "Read dates as day/month/year");
    assert_eq!(repair.reading.date_order, Some(DateOrder::DayMonthYear));
    content.positions.push(position(4, "GE", "2022-05-13", None));
    assert_eq!(checked(content).problems.remove(0).repair.unwrap().label, "Leave out this row");
}

#[test]
fn reports_duplicate_once_on_later_row() {
    let other_price = DraftPosition { entry_price: Some(80.0), quantity: 20.0, ..share(9, "KO") };
    let content = file(vec![share(7, "KO"), other_price]);
    let problem = only_problem(content.positions.clone());
    assert_eq!((problem.code, problem.count), (ProblemCode::DuplicatePosition, 1));
    assert_eq!(problem.examples[0].row, Some(9));
    assert_eq!(problem.examples[0].message, "Same symbol and date as line 7. Merge them, or fix the date.");
    assert_repairs_mend(&content, &["Merge the rows", "Leave out this row"]);
    let merged = repaired(content, &problem.repair.unwrap()).positions;
    assert_eq!((merged.len(), merged[0].quantity, merged[0].entry_price), (1, 30.0, Some(70.0)));
}

#[test]
fn leaves_out_copies_before_merging_them() {
    let content = file(vec![share(7, "KO"), share(9, "KO"), share(10, "KO")]);
    assert_repairs_mend(&content, &["Leave out these 2 rows", "Merge the rows"]);
    let from_broker = FileContent { layout: Some("A broker".to_owned()), ..content };
    assert_repairs_mend(&from_broker, &["Merge the rows", "Leave out these 2 rows"]);
}

#[test]
fn merges_no_short_with_a_long() {
    let short = DraftPosition { quantity: -4.0, ..share(9, "KO") };
    assert_repairs_mend(&file(vec![share(7, "KO"), short]), &["Leave out this row"]);
}

#[test]
fn accepts_parts_of_one_lot() {
    let part = |row, date: &str, price| DraftPosition {
        exit_date: Some(day(date)),
        exit_price: Some(price),
        ..share(row, "KO")
    };
    let parts =
        vec![share(2, "KO"), part(3, "2022-09-01", 60.0), part(4, "2022-09-02", 60.0), part(5, "2022-09-02", 61.0)];
    assert_eq!(checked(file(parts)).problems, []);
}

#[test]
fn accepts_two_purchases_of_one_day_in_history() {
    let history = FileContent { kind: FileKind::Transactions, ..file(vec![share(7, "KO"), share(9, "KO")]) };
    assert_eq!(checked(history).problems, []);
}

#[test]
fn asks_for_entry_date_until_it_is_assumed() {
    let content = file(vec![DraftPosition { entry_date: None, ..share(2, "KO") }]);
    let problem = only_problem(content.positions.clone());
    assert_eq!((problem.code, problem.column.as_deref()), (ProblemCode::EntryDateUnknown, Some("Entry Date")));
    assert_repairs_mend(&content, &["Take it as held throughout"]);
    let mut on_date = content.clone();
    on_date.reading.assumptions.entry_date = Some(EntryDateAssumption::On(day("2022-12-29")));
    let problem = checked(on_date).problems.remove(0);
    assert_eq!(problem.message, "Prices end on Dec 28, 2022; enter a date up to then.");
}

#[test]
fn compares_exit_with_assumed_entry_date() {
    let position =
        DraftPosition { entry_date: None, exit_date: Some(day("2020-05-04")), exit_price: Some(5.0), ..share(2, "KO") };
    let mut content = file(vec![position]);
    content.reading.assumptions.entry_date = Some(EntryDateAssumption::WholeWindow);
    assert_eq!(checked(content).problems.remove(0).code, ProblemCode::ExitBeforeEntry);
}

#[test]
fn asks_for_missing_or_zero_price() {
    for entry_price in [None, Some(0.0)] {
        let content = file(vec![DraftPosition { entry_price, ..share(2, "KO") }]);
        let problem = only_problem(content.positions.clone());
        assert_eq!(problem.code, ProblemCode::EntryPriceUnknown);
        let says = if entry_price.is_none() { "KO has no entry price." } else { "KO cost $0." };
        assert!(problem.message.starts_with(says) && problem.message.ends_with("or take the market's."));
        assert_repairs_mend(&content, &["Take the market's price"]);
    }
}

#[test]
fn asks_for_price_of_private_position_despite_market() {
    let position = DraftPosition { entry_price: None, class: DraftClass::Private, ..share(2, "FUND") };
    let mut content = file(vec![position]);
    content.reading.assumptions.entry_price = Some(EntryPriceAssumption::Market);
    let problem = checked(content).problems.remove(0);
    assert_eq!(problem.message, "Private positions have no market price. Enter their prices, or leave these rows out.");
    assert_eq!(problem.repair, None);
}

#[test]
fn asks_for_dollars_and_names_currencies() {
    let foreign = |row, currency: &str| DraftPosition {
        price_currency: Some(currency.to_owned()),
        ..share(row, &format!("S{row}"))
    };
    let content = file(vec![foreign(2, "GBP"), foreign(3, "EUR")]);
    let problem = only_problem(content.positions.clone());
    assert_eq!(problem.code, ProblemCode::ForeignCurrency);
    assert_eq!(problem.message, "Prices are in EUR and GBP. Take the market's price in dollars, or type dollars.");
    assert_repairs_mend(&content, &["Take the market's prices"]);
}

#[test]
fn asks_for_dollars_of_foreign_exit_despite_market() {
    let position = DraftPosition {
        price_currency: Some("EUR".to_owned()),
        exit_date: Some(day("2022-06-01")),
        exit_price: Some(60.0),
        ..share(2, "SAP")
    };
    let mut content = file(vec![position, share(3, "KO")]);
    content.reading.assumptions.entry_price = Some(EntryPriceAssumption::Market);
    let problem = checked(content.clone()).problems.remove(0);
    assert_eq!((problem.code, problem.column.as_deref()), (ProblemCode::ForeignCurrency, Some("Exit Price Per Share")));
    assert_eq!(problem.message, "Exit prices are in EUR. Type them in dollars, or leave these rows out.");
    assert_repairs_mend(&content, &["Leave out this row"]);
}

#[test]
fn asks_for_symbol_of_unknown_isin() {
    let position = DraftPosition { symbol: None, isin: Some("DE0007164600".to_owned()), ..share(2, "") };
    let mut content = file(vec![position, share(3, "KO")]);
    let problem = only_problem(content.positions.clone());
    assert_eq!(problem.code, ProblemCode::SymbolUnknown);
    assert_eq!(problem.examples[0].message, "“DE0007164600” is an ISIN. Enter the symbol that it trades under.");
    assert_repairs_mend(&content, &["Leave out this row"]);
    content.reading.symbols.insert("DE0007164600".to_owned(), "sap".to_owned());
    let content = checked(content);
    assert_eq!((content.problems, content.positions[0].symbol.as_deref()), (Vec::new(), Some("SAP")));
}

#[test]
fn rejects_typed_symbol_with_spaces() {
    let mut content = file(vec![share(2, "KO")]);
    content.reading.symbols.insert("KO".to_owned(), "coca cola".to_owned());
    assert_eq!(checked(content).problems[0].code, ProblemCode::InvalidSymbol);
}

#[test]
fn limits_number_of_positions() {
    let positions = |count: u64| (0..count).map(|row| share(row, &format!("S{row}"))).collect::<Vec<_>>();
    assert_eq!(checked(file(positions(10_000))).problems, []);
    assert_eq!(only_problem(positions(10_001)).code, ProblemCode::TooManyRows);
}

#[test]
fn says_what_file_has_instead_of_positions() {
    let cases = [
        (None, "The file has no positions; add a row for each below the header row."),
        (Some(LeftOutReason::ByPerson), "Every position is left out. Keep at least one."),
        (
            Some(LeftOutReason::Dividend),
            "The file has only dividends and payments. Choose one with purchases or positions.",
        ),
        (
            Some(LeftOutReason::NotHeld),
            "The file has 1 sale or split of shares it never bought. Choose a history with the purchases.",
        ),
        (Some(LeftOutReason::Cancelled), "The file has only orders that weren't executed. Choose one with positions."),
    ];
    for (why, message) in cases {
        let mut content = file(Vec::new());
        content.not_positions.extend(why.map(|why| LeftOutRows { rows: vec![2], why }));
        let problems = checked(content).problems;
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code, problems[0].message.as_str()), (ProblemCode::EmptyFile, message));
    }
}

#[test]
fn recognizes_file_of_prices() {
    let mut content = file(Vec::new());
    content.reading.columns = ["Date", "Open", "High", "Low", "Close", "Volume"]
        .map(|name| ColumnReading { index: 0, name: name.to_owned(), field: Field::Ignored, confidence: 1.0 })
        .into();
    let mut findings = Findings::default();
    findings.push(problem(2, "Symbol", ProblemCode::SymbolUnknown));
    check(&mut content, findings, &rules());
    let messages: Vec<_> = content.problems.iter().map(|group| group.message.as_str()).collect();
    assert_eq!(
        messages,
        ["This looks like a file of daily prices, not of positions. Choose a file with what you hold."]
    );
}

#[test]
fn calls_no_file_empty_whose_rows_are_wrong() {
    let mut content = file(Vec::new());
    let mut findings = Findings::default();
    findings.push(problem(2, "Date", ProblemCode::InvalidDate));
    check(&mut content, findings, &rules());
    assert_eq!(content.problems.iter().map(|group| group.code).collect::<Vec<_>>(), [ProblemCode::InvalidDate]);
}

#[test]
fn names_columns_as_the_file_does() {
    let mut content = file(vec![DraftPosition { quantity: 0.0, ..share(2, "KO") }]);
    content.reading.columns =
        vec![ColumnReading { index: 0, name: "Shares".to_owned(), field: Field::Quantity, confidence: 1.0 }];
    let problem = checked(content).problems.remove(0);
    assert_eq!(problem.column.as_deref(), Some("Shares"));
    assert_eq!(problem.message, "1 quantity in “Shares” is zero. Enter how many are held, or leave the row out.");
}
