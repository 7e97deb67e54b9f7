use std::collections::{BTreeMap, BTreeSet};

use positions::{FileKind, FileWarning, Repair, WarningCode};

use super::*;
use crate::server::previews::repair_id;

fn content() -> FileContent {
    let column = |index, name: &str, field| ColumnReading { index, name: name.to_owned(), field, confidence: 0.5 };
    FileContent {
        kind: FileKind::Lots,
        layout: None,
        reading: Reading {
            delimiter: Some(','),
            decimal: Some('.'),
            header_row: Some(1),
            columns: vec![column(0, "Ticker", Field::Symbol), column(1, "Paid", Field::Ignored)],
            ..Reading::default()
        },
        header_key: "ticker\tpaid".to_owned(),
        first_rows: Vec::new(),
        positions: Vec::new(),
        cash: None,
        not_positions: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    }
}

fn applied(fields: &[(&str, &str)], before: Reading) -> AppliedForm {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let entries = PreviewEntries { changes: before, ..PreviewEntries::default() };
    CheckForm::new(fields).apply(&entries, &content())
}

fn changes(fields: &[(&str, &str)]) -> Reading {
    applied(fields, Reading::default()).entries.changes
}

#[test]
fn ignores_fields_the_person_left_alone() {
    let unchanged = [
        ("column_0", "symbol"),
        ("column_1", "ignored"),
        ("column_7", "quantity"),
        ("delimiter", ","),
        ("decimal", "."),
        ("header_row", "1"),
        ("entry_date", ""),
        ("edit_2_quantity", " "),
        ("symbol_US0378331005", ""),
        ("repair", "0000000000000000"),
    ];
    assert_eq!(changes(&unchanged), Reading::default());
}

#[test]
fn turns_changed_column_into_decision() {
    let changed = changes(&[("column_1", "entry_price")]);
    let column = ColumnReading { index: 1, name: "Paid".to_owned(), field: Field::EntryPrice, confidence: 1.0 };
    assert_eq!(changed.columns, [column]);
    let undone = applied(&[("column_1", "")], changed).entries.changes;
    assert_eq!(undone, Reading::default());
}

#[test]
fn drops_columns_when_the_table_changes() {
    let before = changes(&[("column_1", "entry_price")]);
    let after = applied(&[("header_row", "3"), ("column_1", "quantity")], before).entries.changes;
    assert_eq!((after.header_row, after.columns), (Some(3), Vec::new()));
}

#[test]
fn reads_assumptions_and_typed_values() {
    let changed = changes(&[
        ("entry_date", "date"),
        ("entry_date_on", "2022-03-15"),
        ("entry_price", "market"),
        ("cash", "from_file"),
        ("date_order", "day_month_year"),
        ("symbol_US0378331005", "AAPL"),
        ("edit_4_quantity", "1,250.5"),
        ("edit_5_exit_price", "311.20"),
        ("leave_out_9", "on"),
    ]);
    let date = NaiveDate::from_ymd_opt(2022, 3, 15).unwrap();
    assert_eq!(changed.assumptions.entry_date, Some(EntryDateAssumption::On(date)));
    assert_eq!(changed.assumptions.entry_price, Some(EntryPriceAssumption::Market));
    assert_eq!(changed.assumptions.cash, Some(CashAssumption::FromFile));
    assert_eq!(changed.symbols, BTreeMap::from([("US0378331005".to_owned(), "AAPL".to_owned())]));
    assert_eq!(changed.edits[&4].quantity, Some(1_250.5));
    assert_eq!(changed.edits[&5].exit_price, Some(311.2));
    assert_eq!(changed.left_out, BTreeSet::from([9]));
    let back = applied(&[("put_back_9", "on")], changed).entries.changes;
    assert_eq!(back.left_out, BTreeSet::new());
}

#[test]
fn reports_typed_values_it_cannot_read() {
    let applied = applied(
        &[("entry_date", "date"), ("entry_date_on", "soon"), ("edit_4_entry_price", "12,5")],
        Reading::default(),
    );
    let fields: Vec<_> = applied.problems.iter().map(|problem| problem.column.as_deref()).collect();
    assert_eq!(fields, [Some("entry_date_on"), Some("edit_4_entry_price")]);
    assert_eq!(applied.entries.changes, Reading::default());
}

#[test]
fn applies_only_offered_repairs() {
    let reading = Reading { split_factors: BTreeMap::from([(3, 4.0)]), ..Reading::default() };
    let repair = Repair { label: "Use 100 shares".to_owned(), reading: reading.clone() };
    let mut content = content();
    content.warnings.push(FileWarning {
        code: WarningCode::SplitSuspected,
        rows: vec![3],
        column: None,
        message: String::new(),
        repair: Some(repair.clone()),
    });
    let form = CheckForm::new(vec![("repair".to_owned(), repair_id(&repair))]);
    assert_eq!(form.apply(&PreviewEntries::default(), &content).entries.changes, reading);
    content.warnings.clear();
    assert_eq!(form.apply(&PreviewEntries::default(), &content).entries.changes, Reading::default());
}
