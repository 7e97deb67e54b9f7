//! Tests of warnings that need the file alone.

use super::*;
use crate::{
    content::{CashFound, ForeignCash, LeftOutReason, LeftOutRows},
    reading::{CashAssumption, EntryPriceAssumption},
};

fn with_cash(cash: CashFound) -> FileContent {
    FileContent { cash: Some(cash), ..file(vec![share(2, "KO")]) }
}

#[test]
fn offers_cash_as_balance() {
    let content = with_cash(CashFound { amount: Some(15_234.18), rows: vec![4, 5], other: Vec::new() });
    let warning = only_warning(content.clone());
    assert_eq!((warning.code, warning.rows), (WarningCode::LooksLikeCash, vec![4, 5]));
    assert_eq!(warning.message, "$15,234.18 on lines 4 and 5 is cash, not shares. Use it as the cash balance?");
    let repair = warning.repair.unwrap();
    assert_eq!(repair.label, "Use $15,234.18 as the cash balance");
    assert_eq!(repair.reading.assumptions.cash, Some(CashAssumption::FromFile));
    assert_eq!(repaired(content, &repair).warnings, []);
}

#[test]
fn warns_of_foreign_cash_by_currency() {
    let other = vec![ForeignCash { currency: "EUR".to_owned(), amount: 812.1, rows: vec![9] }];
    let warning = only_warning(with_cash(CashFound { amount: None, rows: vec![9], other }));
    assert_eq!((warning.code, warning.rows), (WarningCode::ForeignCash, vec![9]));
    assert_eq!(
        warning.message,
        "EUR 812.10 on line 9 is cash in EUR. It's left out; add its value in dollars to the cash balance."
    );
}

#[test]
fn reads_share_classes_as_one() {
    let warning = only_warning(file(vec![
        share(2, "BRK.B"),
        DraftPosition { quantity: 5.0, entry_date: Some(day("2022-04-01")), ..share(3, "BRK-B") },
    ]));
    assert_eq!((warning.code, warning.rows), (WarningCode::ShareClass, vec![3]));
    assert_eq!(warning.message, "BRK-B and BRK.B are one share, read as BRK.B.");
    let content = checked(file(vec![share(3, "BRK-B"), share(4, "BF-B")]));
    let symbols: Vec<_> = content.positions.iter().filter_map(|position| position.symbol.as_deref()).collect();
    assert_eq!(symbols, ["BRK.B", "BF.B"]);
    assert_eq!(content.warnings[0].message, "Share classes are read with a point: BRK-B as BRK.B and BF-B as BF.B.");
}

#[test]
fn reads_underlying_in_usual_spelling() {
    let mut position = call(2, "2023-01-20");
    position.option.as_mut().unwrap().underlying = "BRK-B".to_owned();
    let content = checked(file(vec![position]));
    let underlying = content.positions[0].option.as_ref().map(|option| option.underlying.as_str());
    assert_eq!((underlying, content.warnings[0].code), (Some("BRK.B"), WarningCode::ShareClass));
}

#[test]
fn finds_duplicate_behind_another_spelling() {
    let content = checked(file(vec![share(2, "BRK.B"), share(3, "BRK-B")]));
    assert_eq!(content.problems[0].code, ProblemCode::DuplicatePosition);
}

#[test]
fn keeps_spelling_that_person_chose() {
    let mut content = file(vec![share(2, "ABC-X")]);
    content.reading.symbols.insert("ABC-X".to_owned(), "ABC-X".to_owned());
    let content = checked(content);
    assert_eq!((content.warnings.len(), content.positions[0].symbol.as_deref()), (0, Some("ABC-X")));
}

#[test]
fn offers_new_symbol_of_renamed_company() {
    let content = file(vec![share(2, "FB")]);
    let warning = only_warning(content.clone());
    assert_eq!((warning.code, warning.rows), (WarningCode::Renamed, vec![2]));
    assert_eq!(warning.message, "FB (Meta Platforms) has traded as META since 2022.");
    let content = repaired(content, &warning.repair.unwrap());
    assert_eq!((content.warnings, content.positions[0].symbol.as_deref()), (Vec::new(), Some("META")));
}

#[test]
fn warns_of_delisted_company() {
    let warning = only_warning(file(vec![share(2, "TWTR")]));
    assert_eq!(warning.message, "TWTR (Twitter) hasn't traded since 2022. If it was sold, add its exit.");
    assert_eq!(warning.repair, None);
}

