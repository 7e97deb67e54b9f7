//! Builds small workbooks.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};

/// The start of an Excel workbook's relationship addresses.
const SCHEMA: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Writes a zip archive of deflated files.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).unwrap();
        let packed = encoder.finish().unwrap();
        let offset = size(archive.len());
        let mut fields = [0_u8; 26];
        fields[4..6].copy_from_slice(&8_u16.to_le_bytes());
        fields[14..18].copy_from_slice(&size(packed.len()));
        fields[18..22].copy_from_slice(&size(data.len()));
        fields[22..24].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        archive.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), &packed].concat());
        directory.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 10], &offset, name.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let (start, length) = (size(archive.len()), size(directory.len()));
    archive.extend(directory);
    archive.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &length, &start, &[0; 2]].concat());
    archive
}

fn size(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap().to_le_bytes()
}

/// Writes an Excel workbook of worksheets, each with its name and the XML of its rows. The texts
/// `first` and `a & b` are shared, the cell styles are plain, date, percent and euro.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    zip_texts(&xlsx_files(sheets))
}

/// Returns the names and texts of the files in an Excel workbook, for tests that change one.
pub fn xlsx_files(sheets: &[(&str, &str)]) -> Vec<(String, String)> {
    let sheet = |(at, (name, _)): (usize, &(&str, &str))| {
        format!("<sheet name=\"{name}\" sheetId=\"{0}\" r:id=\"rId{0}\"/>", at + 1)
    };
    let list = sheets.iter().enumerate().map(sheet).collect::<Vec<_>>().concat();
    let link =
        |at| format!("<Relationship Id=\"rId{at}\" Type=\"{SCHEMA}/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>");
    let links = (1..=sheets.len()).map(link).collect::<Vec<_>>().concat();
    let links = format!(
        "<Relationships>{links}<Relationship Id=\"a\" Type=\"{SCHEMA}/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>\
         <Relationship Id=\"b\" Type=\"{SCHEMA}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let root = format!(
        "<Relationships><Relationship Id=\"r\" Type=\"{SCHEMA}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let workbook = format!("<?xml version=\"1.0\"?><workbook><sheets>{list}</sheets></workbook>");
    let mut files = vec![
        ("_rels/.rels".to_owned(), root),
        ("xl/workbook.xml".to_owned(), workbook),
        ("xl/_rels/workbook.xml.rels".to_owned(), links),
        ("xl/sharedStrings.xml".to_owned(), SHARED.to_owned()),
        ("xl/styles.xml".to_owned(), STYLES.to_owned()),
    ];
    for (at, (_, rows)) in sheets.iter().enumerate() {
        let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
        files.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet));
    }
    files
}

/// Writes a zip archive of text files.
pub fn zip_texts(files: &[(String, String)]) -> Vec<u8> {
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zip(&files)
}

const SHARED: &str =
    "<sst><si><t>first</t></si><si><r><t>a &amp; </t></r><r><t>b</t></r><rPh><t>x</t></rPh></si></sst>";

const STYLES: &str = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"#,##0.00 [$€-407]\"/></numFmts>\
    <cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>\
    <xf numFmtId=\"10\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";

/// Writes a workbook in the format `.ods` with these worksheets: their names and the XML of their
/// rows.
pub fn ods(sheets: &[(&str, &str)]) -> Vec<u8> {
    let table = |(name, rows): &(&str, &str)| format!("<table:table table:name=\"{name}\">{rows}</table:table>");
    let tables = sheets.iter().map(table).collect::<Vec<_>>().concat();
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>\
         </office:document-content>"
    );
    zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())])
}
