//! Tests that problems of one kind become one entry.

use super::*;
use crate::{
    content::MAX_OCCURRENCES,
    reading::{ColumnReading, DateOrder, EntryDateAssumption, Field},
};

fn groups(content: &FileContent, findings: Findings) -> Vec<ProblemGroup> {
    let mut content = content.clone();
    check(&mut content, findings, &rules());
    content.problems
}

#[test]
fn groups_problems_by_code_and_column() {
    let mut findings = Findings::default();
    for (row, column) in [(2, "Date"), (3, "Sold"), (4, "Date")] {
        findings.push(problem(row, column, ProblemCode::InvalidDate));
    }
    findings.push(problem(4, "Date", ProblemCode::Required));
    let groups = groups(&file(vec![share(5, "KO")]), findings);
    let keys: Vec<_> = groups.iter().map(|group| (group.code, group.column.as_deref(), group.count)).collect();
    let (invalid, required) = (ProblemCode::InvalidDate, ProblemCode::Required);
    assert_eq!(keys, [(invalid, Some("Date"), 2), (invalid, Some("Sold"), 1), (required, Some("Date"), 1)]);
    assert_eq!(groups[0].examples[1].message, "Row 4 is wrong.");
}

#[test]
fn counts_all_and_keeps_first_thousand() {
    let mut findings = Findings::default();
    for row in 2..10_002 {
        findings.push(problem(row, "Date", ProblemCode::InvalidDate));
    }
    let groups = groups(&file(Vec::new()), findings);
    assert_eq!((groups[0].count, groups[0].examples.len()), (10_000, MAX_OCCURRENCES));
    assert_eq!(groups[0].message, "10,000 dates in “Date” can't be read. Correct them, or leave these rows out.");
}

#[test]
fn offers_to_ignore_dates_when_none_is_readable() {
    let mut content = file(Vec::new());
    let column = ColumnReading { index: 3, name: "Date".to_owned(), field: Field::EntryDate, confidence: 0.9 };
    content.reading.columns = vec![column.clone()];
    let mut findings = Findings::default();
    findings.push(problem(2, "Date", ProblemCode::InvalidDate));
    let repair = groups(&content, findings)[0].repair.clone().unwrap();
    assert_eq!(repair.label, "Ignore these dates: held throughout");
    assert_eq!(repair.reading.assumptions.entry_date, Some(EntryDateAssumption::WholeWindow));
    assert_eq!(repair.reading.columns, [ColumnReading { field: Field::Ignored, confidence: 1.0, ..column }]);
}

#[test]
fn ignores_problems_of_left_out_lines() {
    let changes = Reading { left_out: [3].into(), ..Reading::default() };
    let mut findings = Findings::new(&changes);
    findings.push(problem(3, "Date", ProblemCode::InvalidDate));
    assert!(findings.is_empty());
}

#[test]
fn shows_offered_repair_before_usual_one() {
    let mut findings = Findings::default();
    findings.push(problem(3, "Date", ProblemCode::InvalidDate));
    let offer = |label: &str| Repair { label: label.to_owned(), reading: Reading::default() };
    findings.offer(ProblemCode::InvalidDate, Some("Date"), offer("Read them so"));
    findings.offer_last(ProblemCode::InvalidDate, Some("Date"), offer("Last"));
    let group = groups(&file(vec![share(5, "KO")]), findings).remove(0);
    assert_eq!(group.repair.unwrap().label, "Read them so");
    let others: Vec<_> = group.other_repairs.into_iter().map(|repair| repair.label).collect();
    assert_eq!(others, ["Leave out this row", "Last"]);
}

#[test]
fn offers_both_readings_of_ambiguous_values() {
    let mut findings = Findings::default();
    findings.push(problem(3, "Date", ProblemCode::AmbiguousDate));
    findings.push(problem(3, "Price", ProblemCode::AmbiguousNumber));
    let groups = groups(&file(vec![share(5, "KO")]), findings);
    let readings = |group: &ProblemGroup| {
        let repairs = group.repair.iter().chain(&group.other_repairs);
        repairs.map(|repair| repair.reading.clone()).collect::<Vec<_>>()
    };
    let orders: Vec<_> = readings(&groups[0]).into_iter().map(|reading| reading.date_order).collect();
    assert_eq!(orders, [Some(DateOrder::MonthDayYear), Some(DateOrder::DayMonthYear)]);
    let marks: Vec<_> = readings(&groups[1]).into_iter().map(|reading| reading.decimal).collect();
    assert_eq!(marks, [Some('.'), Some(',')]);
}

#[test]
fn omits_leaving_out_every_position() {
    let position = DraftPosition { quantity: 0.0, ..share(2, "KO") };
    assert_eq!(only_problem(vec![position.clone()]).repair, None);
    let repair = only_problem(vec![position, share(3, "PG")]).repair.unwrap();
    assert_eq!(repair.reading.left_out, [2].into());
}
