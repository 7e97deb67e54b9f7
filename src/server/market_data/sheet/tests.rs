use super::*;
use proptest::prelude::*;

fn closes(text: &str, column: usize) -> Vec<f64> {
    let (_, sheet) = Sheet::read_wide(text.as_bytes()).unwrap();
    sheet.bars(column, column, NaiveDate::MIN, NaiveDate::MAX).iter().map(|bar| bar.close).collect()
}

#[test]
fn skips_day_of_empty_cell() {
    let text = "Date,A,B\n2020-01-01,,2\n2020-01-02,3,4\n";
    assert_eq!((closes(text, 0), closes(text, 1)), (vec![3.0], vec![2.0, 4.0]));
}

#[test]
fn treats_cells_missing_from_short_row_as_empty() {
    assert_eq!(closes("Date,A,B\n2020-01-01,2\n2020-01-02,3,4\n", 1), [4.0]);
}

#[test]
fn sorts_rows_by_date() {
    assert_eq!(closes("Date,A\n2020-01-03,3\n2020-01-01,2\n2020-01-02,1\n", 0), [2.0, 1.0, 3.0]);
}

#[test]
fn rejects_repeated_date() {
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
fn rejects_row_wider_than_header() {
    let text = "Date,A,B\n2020-01-01,1,506.85,2\n2020-01-02,3,4,\n2020-01-03,3,4, ,\n";
    assert_eq!(
        Sheet::read_wide(text.as_bytes()).unwrap_err(),
        ["line 2 has more cells than the header; write numbers without commas between thousands"]
    );
}

#[test]
fn reads_file_exported_from_spreadsheet() {
    let (names, sheet) = Sheet::read_wide("\u{feff}Date, a ,B\r\n2020-01-01, 2 ,3e0\r\n\r\n".as_bytes()).unwrap();
    let bars = |column| sheet.bars(column, column, NaiveDate::MIN, NaiveDate::MAX).len();
    assert_eq!((names, bars(0), bars(1)), (vec!["A".to_owned(), "B".to_owned()], 1, 1));
}

#[test]
fn includes_both_ends_of_date_range() {
    let (_, sheet) =
        Sheet::read_wide("Date,A\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n2020-01-04,4\n".as_bytes()).unwrap();
    let [second, third] = ["2020-01-02", "2020-01-03"].map(|date| date.parse().unwrap());
    assert_eq!(sheet.bars(0, 0, second, third).iter().map(|bar| bar.close).collect::<Vec<_>>(), [2.0, 3.0]);
    assert_eq!(sheet.bars(0, 0, third, second), []);
}

#[test]
fn finds_first_and_last_date_of_column() {
    let (_, sheet) = Sheet::read_wide("Date,A,B\n2020-01-01,,\n2020-01-02,2,\n2020-01-03,,\n".as_bytes()).unwrap();
    let second = "2020-01-02".parse().unwrap();
    assert_eq!((sheet.dates(0), sheet.dates(1)), (Some((second, second)), None));
}

#[test]
fn reports_all_problems_with_line_numbers() {
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
fn rejects_invalid_utf8_and_header_without_symbols() {
    let problems = Sheet::read_wide(&b"Date,A\n\xff\nsoon,1\n"[..]).unwrap_err();
    assert_eq!(problems, ["line 2 is not text in UTF-8", "line 3 does not begin with a date such as 2024-03-15"]);
    assert_eq!(Sheet::read_wide(&b""[..]).unwrap_err(), ["line 1 has no symbols after the date column"]);
}

#[test]
fn leaves_unusual_numbers_to_standard_library() {
    let cells = ["", ".", "0", "1.2.3", "-1", "1e3", "1 ", "1234567890123456"];
    assert_eq!(cells.map(|cell| leading_price(cell.as_bytes())), [None; 8]);
}

proptest! {
    #[test]
    fn parses_plain_decimals_like_standard_library(cell in "[0-9]{0,9}[.]?[0-9]{0,9}", rest in ",?") {
        let plain = leading_price(format!("{cell}{rest}").as_bytes());
        let expected = price(&cell).map(|price| (price, cell.len()));
        prop_assert!(plain.is_none() || plain == expected, "{} {:?}", cell, plain);
    }
}
