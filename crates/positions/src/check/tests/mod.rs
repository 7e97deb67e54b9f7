//! Tests of the checks over positions, without a file.

use chrono::NaiveDate;

use super::{Findings, apply_changes, check};
use crate::{
    content::{
        DraftClass, DraftOption, DraftPosition, FileContent, FileKind, FileWarning, ProblemGroup, Repair, WarningCode,
    },
    position::OptionKind,
    problem::{Problem, ProblemCode},
    reading::Reading,
    upload_rules::UploadRules,
};

mod changed;
mod finished;
mod grouped;
mod problems;
mod read_again;
mod sentences;
mod warned;

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Returns rules for prices that end on 2022-12-28. Today is 2026-01-09.
fn rules() -> UploadRules {
    UploadRules { today: day("2026-01-09"), last_price_date: Some(day("2022-12-28")) }
}

/// Returns 10 shares of a symbol that were bought at $50 on 2022-03-01.
pub(super) fn share(row: u64, symbol: &str) -> DraftPosition {
    DraftPosition {
        rows: vec![row],
        symbol: Some(symbol.to_owned()),
        isin: None,
        price_currency: None,
        quantity: 10.0,
        entry_price: Some(50.0),
        entry_date: Some(day("2022-03-01")),
        exit_date: None,
        exit_price: None,
        class: DraftClass::Public,
        option: None,
        subtype: None,
    }
}

/// Returns one call on AAPL at $150 that expires on a day.
pub(super) fn call(row: u64, expiration: &str) -> DraftPosition {
    let option = DraftOption {
        underlying: "AAPL".to_owned(),
        strike: 150.0,
        expiration: day(expiration),
        kind: OptionKind::Call,
        multiplier: 100.0,
    };
    DraftPosition {
        class: DraftClass::Options,
        option: Some(option),
        quantity: 1.0,
        ..share(row, &format!("CALL{row}"))
    }
}

/// Returns a file of lots whose reading says nothing.
pub(super) fn file(positions: Vec<DraftPosition>) -> FileContent {
    FileContent {
        kind: FileKind::Lots,
        layout: None,
        reading: Reading::default(),
        header_key: String::new(),
        first_rows: Vec::new(),
        positions,
        cash: None,
        not_positions: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Applies the reading's changes, as the reader does, and checks the file.
fn checked(mut content: FileContent) -> FileContent {
    let findings = Findings::new(&content.reading);
    apply_changes(&mut content.positions, &content.reading.clone());
    check(&mut content, findings, &rules());
    content
}

/// Checks a file again after a repair.
fn repaired(content: FileContent, repair: &Repair) -> FileContent {
    let reading = content.reading.clone().merged(repair.reading.clone());
    checked(FileContent { reading, ..content })
}

/// Returns the only problem of a file with these positions.
fn only_problem(positions: Vec<DraftPosition>) -> ProblemGroup {
    let mut problems = checked(file(positions)).problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

/// Returns the only warning of a file with these positions, which must have no problem.
fn only_warning(content: FileContent) -> FileWarning {
    let FileContent { problems, mut warnings, .. } = checked(content);
    assert_eq!(problems, []);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    warnings.remove(0)
}

/// Asserts that each of a problem's repairs leads to a file without problems.
fn assert_repairs_mend(content: &FileContent, labels: &[&str]) {
    let problems = checked(content.clone()).problems;
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    let repairs: Vec<&Repair> = problem.repair.iter().chain(&problem.other_repairs).collect();
    assert_eq!(repairs.iter().map(|repair| repair.label.as_str()).collect::<Vec<_>>(), labels);
    for repair in repairs {
        assert_eq!(repaired(content.clone(), repair).problems, [], "{}", repair.label);
    }
}

fn problem(row: u64, column: &str, code: ProblemCode) -> Problem {
    Problem { row: Some(row), column: Some(column.to_owned()), code, message: format!("Row {row} is wrong.") }
}
