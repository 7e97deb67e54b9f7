use proptest::prelude::*;

use super::{cells::CellFormat, *};

const TODAY: &str = "2030-01-01";

fn read(bytes: &[u8], contents: Contents<'_>) -> Result<PriceFile, Vec<String>> {
    read_prices(bytes, contents, TODAY.parse().unwrap())
}

/// Reads a file with one column per symbol.
fn wide(text: &str) -> Result<PriceFile, Vec<String>> {
    read(text.as_bytes(), Contents::AnySymbols("ALL"))
}

/// Reads the file `AAPL.csv` of a folder.
fn aapl(text: &str) -> Result<PriceFile, Vec<String>> {
    read(text.as_bytes(), Contents::OneSymbol("AAPL"))
}

impl PriceFile {
    /// Returns the date, close and adjusted close of each day of a series, each in short.
    fn days(&self, series: usize) -> Vec<String> {
        let FileSeries { close, adj_close, .. } = self.series[series];
        let bars = self.sheet.bars(close, adj_close, NaiveDate::MIN, NaiveDate::MAX);
        bars.iter().map(|bar| format!("{} {} {}", bar.date, bar.close, bar.adj_close)).collect()
    }

    fn closes(&self, series: usize) -> Vec<f64> {
        let close = self.series[series].close;
        self.sheet.bars(close, close, NaiveDate::MIN, NaiveDate::MAX).iter().map(|bar| bar.close).collect()
    }

    fn symbols(&self) -> Vec<&str> {
        self.series.iter().map(|series| series.symbol.as_str()).collect()
    }
}

#[test]
fn skips_day_of_empty_cell() {
    let file = wide("Date,A,B\n2020-01-01,,2\n2020-01-02,3,4\n").unwrap();
    assert_eq!((file.closes(0), file.closes(1)), (vec![3.0], vec![2.0, 4.0]));
}

#[test]
fn treats_cells_missing_from_short_row_as_empty() {
    assert_eq!(wide("Date,A,B\n2020-01-01,2\n2020-01-02,3,4\n").unwrap().closes(1), [4.0]);
}

#[test]
fn sorts_rows_by_date() {
    let file = wide("Date,A\n2020-01-03,3\n2020-01-01,2\n2020-01-02,1\n").unwrap();
    assert_eq!(file.closes(0), [2.0, 1.0, 3.0]);
}

#[test]
fn rejects_repeated_date() {
    let text = "Date,A\n2020-01-02,3\n2020-01-01,2\n2020-01-02,4\n2020-01-02,3\n";
    assert_eq!(
        wide(text).unwrap_err(),
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
        wide(text).unwrap_err(),
        ["line 2 has more cells than the header; write numbers without commas between thousands"]
    );
}

#[test]
fn reads_file_exported_from_spreadsheet() {
    let file = wide("\u{feff}Date, a ,B\r\n2020-01-01, 2 ,3e0\r\n\r\n").unwrap();
    assert_eq!((file.symbols(), file.closes(0), file.closes(1)), (vec!["A", "B"], vec![2.0], vec![3.0]));
}

#[test]
fn includes_both_ends_of_date_range() {
    let sheet = wide("Date,A\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n2020-01-04,4\n").unwrap().sheet;
    let [second, third] = ["2020-01-02", "2020-01-03"].map(|date| date.parse().unwrap());
    assert_eq!(sheet.bars(0, 0, second, third).iter().map(|bar| bar.close).collect::<Vec<_>>(), [2.0, 3.0]);
    assert_eq!(sheet.bars(0, 0, third, second), []);
}

#[test]
fn finds_first_and_last_date_of_column() {
    let sheet = wide("Date,A,B\n2020-01-01,,\n2020-01-02,2,\n2020-01-03,,\n").unwrap().sheet;
    let second = "2020-01-02".parse().unwrap();
    assert_eq!((sheet.dates(0), sheet.dates(1)), (Some((second, second)), None));
}

#[test]
fn reports_all_problems_with_line_numbers() {
    assert_eq!(
        wide("Date,A\nsoon,3\n2020-01-01,-1\n2020-01-02,x\n2020-01-03,0\n").unwrap_err(),
        [
            "line 2 has no date such as 2024-03-15",
            "line 3, A: “-1” is not a price above zero",
            "line 4, A: “x” is not a price above zero",
            "line 5, A: “0” is not a price above zero"
        ]
    );
}

