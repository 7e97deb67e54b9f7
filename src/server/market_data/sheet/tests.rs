use super::*;
use proptest::prelude::*;

fn closes(text: &str, column: usize) -> Vec<f64> {
    let (_, sheet) = Sheet::read_wide(text.as_bytes()).unwrap();
    sheet.bars(column, column, NaiveDate::MIN, NaiveDate::MAX).iter().map(|bar| bar.close).collect()
}

#[test]
fn an_empty_cell_is_a_day_without_a_price() {
    let text = "Date,A,B\n2020-01-01,,2\n2020-01-02,3,4\n";
    assert_eq!((closes(text, 0), closes(text, 1)), (vec![3.0], vec![2.0, 4.0]));
}

#[test]
fn a_short_row_is_a_day_without_the_last_prices() {
    assert_eq!(closes("Date,A,B\n2020-01-01,2\n2020-01-02,3,4\n", 1), [4.0]);
}

#[test]
fn dates_in_any_order_end_up_in_order() {
    assert_eq!(closes("Date,A\n2020-01-03,3\n2020-01-01,2\n2020-01-02,1\n", 0), [2.0, 1.0, 3.0]);
}

#[test]
fn refuses_date_that_repeats() {
    let text = "Date,A\n2020-01-02,3\n2020-01-01,2\n2020-01-02,4\n2020-01-02,3\n";
    assert_eq!(
        Sheet::read_wide(text.as_bytes()).unwrap_err(),
        [
            "line 4 has the date 2020-01-02 of line 2 again; keep one of them",
            "line 5 has the date 2020-01-02 of line 2 again; keep one of them"
        ]
    );
}

#[test]
fn refuses_row_wider_than_header() {
    let text = "Date,A,B\n2020-01-01,1,506.85,2\n2020-01-02,3,4,\n2020-01-03,3,4, ,\n";
    assert_eq!(
        Sheet::read_wide(text.as_bytes()).unwrap_err(),
        ["line 2 has more cells than the header; write numbers without commas between thousands"]
    );
}

#[test]
fn a_file_of_a_spreadsheet_is_read_as_any_other() {
    let (names, sheet) = Sheet::read_wide("\u{feff}Date, a ,B\r\n2020-01-01, 2 ,3e0\r\n\r\n".as_bytes()).unwrap();
    let bars = |column| sheet.bars(column, column, NaiveDate::MIN, NaiveDate::MAX).len();
    assert_eq!((names, bars(0), bars(1)), (vec!["A".to_owned(), "B".to_owned()], 1, 1));
}

#[test]
fn both_ends_of_the_dates_asked_for_are_included() {
    let (_, sheet) =
        Sheet::read_wide("Date,A\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n2020-01-04,4\n".as_bytes()).unwrap();
    let [second, third] = ["2020-01-02", "2020-01-03"].map(|date| date.parse().unwrap());
    assert_eq!(sheet.bars(0, 0, second, third).iter().map(|bar| bar.close).collect::<Vec<_>>(), [2.0, 3.0]);
    assert_eq!(sheet.bars(0, 0, third, second), []);
}

#[test]
fn the_dates_of_a_column_are_those_of_its_prices() {
    let (_, sheet) = Sheet::read_wide("Date,A,B\n2020-01-01,,\n2020-01-02,2,\n2020-01-03,,\n".as_bytes()).unwrap();
    let second = "2020-01-02".parse().unwrap();
    assert_eq!((sheet.dates(0), sheet.dates(1)), (Some((second, second)), None));
}

#[test]
fn every_problem_is_told_by_its_line() {
    let problems = Sheet::read_wide("Date,A\nsoon,3\n2020-01-01,-1\n2020-01-02,x\n2020-01-03,0\n".as_bytes());
    assert_eq!(
        problems.unwrap_err(),
        [
            "line 2 does not begin with a date such as 2024-03-15",
            "line 3, A: “-1” is not a price above zero",
            "line 4, A: “x” is not a price above zero",
            "line 5, A: “0” is not a price above zero"
        ]
    );
}

#[test]
fn what_is_no_text_and_what_has_no_symbols_is_said() {
    let problems = Sheet::read_wide(&b"Date,A\n\xff\nsoon,1\n"[..]).unwrap_err();
    assert_eq!(problems, ["line 2 is not text in UTF-8", "line 3 does not begin with a date such as 2024-03-15"]);
    assert_eq!(Sheet::read_wide(&b""[..]).unwrap_err(), ["line 1 has no symbols after the date column"]);
}

#[test]
fn a_cell_that_is_no_plain_decimal_is_left_to_the_standard_library() {
    let cells = ["", ".", "0", "1.2.3", "-1", "1e3", "1 ", "1234567890123456"];
    assert_eq!(cells.map(|cell| leading_price(cell.as_bytes())), [None; 8]);
}

proptest! {
    #[test]
    fn a_plain_decimal_is_what_the_standard_library_reads(cell in "[0-9]{0,9}[.]?[0-9]{0,9}", rest in ",?") {
        let plain = leading_price(format!("{cell}{rest}").as_bytes());
        let law = price(&cell).map(|price| (price, cell.len()));
        prop_assert!(plain.is_none() || plain == law, "{} {:?}", cell, plain);
    }
}