#[test]
fn reads_option_in_place_of_symbol() {
    let mut content = checked(file(vec![share(2, "AAPL230120C00150000")]));
    assert_eq!(content.problems, []);
    let warning = content.warnings.remove(0);
    assert_eq!((warning.code, warning.rows), (WarningCode::LooksLikeOption, vec![2]));
    assert_eq!(
        warning.message,
        "AAPL230120C00150000 (a call on AAPL at $150.00) is an option. It's read as one, with contracts of 100 shares."
    );
    let position = content.positions.remove(0);
    assert_eq!(position.class, DraftClass::Options);
    assert_eq!(position.option, call(2, "2023-01-20").option);
    assert_eq!(position.symbol.as_deref(), Some("AAPL230120C00150000"));
}

#[test]
fn asks_for_symbol_of_sedol_or_keeps_it() {
    let content = file(vec![share(2, "0263494"), share(3, "KO")]);
    let problem = only_problem(content.positions.clone());
    assert_eq!(problem.code, ProblemCode::SymbolUnknown);
    assert_eq!(problem.examples[0].message, "“0263494” looks like a SEDOL. Enter the symbol that it trades under.");
    assert_repairs_mend(&content, &["Leave out this row", "Keep it as a symbol"]);
}

#[test]
fn moves_unknown_isin_out_of_symbol() {
    let content = checked(file(vec![share(2, "DE0007164600")]));
    assert_eq!(content.problems[0].code, ProblemCode::SymbolUnknown);
    let position = &content.positions[0];
    assert_eq!((position.symbol.as_deref(), position.isin.as_deref()), (None, Some("DE0007164600")));
}

#[test]
fn names_symbols_found_by_isin() {
    let position = DraftPosition { isin: Some("US0378331005".to_owned()), ..share(2, "AAPL") };
    let warning = only_warning(file(vec![position]));
    assert_eq!(warning.code, WarningCode::LooksLikeIsin);
    assert_eq!(warning.message, "Symbols were found by ISIN: US0378331005 as AAPL. Check them.");
}

#[test]
fn warns_of_option_that_expired_open() {
    let warning = only_warning(file(vec![call(2, "2022-09-16"), call(3, "2022-12-28")]));
    assert_eq!((warning.code, warning.rows), (WarningCode::ExpiredOption, vec![2]));
    assert_eq!(warning.message, "CALL2 (line 2) expired without an exit. It's settled at its value that day.");
}

#[test]
fn warns_of_unusual_multiplier() {
    let mut position = call(2, "2023-01-20");
    position.option.as_mut().unwrap().multiplier = 10.0;
    let warning = only_warning(file(vec![position]));
    assert_eq!(warning.code, WarningCode::UnusualMultiplier);
    assert_eq!(warning.message, "A contract of CALL2 (line 2) is for 10 shares, not 100. Check it.");
}

#[test]
fn warns_of_free_shares_once_answered() {
    let mut content = file(vec![DraftPosition { entry_price: Some(0.0), ..share(2, "KO") }]);
    content.reading.assumptions.entry_price = Some(EntryPriceAssumption::Market);
    let warning = only_warning(content);
    assert_eq!(warning.code, WarningCode::Free);
    assert_eq!(warning.message, "KO (line 2) cost $0. It enters at the market's price on the day received.");
}

#[test]
fn warns_of_rounded_quantities() {
    let position = |row, quantity| DraftPosition { quantity, ..share(row, &format!("S{row}")) };
    let content = checked(file(vec![position(2, 0.123_456_7), position(3, 0.1 + 0.2), position(4, 1.5)]));
    let quantities: Vec<f64> = content.positions.iter().map(|position| position.quantity).collect();
    assert_eq!(quantities, [0.123_457, 0.3, 1.5]);
    assert_eq!(content.warnings.len(), 1);
    assert_eq!(content.warnings[0].message, "The quantity on line 2 was rounded to six decimals.");
}

#[test]
fn names_skipped_rows_by_reason() {
    let mut content = file(vec![share(3, "KO")]);
    let skipped = |rows: &[u64], why| LeftOutRows { rows: rows.to_vec(), why };
    content.not_positions = vec![
        skipped(&[1], LeftOutReason::Title),
        skipped(&[7, 8], LeftOutReason::Footer),
        skipped(&[5], LeftOutReason::Cash),
        skipped(&[4], LeftOutReason::ByPerson),
    ];
    let warning = only_warning(content);
    assert_eq!((warning.code, warning.rows), (WarningCode::SkippedRows, vec![1, 7, 8]));
    assert_eq!(warning.message, "3 rows aren't positions: 2 footnotes, 1 title.");
}
