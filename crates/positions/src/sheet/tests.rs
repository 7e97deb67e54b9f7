//! Tests of whole files.

use super::*;

fn sheet(bytes: &[u8]) -> Sheet {
    read_sheet(bytes, &Reading::default()).unwrap()
}

fn rows(sheet: &Sheet) -> Vec<(u64, Vec<&str>)> {
    sheet.rows.iter().map(|row| (row.line, row.cells.iter().collect())).collect()
}

fn refused(bytes: &[u8]) -> Problem {
    read_sheet(bytes, &Reading::default()).unwrap_err()
}

#[test]
fn reads_text_with_its_source() {
    let read = sheet(b"\xef\xbb\xbf# mine\nSymbol; Kurs\n\n KO ;58,50\n");
    assert_eq!(rows(&read), [(2, vec!["Symbol", "Kurs"]), (4, vec!["KO", "58,50"])]);
    assert_eq!((read.source.delimiter, read.source.encoding), (Some(';'), Some("UTF-8")));
    assert_eq!(read.rows.iter().map(|row| row.is_indented).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn reads_tabs_of_utf16() {
    let text = "\u{feff}Värdepapper\tAntal\r\nCoca-Cola\t10,5\r\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = sheet(&bytes);
    assert_eq!(rows(&read), [(1, vec!["Värdepapper", "Antal"]), (2, vec!["Coca-Cola", "10,5"])]);
    assert_eq!((read.source.delimiter, read.source.encoding), (Some('\t'), Some("UTF-16LE")));
}

#[test]
fn obeys_choices_of_the_person() {
    let changes = Reading { delimiter: Some(','), encoding: Some("Windows-1252".to_owned()), ..Reading::default() };
    let read = read_sheet("a;b,é".as_bytes(), &changes).unwrap();
    assert_eq!(rows(&read), [(1, vec!["a;b", "Ã©"])]);
    assert_eq!((read.source.delimiter, read.source.encoding), (Some(','), Some("Windows-1252")));
}

#[test]
fn skips_blank_rows_of_spreadsheets() {
    let read = sheet("a,b\n,,,\n\"# c, d\",,\n \n\u{feff}1,2\n#N/A,3\n".as_bytes());
    assert_eq!(rows(&read), [(1, vec!["a", "b"]), (5, vec!["1", "2"]), (6, vec!["#N/A", "3"])]);
}

#[test]
fn refuses_file_without_rows() {
    for bytes in [&b""[..], b"\xef\xbb\xbf\r\n \n# nothing\n,,\n", b"\xff\xfe"] {
        assert_eq!(refused(bytes).code, ProblemCode::EmptyFile);
    }
}

#[test]
fn limits_number_of_rows() {
    assert_eq!(sheet("1,2\n".repeat(collect::MAX_SHEET_ROWS).as_bytes()).rows.len(), collect::MAX_SHEET_ROWS);
    let problem = refused("1,2\n\n".repeat(collect::MAX_SHEET_ROWS + 1).as_bytes());
    assert_eq!(problem.code, ProblemCode::TooManyRows);
    assert!(problem.message.contains("more than 10,000 rows"), "{}", problem.message);
}

#[test]
fn limits_number_of_cells_and_bytes() {
    for (cell, columns, most) in
        [("1", 200, collect::MAX_CELLS / 200), (&"x".repeat(1 << 15), 2, collect::MAX_BYTES >> 16)]
    {
        let cells = StringRecord::from(vec![cell; columns]);
        let mut rows = collect::Rows::default();
        let mut push = || rows.push(split::Record { line: 1, cells: &cells, has_open_quote: false });
        for _ in 0..most {
            assert_eq!(push(), Ok(true));
        }
        assert_eq!(push().unwrap_err().code, ProblemCode::TooManyRows);
    }
}

#[test]
fn names_files_that_are_no_tables() {
    let page: Vec<u8> = "\u{feff}<!DOCTYPE html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, says) in [(&b"%PDF-1.7\n"[..], "a PDF"), (&page, "a web page"), (b"\x7fELF\0\0", "not a table")] {
        let problem = refused(bytes);
        assert_eq!((problem.row, problem.code), (None, ProblemCode::UnreadableFile));
        assert!(problem.message.contains(says), "{}", problem.message);
    }
}
