//! Tests that changes of the person are applied.

use std::collections::BTreeMap;

use super::*;
use crate::reading::{EntryPriceAssumption, RowEdit};

fn changed(mut positions: Vec<DraftPosition>, reading: &Reading) -> Vec<DraftPosition> {
    apply_changes(&mut positions, reading);
    positions
}

fn edit(row: u64, edit: RowEdit) -> Reading {
    Reading { edits: BTreeMap::from([(row, edit)]), ..Reading::default() }
}

#[test]
fn removes_left_out_lines() {
    let reading = Reading { left_out: [2].into(), ..Reading::default() };
    assert_eq!(changed(vec![share(2, "KO"), share(3, "PG")], &reading), [share(3, "PG")]);
}

#[test]
fn replaces_symbols_by_text() {
    let symbols = BTreeMap::from([("FB".to_owned(), " meta ".to_owned())]);
    let reading = Reading { symbols, ..Reading::default() };
    assert_eq!(changed(vec![share(2, "FB"), share(3, "PG")], &reading), [share(2, "META"), share(3, "PG")]);
}

#[test]
fn applies_every_edit_of_a_row() {
    let typed = RowEdit {
        symbol: Some("pg".to_owned()),
        quantity: Some(4.0),
        entry_price: Some(8.0),
        entry_date: Some(day("2022-04-01")),
        exit_price: Some(9.0),
    };
    let sold = DraftPosition { exit_date: Some(day("2022-06-01")), exit_price: Some(5.0), ..share(2, "KO") };
    let expected = DraftPosition {
        quantity: 4.0,
        entry_price: Some(8.0),
        entry_date: Some(day("2022-04-01")),
        exit_price: Some(9.0),
        symbol: Some("PG".to_owned()),
        ..sold.clone()
    };
    assert_eq!(changed(vec![sold], &edit(2, typed)), [expected]);
}

#[test]
fn takes_typed_price_for_dollars() {
    let foreign = DraftPosition { price_currency: Some("EUR".to_owned()), ..share(2, "SAP") };
    let typed = RowEdit { entry_price: Some(60.0), ..RowEdit::default() };
    let position = changed(vec![foreign.clone()], &edit(2, typed.clone())).remove(0);
    assert_eq!((position.entry_price, position.price_currency), (Some(60.0), None));
    let sold = DraftPosition { exit_date: Some(day("2022-06-01")), exit_price: Some(5.0), ..foreign };
    let position = changed(vec![sold.clone()], &edit(2, typed.clone())).remove(0);
    assert_eq!(position.price_currency.as_deref(), Some("EUR"));
    let both = RowEdit { exit_price: Some(70.0), ..typed };
    let position = changed(vec![sold], &edit(2, both)).remove(0);
    assert_eq!((position.exit_price, position.price_currency), (Some(70.0), None));
}

#[test]
fn takes_typed_exit_beside_market_price() {
    let foreign = DraftPosition { price_currency: Some("EUR".to_owned()), ..share(2, "SAP") };
    let sold = DraftPosition { exit_date: Some(day("2022-06-01")), exit_price: Some(5.0), ..foreign };
    let mut reading = edit(2, RowEdit { exit_price: Some(70.0), ..RowEdit::default() });
    assert_eq!(changed(vec![sold.clone()], &reading), vec![sold.clone()], "the entry is still in euros");
    reading.assumptions.entry_price = Some(EntryPriceAssumption::Market);
    let position = changed(vec![sold], &reading).remove(0);
    assert_eq!((position.entry_price, position.exit_price, position.price_currency), (None, Some(70.0), None));
}

#[test]
fn keeps_quantities_of_several_parts() {
    let parts = vec![share(2, "KO"), share(2, "KO")];
    let typed = RowEdit { quantity: Some(4.0), ..RowEdit::default() };
    assert_eq!(changed(parts.clone(), &edit(2, typed)), parts);
}

#[test]
fn converts_quantity_and_price_by_split_factor() {
    let reading = Reading { split_factors: BTreeMap::from([(2, 4.0)]), ..Reading::default() };
    let expected = DraftPosition { quantity: 40.0, entry_price: Some(12.5), ..share(2, "KO") };
    assert_eq!(changed(vec![share(2, "KO")], &reading), [expected]);
    for factor in [0.0, -2.0, f64::INFINITY] {
        let reading = Reading { split_factors: BTreeMap::from([(2, factor)]), ..Reading::default() };
        assert_eq!(changed(vec![share(2, "KO")], &reading), [share(2, "KO")]);
    }
}
