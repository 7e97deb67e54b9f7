//! Tests of files with a single fault. The numbers are those of the list of known faults.

use super::cases::case;
use super::layouts::{content, content_with, positions};
use super::*;

fn codes_of(content: &FileContent) -> Vec<(C, usize)> {
    content.problems.iter().map(|problem| (problem.code, problem.count)).collect()
}

fn warnings_of(content: &FileContent) -> Vec<WarningCode> {
    content.warnings.iter().map(|warning| warning.code).collect()
}

fn left_out_of(content: &FileContent) -> Vec<(LeftOutReason, Vec<u64>)> {
    content.not_positions.iter().map(|group| (group.why, group.rows.clone())).collect()
}

#[test]
fn fault_1_keeps_parts_of_one_lot() {
    let content = case("fault-01-partial-sale.csv");
    assert_eq!(content.positions.len(), 5);
    assert_eq!(codes_of(&content), []);
    let twice = "Symbol,Quantity,Entry Price Per Share,Entry Date\nKO,1,59.28,2022-03-01\nKO,1,59.28,2022-03-01\n";
    assert_eq!(codes_of(&super::layouts::content(twice)), [(C::DuplicatePosition, 1)]);
}

#[test]
fn fault_2_skips_title_above_header() {
    let content = case("fault-02-preamble.csv");
    assert_eq!(content.positions.len(), 3);
    assert_eq!(codes_of(&content), []);
    assert_eq!(content.reading.header_row, Some(3));
    assert_eq!(left_out_of(&content), [(LeftOutReason::Title, vec![1])]);
}

#[test]
fn fault_3_reads_dates_by_column() {
    let content = case("fault-03-dates-after-excel.csv");
    assert_eq!(content.positions.len(), 40);
    assert_eq!(codes_of(&content), []);
    assert_eq!(content.reading.date_order, Some(DateOrder::MonthDayYear));
    assert_eq!(content.positions[0].entry_date, Some(day("2022-01-03")));
}

#[test]
fn fault_3_repairs_ten_thousand_dates_at_once() {
    let rows: Vec<String> = (1..=MAX_ROWS).map(|n| format!("S{n},1,5,1/{}/2022", n % 12 + 1)).collect();
    let text = format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{}\n", rows.join("\n"));
    let asked = content(&text);
    // 1/1/2022 is one day in either order.
    assert_eq!(codes_of(&asked), [(C::AmbiguousDate, MAX_ROWS - MAX_ROWS / 12)]);
    assert_eq!(asked.problems[0].examples.len(), MAX_OCCURRENCES);
    let repair = asked.problems[0].repair.clone().unwrap();
    let repaired = content_with(&text, &repair.reading);
    assert_eq!(codes_of(&repaired), []);
    assert_eq!(repaired.positions.len(), MAX_ROWS);
}

#[test]
fn fault_4_leaves_out_totals_and_footer() {
    let content = case("fault-04-totals-and-footer.csv");
    assert_eq!(content.positions.len(), 2);
    assert_eq!(codes_of(&content), []);
    assert_eq!(
        left_out_of(&content),
        [
            (LeftOutReason::Cash, vec![4]),
            (LeftOutReason::Total, vec![6]),
            (LeftOutReason::Footer, vec![8, 10]),
            (LeftOutReason::Pending, vec![5]),
        ]
    );
    assert_eq!(content.cash.unwrap().amount, Some(5234.18));
}

#[test]
fn fault_5_offers_cash_rows_as_cash() {
    let content = case("fault-05-cash-rows.csv");
    assert_eq!(content.positions.len(), 2);
    assert_eq!(content.cash.as_ref().unwrap().amount, Some(15_234.18));
    assert_eq!(warnings_of(&content), [WarningCode::LooksLikeCash]);
}

#[test]
fn fault_7_ignores_commas_behind_rows() {
    let content = case("fault-07a-comma-behind-every-row.csv");
    assert_eq!((content.positions.len(), codes_of(&content), warnings_of(&content)), (3, vec![], vec![]));
    let header_alone = "Symbol,Quantity,Entry Price Per Share,Entry Date,\nKO,200,59.28,2022-03-01\n";
    let content = super::layouts::content(header_alone);
    assert_eq!((content.positions.len(), codes_of(&content), warnings_of(&content)), (1, vec![], vec![]));
}