#[test]
fn lists_at_most_twenty_problems() {
    let text = format!("Date,A\n{}", "soon,1\n".repeat(755));
    let problems = wide(&text).unwrap_err();
    assert_eq!((problems.len(), problems[20].as_str()), (21, "735 more lines have problems"));
}

#[test]
fn rejects_invalid_utf8_and_header_without_symbols() {
    let problems = read(b"Date,A\n\xff\nsoon,1\n", Contents::AnySymbols("ALL")).unwrap_err();
    assert_eq!(problems, ["line 3 has no date such as 2024-03-15", "line 2 is not text in UTF-8"]);
    assert_eq!(wide("").unwrap_err(), ["line 1 has no symbols after the date column"]);
    assert_eq!(aapl("").unwrap_err(), ["line 1 has no columns Date and Close"]);
    assert_eq!(aapl("Day,Price\n2020-01-01,1\n").unwrap_err(), ["line 1 has no columns Date and Close"]);
}

#[test]
fn reads_yfinance_file_with_three_header_lines() {
    let text = "Price,Close,High,Volume\nTicker,AAPL,AAPL,AAPL\nDate,,,\n2022-12-23,131.29,131.85,638\n";
    let file = aapl(text).unwrap();
    assert_eq!((file.symbols(), file.days(0)), (vec!["AAPL"], vec!["2022-12-23 131.29 131.29".to_owned()]));
    let oldest = ",Adj Close,Adj Close,Close,Close\n,AAPL,KO,AAPL,KO\nDate,,,,\n2022-12-23,1,2,3,4\n";
    let file = wide(oldest).unwrap();
    assert_eq!(file.symbols(), ["AAPL", "KO"]);
    assert_eq!((file.days(0), file.days(1)), (vec!["2022-12-23 3 1".into()], vec!["2022-12-23 4 2".into()]));
    let by_ticker = "Ticker,KO,KO,AAPL\nPrice,Open,Close,Close\nDate,,,\n2022-12-23,1,2,3\n";
    assert_eq!(wide(by_ticker).unwrap().symbols(), ["KO", "AAPL"]);
    let without_index = "Date,Close,High\n,AAPL,AAPL\n2022-12-23,131.29,131.85\n";
    assert_eq!(aapl(without_index).unwrap().closes(0), [131.29]);
}

#[test]
fn takes_date_as_written_before_zone() {
    let text = "Date,Open,Close,Stock Splits\n2022-10-31 00:00:00-04:00,152.6,152.8,0.0\n\
                2022-11-07 00:00:00-05:00,136.5,138.3,0.0\n2022-11-08T23:00:00Z,1,139,0\n";
    assert_eq!(aapl(text).unwrap().days(0), ["2022-10-31 152.8 152.8", "2022-11-07 138.3 138.3", "2022-11-08 139 139"]);
}

#[test]
fn leaves_out_days_with_words_for_no_price() {
    for word in ["null", "NaN", "NA", "N/A", "#N/A", "nan", "-", "\"\"", "."] {
        let text = format!("Date,Close,Adj Close\n2022-12-23,2,1\n2022-12-26,{word},{word}\n");
        assert_eq!(aapl(&text).unwrap().days(0), ["2022-12-23 2 1"], "{word}");
        assert_eq!(wide(&format!("Date,A\n2022-12-23,2\n2022-12-26,{word}\n")).unwrap().closes(0), [2.0], "{word}");
    }
}

#[test]
fn reads_quoted_cells_in_both_forms() {
    let one = "\"Date\",\"Close\"\n\"2022-12-23\",\"1,131.29\"\n\"2022-12-27\", \"129.5\" \n";
    assert_eq!(aapl(one).unwrap().closes(0), [1131.29, 129.5]);
    let file = wide("\"Date\",\"AAPL\",\"KO\"\n\"2022-12-23\",\"1,131.29\",\"2\"\n").unwrap();
    assert_eq!((file.symbols(), file.closes(0), file.closes(1)), (vec!["AAPL", "KO"], vec![1131.29], vec![2.0]));
    assert_eq!(
        aapl("Date,Close\n2022-12-23,\"1,131\"\n").unwrap_err(),
        ["line 2, Close: “1,131” is not a price above zero"]
    );
}

