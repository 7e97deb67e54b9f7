//! Tests of whole workbooks.

use quick_xml::events::Event;
use test_support::workbooks::{ods, xlsx, zip};

use super::*;
use crate::{
    problem::ProblemCode,
    reading::Reading,
    sheet::{Sheet, read_sheet},
};

fn sheet(bytes: &[u8]) -> Sheet {
    read_sheet(bytes, &Reading::default()).unwrap()
}

fn rows(sheet: &Sheet) -> Vec<(u64, Vec<&str>)> {
    sheet.rows.iter().map(|row| (row.line, row.cells.iter().collect())).collect()
}

#[track_caller]
fn assert_refused(bytes: &[u8], code: ProblemCode, says: &str) {
    let problem = read_sheet(bytes, &Reading::default()).unwrap_err();
    assert_eq!(problem.code, code);
    assert!(problem.message.contains(says), "{}", problem.message);
}

#[test]
fn reads_values_of_excel() {
    let read = sheet(&xlsx(&[(
        "Positions",
        "<row r=\"3\"><c r=\"B3\" t=\"s\"><v>1</v></c><c r=\"C3\"><f>1+1</f><v>0.30000000000000004</v></c>\
         <c s=\"1\"><v>44621</v></c><c s=\"2\"><v>0.0782</v></c><c s=\"3\"><v>-12.5</v></c></row>\
         <row><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"inlineStr\"><is><t> in </t></is><v>0</v></c>\
         <c t=\"str\"><f>A1</f><v>x&lt;y</v></c><c t=\"d\"><v>2022-03-15T00:00:00</v></c></row>",
    )]));
    assert_eq!(
        rows(&read),
        [
            (3, vec!["", "a & b", "0.3", "2022-03-01", "7.82%", "EUR -12.5"]),
            (4, vec!["TRUE", "#N/A", "in", "x<y", "2022-03-15"]),
        ]
    );
    let source = SheetSource { sheet: Some("Positions".to_owned()), ..SheetSource::default() };
    assert_eq!(read.source, source);
}

#[test]
fn reads_values_of_opendocument() {
    let read = sheet(&ods(&[(
        "Tabelle1",
        "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"9\"/>\
         </table:table-row><table:table-row><table:table-cell/>\
         <table:table-cell office:value-type=\"string\"><text:p>a<text:s/>b</text:p><text:p>c</text:p>\
         <office:annotation><text:p>note</text:p></office:annotation></table:table-cell>\
         <table:table-cell office:value-type=\"float\" office:value=\"0.30000000000000004\"><text:p>0,30</text:p>\
         </table:table-cell><table:table-cell office:value-type=\"date\" office:date-value=\"2022-03-01\"/>\
         <table:table-cell office:value-type=\"percentage\" office:value=\"0.0782\"/>\
         <table:table-cell office:value-type=\"currency\" office:currency=\"EUR\" office:value=\"12.5\"/>\
         <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"/></table:table-row>\
         <table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"2\">\
         <text:p>x</text:p></table:table-cell><table:covered-table-cell/></table:table-row>",
    )]));
    assert_eq!(
        rows(&read),
        [
            (3, vec!["", "a b\nc", "0.3", "2022-03-01", "7.82%", "EUR 12.5", "TRUE"]),
            (4, vec!["x", "x"]),
            (5, vec!["x", "x"]),
        ]
    );
    assert_eq!(read.source.sheet.as_deref(), Some("Tabelle1"));
}

const NOTE: &str = "<row><c><v>1</v></c></row>";
const TABLE: &str = "<row><c><v>1</v></c><c><v>2</v></c></row>";

#[test]
fn chooses_worksheet_with_most_data() {
    let notes = NOTE.repeat(3);
    let bytes = xlsx(&[("Notes", &notes), ("Empty", ""), ("Stocks", TABLE), ("Same", TABLE)]);
    let read = sheet(&bytes);
    assert_eq!(read.source.sheet.as_deref(), Some("Stocks"));
    assert_eq!(read.source.other_sheets, ["Notes", "Same"]);
    let changes = Reading { sheet: Some("Notes".to_owned()), ..Reading::default() };
    assert_eq!(read_sheet(&bytes, &changes).unwrap().rows.len(), 3);
    let changes = Reading { sheet: Some("Nothing".to_owned()), ..Reading::default() };
    assert!(read_sheet(&bytes, &changes).unwrap_err().message.contains("no sheet named “Nothing”"));
}

#[test]
fn prefers_visible_worksheet_within_limits() {
    let large = TABLE.repeat(MAX_SHEET_ROWS + 1);
    let hidden = "Lists\" state=\"hidden";
    let read = sheet(&xlsx(&[("Prices", &large), (hidden, &TABLE.repeat(9)), ("Stocks", TABLE)]));
    assert_eq!(read.source.sheet.as_deref(), Some("Stocks"));
    assert_eq!(read.source.other_sheets, ["Prices"]);
    assert_refused(&xlsx(&[("Prices", &large)]), ProblemCode::TooManyRows, "more than 10,000 rows");
}

#[test]
fn refuses_empty_workbook() {
    assert_refused(&xlsx(&[("Sheet1", "")]), ProblemCode::EmptyFile, "empty");
    assert_refused(&ods(&[]), ProblemCode::EmptyFile, "empty");
}