#[test]
fn fault_8_closes_worthless_option_at_zero() {
    let content = case("fault-08-worthless-and-free.csv");
    assert_eq!(content.positions.len(), 3);
    assert_eq!(content.positions[0].exit_price, Some(0.0));
    assert_eq!(codes_of(&content), [(C::EntryPriceUnknown, 1)]);
    let repair = content.problems[0].repair.clone().unwrap();
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/cases/fault-08-worthless-and-free.csv")).unwrap();
    let repaired = read_file(&bytes, &repair.reading, &rules()).unwrap();
    let finished = repaired.finished_positions(&rules()).unwrap();
    assert_eq!(finished[1].price_source, EntryPriceSource::EntryClose);
}

#[test]
fn fault_9_reads_options_in_symbol_column() {
    let content = case("fault-09b-option-as-a-share.csv");
    let symbols: Vec<_> = content.positions.iter().filter_map(|position| position.symbol.as_deref()).collect();
    assert_eq!(symbols, ["AAPL", "AAPL230120P00130000", "MSFT230120C00250000"]);
    let option = content.positions[1].option.as_ref().unwrap();
    assert_eq!((option.underlying.as_str(), option.strike, option.multiplier), ("AAPL", 130.0, 100.0));
    assert_eq!(warnings_of(&content), [WarningCode::LooksLikeOption]);
    for symbol in ["AAPL  230120C00150000", "AAPL Jan 20 2023 150 Call", "-AAPL230120C150"] {
        let text = format!("Symbol,Quantity,Entry Price Per Share,Entry Date\n{symbol},2,6.1,2022-10-03\n");
        assert_eq!(positions(&text), ["AAPL230120C00150000 2 @ 6.1 on 2022-10-03"], "{symbol}");
    }
}

#[test]
fn fault_11_reads_share_classes_as_one() {
    let content = case("fault-11-share-classes.csv");
    let symbols: Vec<_> = content.positions.iter().filter_map(|position| position.symbol.as_deref()).collect();
    assert_eq!(symbols, ["BRK.B", "BRK.B", "BF.B", "AAPL"]);
    assert_eq!(warnings_of(&content), [WarningCode::ShareClass]);
}

#[test]
fn fault_16_names_what_is_no_table() {
    for bytes in [&b"%PDF-1.7\n1 0 obj\n"[..], b"<!DOCTYPE html><html><body>Sign in</body></html>"] {
        let problem = read_file(bytes, &Reading::default(), &rules()).unwrap_err();
        assert_eq!(problem.code, C::UnreadableFile, "{}", problem.message);
    }
}

#[test]
fn fault_17_reads_identifiers_as_symbols() {
    let known = "Symbol,Quantity,Entry Price Per Share,Entry Date\nUS0378331005,10,161.99,2022-03-01\n";
    let content = super::layouts::content(known);
    assert_eq!(content.positions[0].symbol.as_deref(), Some("AAPL"));
    assert_eq!(content.positions[0].isin.as_deref(), Some("US0378331005"));
    assert_eq!(warnings_of(&content), [WarningCode::LooksLikeIsin]);
    let unknown = "Symbol,Quantity,Entry Price Per Share,Entry Date\nDE0007164600,10,100,2022-03-01\n";
    let asked = super::layouts::content(unknown);
    assert_eq!(codes_of(&asked), [(C::SymbolUnknown, 1)]);
    let symbols = [("DE0007164600".to_owned(), "SAP".to_owned())].into();
    let answered = content_with(unknown, &Reading { symbols, ..Reading::default() });
    assert_eq!((codes_of(&answered), answered.positions[0].symbol.as_deref()), (vec![], Some("SAP")));
}

#[test]
fn fault_26_keeps_expiration_on_closed_day() {
    let content = case("fault-26-expires-on-a-closed-day.csv");
    assert_eq!(content.positions[0].option.as_ref().unwrap().expiration, day("2022-04-15"));
    assert_eq!(codes_of(&content), []);
}

#[test]
fn fault_29_accepts_closed_days() {
    let content = case("fault-29-entered-on-a-holiday.csv");
    assert_eq!((content.positions.len(), codes_of(&content)), (3, vec![]));
}
