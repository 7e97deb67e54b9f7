//! Tests that a person's choices win over what the reader finds.

use super::layouts::{content, content_with};
use super::*;

const LIST: &str = "ticker,shares,price,when\nAAPL,10,\"1,250\",3/4/2022\nKO,5,\"1,100\",5/6/2022\n";

fn column(index: usize, field: Field) -> ColumnReading {
    ColumnReading { index, name: String::new(), field, confidence: 1.0 }
}

#[test]
fn reads_again_by_complete_reading() {
    for text in [
        LIST,
        "Depot\n\nISIN;Stück;Einstandskurs;Währung\nUS0378331005;12,5;102,557;EUR\n",
        "Date,Action,Symbol,Quantity,Price\n03/15/2022,Buy,AAPL,10,150.5\n06/15/2022,Sell,AAPL,4,160\n",
    ] {
        let first = content(text);
        let again = content_with(text, &first.reading);
        assert_eq!(again.positions, first.positions, "{text}");
        assert_eq!(again.problems, first.problems, "{text}");
    }
}

#[test]
fn reads_numbers_and_dates_as_chosen() {
    let asked: Vec<C> = content(LIST).problems.iter().map(|problem| problem.code).collect();
    assert_eq!(asked, [C::AmbiguousDate, C::AmbiguousNumber]);
    let changes = Reading { decimal: Some(','), date_order: Some(DateOrder::DayMonthYear), ..Reading::default() };
    let chosen = content_with(LIST, &changes);
    assert_eq!(chosen.problems, []);
    assert_eq!(chosen.positions[0].entry_price, Some(1.25));
    assert_eq!(chosen.positions[0].entry_date, Some(day("2022-04-03")));
}

#[test]
fn reads_columns_as_chosen() {
    let text = "Paper,Pieces,Paid\nAAPL,10,161.99\n";
    let found = content(text);
    assert_eq!(found.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [C::MissingColumn]);
    let changes =
        Reading { columns: vec![column(1, Field::Quantity), column(2, Field::EntryPrice)], ..Reading::default() };
    let chosen = content_with(text, &changes);
    assert_eq!(super::layouts::line(&chosen.positions[0]), "AAPL 10 @ 161.99");
}

#[test]
fn takes_field_from_column_that_lost_it() {
    let text = "Symbol,Quantity,Avg Price,Cost per unit\nAAPL,10,150.5,161.99\n";
    let changes = Reading { columns: vec![column(3, Field::EntryPrice)], ..Reading::default() };
    let chosen = content_with(text, &changes);
    assert_eq!(chosen.positions[0].entry_price, Some(161.99));
    let field = |index: usize| chosen.reading.columns[index].field;
    assert_eq!((field(2), field(3)), (Field::Ignored, Field::EntryPrice));
}

#[test]
fn leaves_out_rows_as_chosen() {
    let text = "Date,Action,Symbol,Quantity,Price\n03/15/2022,Buy,AAPL,10,150.5\n06/15/2022,Sell,AAPL,4,160\n";
    let chosen = content_with(text, &Reading { left_out: [3].into(), ..Reading::default() });
    assert_eq!(chosen.positions.len(), 1);
    assert_eq!(super::layouts::line(&chosen.positions[0]), "AAPL 10 @ 150.5 on 2022-03-15");
    assert_eq!(chosen.not_positions, [LeftOutRows { rows: vec![3], why: LeftOutReason::ByPerson }]);
}

#[test]
fn reads_header_row_as_chosen() {
    let text = "Symbol,Quantity,Price Paid\nOLD,1,5\nTicker,Units,Buy Price\nAAPL,10,161.99\n";
    assert_eq!(content(text).reading.header_row, Some(1));
    let chosen = content_with(text, &Reading { header_row: Some(3), ..Reading::default() });
    assert_eq!(chosen.positions.len(), 1);
    assert_eq!(chosen.positions[0].symbol.as_deref(), Some("AAPL"));
}