#[test]
fn names_archives_that_are_no_workbooks() {
    for (name, says) in [
        ("positions.csv", "a zip archive"),
        ("word/document.xml", "a text document"),
        ("Index/Document.iwa", "a Numbers document"),
        ("xl/workbook.bin", "an old Excel format"),
        ("encrypted-package", "a password"),
    ] {
        assert_refused(&zip(&[(name, b"x")]), ProblemCode::UnreadableFile, says);
    }
    assert_refused(&zip(&[]), ProblemCode::UnreadableFile, "a zip archive");
    let text = b"<office:document-content><office:body><office:text/></office:body></office:document-content>";
    assert_refused(&zip(&[("content.xml", text)]), ProblemCode::UnreadableFile, "not a table");
}

#[test]
fn names_older_office_files() {
    for (part, says) in
        [("EncryptedPackage", "a password"), ("Workbook", "an old Excel format"), ("WordDocument", "a text document")]
    {
        let name: Vec<u8> = part.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_refused(&[OLE, &[0; 512], &name].concat(), ProblemCode::UnreadableFile, says);
    }
}

#[test]
fn recognizes_encrypted_opendocument() {
    let manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>";
    let bytes = zip(&[("content.xml", b"\xff\x00noise"), ("META-INF/manifest.xml", manifest)]);
    assert_refused(&bytes, ProblemCode::UnreadableFile, "a password");
}

#[test]
fn reports_damaged_workbooks() {
    let whole = xlsx(&[("Stocks", TABLE)]);
    for bytes in [&whole[..whole.len() / 2], b"PK\x03\x04", b"PK\x05\x06\0\0"] {
        assert_refused(bytes, ProblemCode::UnreadableFile, "damaged");
    }
    assert_refused(&xlsx(&[("Stocks", "<row><c><v")]), ProblemCode::UnreadableFile, "damaged");
    let lost = "<row><c t=\"s\"><v>2</v></c></row>";
    assert_refused(&xlsx(&[("Stocks", lost)]), ProblemCode::UnreadableFile, "damaged");
    assert_refused(&xlsx(&[]), ProblemCode::UnreadableFile, "damaged");
}

#[test]
fn survives_any_damage_to_workbook() {
    for whole in [xlsx(&[("Stocks", TABLE)]), ods(&[("Stocks", "<table:table-row/>")])] {
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] = !bytes[at];
            let _ = read_sheet(&bytes, &Reading::default());
        }
    }
}

#[test]
fn refuses_repeated_rows_and_columns() {
    let table = |attributes: &str| {
        format!("<table:table-row {attributes}><text:p>x</text:p></table:table-cell></table:table-row>")
    };
    let many = table("table:number-rows-repeated=\"4000000000\"><table:table-cell").repeat(3);
    assert_refused(&ods(&[("A", &many)]), ProblemCode::TooManyRows, "more than 10,000 rows");
    let wide = table("><table:table-cell table:number-columns-repeated=\"18446744073709551615\"");
    assert_refused(&ods(&[("A", &wide)]), ProblemCode::MalformedCsv, "too many columns");
    let blank = "<table:table-row table:number-rows-repeated=\"18446744073709551615\"/>".repeat(2);
    let end = table("><table:table-cell");
    assert_eq!(sheet(&ods(&[("A", &format!("{blank}{end}"))])).rows.len(), 1);
}

#[test]
fn refuses_far_columns_and_long_cells() {
    let far = "<row><c r=\"XFD1\"><v>1</v></c></row>";
    assert_refused(&xlsx(&[("A", far)]), ProblemCode::MalformedCsv, "too many columns");
    let long = format!("<row><c t=\"str\"><v>{}</v></c></row>", "x&amp;".repeat(20_000));
    assert_refused(&xlsx(&[("A", &long)]), ProblemCode::MalformedCsv, "longer than 32 KB");
}

#[test]
fn limits_bytes_of_one_event_and_depth() {
    let accepted = format!("<row><c t=\"str\"><f>{}</f><v>x</v></c></row>", "x".repeat(xml::MAX_EVENT - 9));
    assert_eq!(sheet(&xlsx(&[("A", &accepted)])).rows.len(), 1);
    let text = format!("<row><c t=\"str\"><f>{}</f><v>x</v></c></row>", "x".repeat(xml::MAX_EVENT + 9_000));
    assert_refused(&xlsx(&[("A", &text)]), ProblemCode::UnreadableFile, "too large");
    let deep = "<a>".repeat(xml::MAX_DEPTH);
    assert_refused(&xlsx(&[("A", &deep)]), ProblemCode::UnreadableFile, "damaged");
}

#[test]
fn limits_inflated_bytes() {
    let bytes = zip(&[("a.xml", b"<a>12345</a>")]);
    for (total, limit, says) in [(12, 12, None), (11, 12, Some(TOO_LARGE)), (12, 11, Some(TOO_LARGE))] {
        let archive = Archive::open(&bytes, total + 1).unwrap();
        let mut file = archive.xml("a.xml", limit + 1).unwrap().unwrap();
        let end = loop {
            match file.next() {
                Ok(Event::Eof) => break None,
                Ok(_) => {}
                Err(problem) => break Some(problem.message),
            }
        };
        assert_eq!(end.as_deref(), says);
    }
}

#[test]
fn limits_number_of_files() {
    let files = vec![("a", &b""[..]); archive::MAX_FILES + 1];
    assert_refused(&zip(&files), ProblemCode::UnreadableFile, "too large");
    assert_refused(&zip(&files[1..]), ProblemCode::UnreadableFile, "a zip archive");
}
