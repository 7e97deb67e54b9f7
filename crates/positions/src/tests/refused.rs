//! Tests that invalid files are rejected, and that the messages name the problem and its fix.

use super::ProblemCode as C;
use super::*;

/// A test case: a row with one problem, the expected column, the expected code, and two texts that
/// the message must contain. One text describes the problem, the other the fix. The row is placed
/// below [`HEADER`].
type BadRow = (&'static str, &'static str, C, [&'static str; 2]);

#[rustfmt::skip]
const BAD_ROWS: &[BadRow] = &[
    (",10,5,2020-01-02,,,,,,,", "Symbol", C::Required, ["Symbol is empty", "enter the position's symbol"]),
    ("A,,5,2020-01-02,,,,,,,", "Quantity", C::Required, ["Quantity is empty", "enter how many"]),
    ("A,10,  ,2020-01-02,,,,,,,", "Entry Price Per Share", C::Required, ["is empty", "enter the price"]),
    ("A,10,5,\"\",,,,,,,", "Entry Date", C::Required, ["Entry Date is empty", "YYYY-MM-DD"]),
    ("A,10,5,2020-01-02,,,,,,2021-01-04,", "Exit Price Per Share", C::Required, ["is empty", "empty the exit date"]),
    ("A,10,5,2020-01-02,,,,,,,7", "Exit Date", C::Required, ["Exit Date is empty", "empty the exit price"]),
    ("ABCDEFGHIJKLMNOPQRSTU,10,5,2020-01-02,,,,,,,", "Symbol", C::InvalidSymbol, ["“ABCDEFGHIJKLMNOPQRSTU”", "use 1 to 20"]),
    ("=1+1,10,5,2020-01-02,,,,,,,", "Symbol", C::InvalidSymbol, ["“=1+1”", "A-Z"]),
    ("\"=HYPERLINK(\"\"x\"\")\",10,5,2020-01-02,,,,,,,", "Symbol", C::InvalidSymbol, ["“=HYPERLINK(\"x\")”", "A-Z"]),
    ("ÄPFEL,10,5,2020-01-02,,,,,,,", "Symbol", C::InvalidSymbol, ["“ÄPFEL”", "A-Z"]),
    ("A\u{202e}B,10,5,2020-01-02,,,,,,,", "Symbol", C::InvalidSymbol, ["“A\\u{202e}B”", "A-Z"]),
    ("\"A\nB\",10,5,2020-01-02,,,,,,,", "Symbol", C::InvalidSymbol, ["“A\\u{a}B”", "A-Z"]),
    ("<script>,10,5,2020-01-02,,,,,,,", "Symbol", C::InvalidSymbol, ["“<script>”", "A-Z"]),
    ("A,ten,5,2020-01-02,,,,,,,", "Quantity", C::NotANumber, ["“ten”", "write plain digits"]),
    ("A,NaN,5,2020-01-02,,,,,,,", "Quantity", C::Required, ["Quantity is empty", "enter how many"]),
    ("A,-inf,5,2020-01-02,,,,,,,", "Quantity", C::NotANumber, ["“-inf”", "write plain digits"]),
    ("A,1E+03,5,2020-01-02,,,,,,,", "Quantity", C::NotANumber, ["“1E+03”", "write plain digits"]),
    ("A,\"1,000\",5,2020-01-02,,,,,,,", "Quantity", C::AmbiguousNumber, ["“1,000” could mean two", "choose"]),
    ("A,1000000000001,5,2020-01-02,,,,,,,", "Quantity", C::NotANumber, ["“1000000000001”", "at most 1,000,000,000,000"]),
    ("A,10,$,2020-01-02,,,,,,,", "Entry Price Per Share", C::NotANumber, ["“$”", "write plain digits"]),
    ("A,10,5,2020-01-02,,,,,,2021-01-04,free", "Exit Price Per Share", C::NotANumber, ["“free”", "write plain digits"]),
    ("A,0,5,2020-01-02,,,,,,,", "Quantity", C::ZeroQuantity, ["is zero", "leave this row out"]),
    ("A,-0.0000000,5,2020-01-02,,,,,,,", "Quantity", C::ZeroQuantity, ["is zero", "Enter how many"]),
    ("A,0.0000001,5,2020-01-02,,,,,,,", "Quantity", C::ZeroQuantity, ["is zero", "Enter how many"]),
    ("A,10,0,2020-01-02,,,,,,,", "Entry Price Per Share", C::EntryPriceUnknown, ["cost $0", "Enter its value"]),
    ("A,10,-5,2020-01-02,,,,,,,", "Entry Price Per Share", C::NotPositive, ["above $0", "make the quantity negative"]),
    ("A,10,5,2020-01-02,,,,,,2021-01-04,-$0.01", "Exit Price Per Share", C::NotPositive, ["above $0", "Exit"]),
    ("A,10,5,01/02/2020,,,,,,,", "Entry Date", C::AmbiguousDate, ["“01/02/2020” could mean two", "choose the order"]),
    ("A,10,5,2020-02-30,,,,,,,", "Entry Date", C::InvalidDate, ["“2020-02-30”", "a day of the calendar"]),
    ("A,10,5,0202-01-02,,,,,,,", "Entry Date", C::InvalidDate, ["“0202-01-02”", "YYYY-MM-DD"]),
    ("A,10,5,2020-01-02,,,,,,yesterday,7", "Exit Date", C::InvalidDate, ["“yesterday”", "YYYY-MM-DD"]),
    ("A,10,5,2026-01-10,,,,,,,", "Entry Date", C::FutureDate, ["“2026-01-10”", "up to today, 2026-01-09"]),
    ("A,10,5,2020-01-02,,,,,,2999-01-01,7", "Exit Date", C::FutureDate, ["“2999-01-01”", "up to today"]),
    ("A,10,5,2020-01-02,,,,,,2020-01-01,7", "Exit Date", C::ExitBeforeEntry, ["“2020-01-01” is before the entry date 2020-01-02", "correct one"]),
    ("A,10,5,2022-12-29,,,,,,,", "Entry Date", C::AfterLastPrice, ["Prices end on 2022-12-28", "MARKET_DATA=tiingo"]),
    ("A,10,5,2026-01-09,PRIVATE,,,,,,", "Entry Date", C::AfterLastPrice, ["Prices end on 2022-12-28", "a date up to then"]),
    ("A,10,5,2020-01-02,STOCK,,,,,,", "Investment Class", C::InvalidClass, ["“STOCK”", "use PUBLIC, OPTIONS or PRIVATE"]),
    ("A,10,5,2020-01-02,OPTION,,,,,,", "Investment Class", C::InvalidClass, ["“OPTION”", "use PUBLIC, OPTIONS or PRIVATE"]),
    ("A,1,5,2020-01-02,OPTIONS,,100,2020-06-19,CALL,,", "Underlying Symbol", C::Required, ["is empty", "needs the underlying"]),
    ("A,1,5,2020-01-02,OPTIONS,X,,2020-06-19,CALL,,", "Strike Price", C::Required, ["is empty", "needs its strike"]),
    ("A,1,5,2020-01-02,OPTIONS,X,100,,CALL,,", "Expiration Date", C::Required, ["is empty", "needs it as YYYY-MM-DD"]),
    ("A,1,5,2020-01-02,OPTIONS,X,100,2020-06-19,,,", "Option Type", C::Required, ["is empty", "needs CALL or PUT"]),
    ("A,1,5,2020-01-02,OPTIONS,X Y,100,2020-06-19,CALL,,", "Underlying Symbol", C::InvalidOption, ["“X Y”", "use 1 to 20"]),
    ("A,1,5,2020-01-02,OPTIONS,X,0,2020-06-19,CALL,,", "Strike Price", C::InvalidOption, ["“0”", "enter a price"]),
    ("A,1,5,2020-01-02,OPTIONS,X,high,2020-06-19,CALL,,", "Strike Price", C::InvalidOption, ["“high”", "write plain digits"]),
    ("A,1,5,2020-01-02,OPTIONS,X,100,June,CALL,,", "Expiration Date", C::InvalidOption, ["“June”", "YYYY-MM-DD"]),
    ("A,1,5,2020-01-02,OPTIONS,X,100,2020-01-01,CALL,,", "Expiration Date", C::InvalidOption, ["“2020-01-01”, before its entry date 2020-01-02", "correct one"]),
    ("A,1,5,2020-01-02,OPTIONS,X,100,2020-06-19,BOTH,,", "Option Type", C::InvalidOption, ["“BOTH”", "use CALL or PUT"]),
];

#[test]
fn reports_one_problem_per_wrong_cell() {
    let mut wrong = Vec::new();
    for (row, column, code, says) in BAD_ROWS {
        let problems = parse(&with_header(row)).map_or_else(|problems| problems, |_| Vec::new());
        let message = problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
        if codes(&problems) != [(Some(2), Some(*column), *code)]
            || !says.iter().all(|part| message.contains(part))
            || !message.ends_with('.')
            || message.contains('\n')
        {
            wrong.push(format!("{row}: {:?} {message}", codes(&problems)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A test case: a file with one problem, the expected row, the expected column, the expected code,
/// and a text that the message must contain.
type BadFile = (Vec<u8>, Option<u64>, Option<&'static str>, C, &'static str);

#[test]
fn rejects_broken_files() {
    let good = "A,10,5,2020-01-02";
    let short = "Symbol,Quantity,Entry Price Per Share,Entry Date";
    #[rustfmt::skip]
    let cases: Vec<BadFile> = vec![
        (b"".into(), None, None, C::EmptyFile, "add a row"),
        (b"\xef\xbb\xbf\r\n \n# nothing\n,,\n".into(), None, None, C::EmptyFile, "add a row"),
        (format!("{short}\n\n# none\n,,,\n").into(), None, None, C::EmptyFile, "below the header"),
        (format!("{short}\n\u{fffd}").into(), None, None, C::EmptyFile, "add a row"),
        ("Symbol,Entry Price Per Share,Entry Date\nA,5,2020-01-02".into(), None, Some("Quantity"), C::MissingColumn, "choose it above the column"),
        ("Quantity,Entry Price Per Share,Entry Date\n10,5,2020-01-02".into(), Some(2), Some("Symbol"), C::SymbolUnknown, "enter the symbol"),
        (format!("Symbol,Quantity,Entry Date\n{}", "A,10,2020-01-02").into(), Some(2), Some("Entry Price Per Share"), C::EntryPriceUnknown, "A has no entry price"),
        (format!("Symbol,Quantity,Entry Price Per Share\n{}", "A,10,5").into(), Some(2), Some("Entry Date"), C::EntryDateUnknown, "A has no entry date"),
        (format!("{short}\n{good}\nB,10,5\n").into(), Some(3), None, C::MalformedCsv, "“B” has 3 values but the header has 4"),
        (format!("{short}\nA,1,234.50,5,2020-01-02\n").into(), Some(2), None, C::MalformedCsv, "quotation marks"),
        (format!("{short}\n{good}\nB,10,5,\"2020-01-02\nC,10,5,2020-01-02\n").into(), Some(3), None, C::MalformedCsv, "row 3 is never closed"),
        (format!("{short},\"\n{good}\n").into(), Some(1), None, C::MalformedCsv, "never closed"),
        (format!("{}{short}\n{good}", ",".repeat(200)).into(), Some(1), None, C::MalformedCsv, "down to 200"),
        (format!("{short}\n{}", "A,10,5,bad\n".repeat(10_001)).into(), None, None, C::TooManyRows, "more than 10,000 rows; split"),
        (format!("{short}\n{good}\n\n a ,1,6,2020-01-02\n").into(), Some(4), Some("Symbol"), C::DuplicatePosition, "Same symbol and date as line 2"),
    ];
    let mut wrong = Vec::new();
    for (bytes, row, column, code, says) in cases {
        let problems = read(&bytes).map_or_else(|problems| problems, |_| Vec::new());
        let message = problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
        if codes(&problems) != [(row, column, code)] || !message.contains(says) {
            let file = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
            wrong.push(format!("{file}: {:?} {message}", codes(&problems)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reports_problems_of_all_rows_at_once() {
    let text = "\
# positions
Symbol,Quantity,Entry Date,Exit Date,Exit Price Per Share,Investment Class
,0,2021-02-30,2021-01-04,,BOND
A,1,2020-01-02,,,
A,1
A,x,2020-01-02,2019-12-31,0,
a,1,2020-01-02,,,OPTIONS
B,1,2023-01-03,2022-01-03,5,

B,1,2999-01-03,2998-01-03,5,
";
    let expected = [
        (Some(3), Some("Investment Class"), C::InvalidClass),
        (Some(3), Some("Symbol"), C::Required),
        (Some(3), Some("Exit Price Per Share"), C::Required),
        (Some(3), Some("Entry Date"), C::InvalidDate),
        (Some(3), Some("Quantity"), C::ZeroQuantity),
        (Some(4), Some("Entry Price Per Share"), C::EntryPriceUnknown),
        (Some(5), Some("Entry Price Per Share"), C::EntryPriceUnknown),
        (Some(5), Some("Entry Date"), C::EntryDateUnknown),
        (Some(6), Some("Quantity"), C::NotANumber),
        (Some(6), Some("Exit Price Per Share"), C::NotPositive),
        (Some(6), Some("Exit Date"), C::ExitBeforeEntry),
        (Some(7), Some("Underlying Symbol"), C::Required),
        (Some(7), Some("Strike Price"), C::Required),
        (Some(7), Some("Expiration Date"), C::Required),
        (Some(7), Some("Option Type"), C::Required),
        (Some(8), Some("Exit Date"), C::ExitBeforeEntry),
        (Some(8), Some("Entry Price Per Share"), C::EntryPriceUnknown),
        (Some(8), Some("Entry Date"), C::AfterLastPrice),
        (Some(10), Some("Exit Date"), C::ExitBeforeEntry),
        (Some(10), Some("Entry Price Per Share"), C::EntryPriceUnknown),
        (Some(10), Some("Entry Date"), C::FutureDate),
        (Some(10), Some("Exit Date"), C::FutureDate),
    ];
    let problems = parse(text).unwrap_err();
    assert_eq!(codes(&problems), expected);
    assert!(problems.iter().any(|p| p.message.contains("no column Strike Price; add it")));
}

#[test]
fn shortens_long_values() {
    let problems = parse(&with_header(&format!("{},1,5,2020-01-02,,,,,,,", "x".repeat(9000)))).unwrap_err();
    assert!(problems[0].message.contains(&format!("“{}…”", "x".repeat(40))));
    assert!(problems[0].message.len() < 200);
}