#[test]
fn reads_exports_of_r() {
    let row_names = "\"\",\"AAPL.Open\",\"AAPL.Close\",\"AAPL.Adjusted\"\n\"2022-12-23\",1,3,2\n";
    let indexed = "\"\",\"date\",\"close\",\"adjusted\"\n\"1\",2022-12-23,3,2\n";
    let tidy = "symbol,date,open,close,adjusted\nAAPL,2022-12-23,1,3,2\n";
    let frame = "Index,AAPL.Close,AAPL.Adj.Close\n2022-12-23,3,2\n";
    for text in [row_names, indexed, tidy, frame] {
        let file = aapl(text).unwrap();
        assert_eq!((file.symbols(), file.days(0)), (vec!["AAPL"], vec!["2022-12-23 3 2".into()]), "{text}");
    }
    let merged = "\"Index\",\"AAPL.Close\",\"BRK.B.Close\"\n\"2022-12-23\",3,2\n";
    assert_eq!(wide(merged).unwrap().symbols(), ["AAPL", "BRK.B"]);
}

#[test]
fn reads_wide_file_with_index_and_class_names() {
    let file = wide("\"\",\"Date\",\"AAPL\",\"BRK.B\"\n\"1\",\"2022-12-23\",3,2\n").unwrap();
    assert_eq!((file.symbols(), file.closes(1)), (vec!["AAPL", "BRK.B"], vec![2.0]));
}

#[test]
fn keeps_tickers_named_like_columns() {
    assert_eq!(wide("Date,LOW,OPEN,A\n2022-12-23,1,2,3\n").unwrap().symbols(), ["LOW", "OPEN", "A"]);
    let file = read(b"Date,Open,Low,Close\n2022-12-23,1,2,3\n", Contents::AnySymbols("KO")).unwrap();
    assert_eq!((file.symbols(), file.closes(0)), (vec!["KO"], vec![3.0]));
}

#[test]
fn rejects_two_symbols_in_rows() {
    assert_eq!(
        aapl("symbol,date,close\nAAPL,2022-12-23,3\nKO,2022-12-27,3\n").unwrap_err(),
        ["line 3 has another symbol than line 2; keep one symbol per file"]
    );
}

#[test]
fn reads_utf16_files() {
    let text = "\u{feff}Date,Close\r\n2022-12-23,3\r\n";
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        for bytes in [&bytes[..], &bytes[2..]] {
            assert_eq!(read(bytes, Contents::OneSymbol("A")).unwrap().closes(0), [3.0]);
        }
    }
}

#[test]
fn reads_semicolons_with_decimal_comma() {
    let text = "sep=;\nDate;Close;Adj Close\n23.12.2022;1.131,29;131,05\n27.12.2022;999,5;1\n";
    assert_eq!(aapl(text).unwrap().days(0), ["2022-12-23 1131.29 131.05", "2022-12-27 999.5 1"]);
    assert_eq!(wide("Date;A;B\n2022-12-23;1.5;2\n").unwrap().closes(0), [1.5]);
    assert_eq!(wide("Date\tA\n2022-12-23\t1,5\n").unwrap().closes(0), [1.5]);
    assert_eq!(wide("Date;A\n2022-12-23;0,512\n").unwrap().closes(0), [0.512]);
}

#[test]
fn rejects_ambiguous_and_mixed_decimal_marks() {
    assert_eq!(
        wide("Date;A\n2022-12-23;1,250\n").unwrap_err(),
        ["line 2: “1,250” can mean two prices; write prices such as 1250.00"]
    );
    assert_eq!(
        wide("Date;A\n2022-12-23;1,25\n2022-12-27;1.25\n").unwrap_err(),
        ["line 3 has a decimal point and line 2 a decimal comma; write all prices alike"]
    );
}

#[test]
fn reads_dates_that_mean_one_day() {
    let first = |dates: &str| aapl(&format!("Date,Close\n{dates}")).map(|file| file.days(0)[0][..10].to_owned());
    assert_eq!(first("12/23/2022,$1\n01/03/2023,2\n").unwrap(), "2022-12-23");
    assert_eq!(first("23/12/2022,1\n03/01/2023,2\n").unwrap(), "2022-12-23");
    assert_eq!(first("\"Dec 23, 2022\",1\n").unwrap(), "2022-12-23");
    assert_eq!(first("23-Dec-2022,1\n").unwrap(), "2022-12-23");
    assert_eq!(first("20221223,1\n").unwrap(), "2022-12-23");
    assert_eq!(first("12/23/22,1\n").unwrap(), "2022-12-23");
    let ambiguous = "line 2 has a date that can mean two days; write it like 2024-03-15";
    assert_eq!(first("03/04/2022,1\n").unwrap_err(), [ambiguous]);
    let wrong = ["line 3 has no date such as 2024-03-15"];
    assert_eq!(first("12/23/2022,1\n31/31/2022,2\n12/27/2022,2\n").unwrap_err(), wrong);
}

#[test]
fn rejects_date_in_future_and_before_1900() {
    assert!(aapl("Date,Close\n2030-01-01,1\n").is_ok());
    assert_eq!(
        aapl("Date,Close\n2030-01-02,1\n0022-01-02,1\n").unwrap_err(),
        ["line 2 has the date 2030-01-02, which is in the future", "line 3 has no date such as 2024-03-15"]
    );
}

#[test]
fn leaves_out_close_without_adjusted_close() {
    let file = aapl("Date,Close,Adj Close\n2020-01-02,187,100\n2020-01-03,187,\n2020-01-06,176,94\n").unwrap();
    assert_eq!(file.days(0), ["2020-01-02 187 100", "2020-01-06 176 94"]);
    assert_eq!(file.series[0].without_adjusted, ["2020-01-03".parse().unwrap()]);
}

#[test]
fn uses_closes_for_empty_adjusted_column() {
    let file = aapl("Date,Close,Adj Close\n2020-01-02,2,\n2020-01-03,3,null\n").unwrap();
    assert_eq!(file.days(0), ["2020-01-02 2 2", "2020-01-03 3 3"]);
}

#[test]
fn uses_adjusted_closes_without_closes() {
    assert_eq!(aapl("Date,Adj Close\n2020-01-02,2\n").unwrap().days(0), ["2020-01-02 2 2"]);
}

#[test]
fn divides_closes_before_missing_split() {
    let text = "date,close,adjClose\n2020-08-27,400,99\n2020-08-28,404,100\n2020-08-31,102,101\n2020-09-01,50,99\n";
    let file = aapl(text).unwrap();
    assert_eq!(file.days(0), ["2020-08-27 50 99", "2020-08-28 50.5 100", "2020-08-31 51 101", "2020-09-01 50 99"]);
    let splits: Vec<_> = file.series[0].splits.iter().map(|(day, split)| (day.to_string(), split.new)).collect();
    assert_eq!(splits, [("2020-08-31".to_owned(), 4), ("2020-09-01".to_owned(), 2)]);
}

#[test]
fn keeps_closes_after_dividends_and_unexplained_steps() {
    let file = aapl("Date,Close,Adj Close\n2020-01-02,100,95\n2020-01-03,95,95\n2020-01-06,70,95\n").unwrap();
    assert_eq!(file.closes(0), [100.0, 95.0, 70.0]);
    assert_eq!(file.series[0].unexplained, ["2020-01-06".parse().unwrap()]);
}

#[test]
fn rejects_header_with_repeated_columns() {
    let problem = |name| vec![format!("line 1 has more than one column {name}; keep one of them")];
    assert_eq!(aapl("Date,Close,close\n2020-01-02,2,3\n").unwrap_err(), problem("Close"));
    assert_eq!(aapl("Date,date,Close\n2020-01-02,2020-01-02,3\n").unwrap_err(), problem("Date"));
}

const COMMAS: CellFormat = CellFormat { delimiter: b',', decimal: b'.' };

#[test]
fn leaves_unusual_numbers_to_standard_library() {
    let cells = ["", ".", "0", "1.2.3", "-1", "1e3", "1 ", "1234567890123456"];
    assert_eq!(cells.map(|cell| COMMAS.leading_price(cell.as_bytes())), [None; 8]);
}

proptest! {
    #[test]
    fn parses_plain_decimals_like_standard_library(cell in "[0-9]{0,9}[.]?[0-9]{0,9}", rest in ",?") {
        let plain = COMMAS.leading_price(format!("{cell}{rest}").as_bytes());
        let expected = COMMAS.price(&cell).map(|price| (price, cell.len()));
        prop_assert!(plain.is_none() || plain == expected, "{} {:?}", cell, plain);
    }

    #[test]
    fn reads_any_price_file_without_panic(bytes in "[Datecloj0-9,;.\"\n\t /:#-]{0,200}") {
        for contents in [Contents::OneSymbol("A"), Contents::AnySymbols("A")] {
            if let Ok(file) = read(bytes.as_bytes(), contents) {
                (0..file.series.len()).for_each(|series| drop(file.days(series)));
            }
        }
    }
}
