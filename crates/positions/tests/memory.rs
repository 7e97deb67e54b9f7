//! Checks that reading a file of the largest size takes little memory, whatever its bytes are.
//!
//! The limit holds for the whole process, including the file itself and this program. The test has
//! its own binary, because the peak of a process never falls.

use std::{fs, io::Write};

use chrono::NaiveDate;
use flate2::{Compression, write::DeflateEncoder};
use positions::{Reading, UploadRules, read_file};

/// The size of the largest upload.
const UPLOAD: usize = 10 * 1024 * 1024;
/// The memory that the process may use, in kilobytes.
const ALLOWED: usize = 64 * 1024;

#[test]
fn reads_largest_files_in_little_memory() {
    let today = NaiveDate::from_ymd_opt(2026, 1, 9).unwrap();
    let rules = UploadRules { today, last_price_date: None };
    let narrow = format!("{}\n", "\"12345678\",".repeat(90)).into_bytes();
    let windows = format!("{}\n", "é,€,".repeat(40)).chars().map(|c| if c == '€' { 0x80 } else { c as u8 }).collect();
    let utf16: Vec<u8> = format!("{}\n", "中1,".repeat(80)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("commas", b",".to_vec()),
        ("newlines", b"\n".to_vec()),
        ("carriage returns", b"\r".to_vec()),
        ("quotation marks", b"\"".to_vec()),
        ("quoted newlines", b"\"\n\",".to_vec()),
        ("one value", b"1,".to_vec()),
        ("one value per row", b"1\n".to_vec()),
        ("semicolons and commas", b"1;2,5;\n".to_vec()),
        ("comments", b"#\n".to_vec()),
        ("zeros", b"\0".to_vec()),
        ("UTF-16", "1,\n".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("wide UTF-16", utf16),
        ("Windows-1252", windows),
        ("euro signs", vec![0x80]),
        ("full rows", narrow),
        ("long rows", format!("{}\n", "x".repeat(950)).into_bytes()),
        ("archive", b"PK\x03\x04".to_vec()),
        ("archive directory", b"PK\x01\x02".to_vec()),
        ("web page", b"<html>".to_vec()),
        ("JSON", b"[{\"a\":1}".to_vec()),
    ];
    for (name, pattern) in cases {
        let mut bytes = pattern.repeat(UPLOAD / pattern.len());
        bytes.shrink_to_fit();
        check(name, &bytes, &rules);
    }
    check("random", &random(), &rules);
    for (name, file, element) in BOMBS {
        check(name, &bomb(file, element), &rules);
    }
}

/// Workbooks of which one file repeats an element until the archive is as large as allowed.
const BOMBS: [(&str, &str, &str); 8] = [
    ("rows", "xl/worksheets/sheet1.xml", "<row><c><v>1</v></c><c><v>2</v></c></row>"),
    ("cells", "xl/worksheets/sheet1.xml", "<c><v>1</v></c>"),
    ("text", "xl/worksheets/sheet1.xml", "                "),
    ("depth", "xl/worksheets/sheet1.xml", "<a>"),
    ("shared texts", "xl/sharedStrings.xml", "<si/>"),
    ("formats", "xl/styles.xml", "<xf/>"),
    ("links", "xl/_rels/workbook.xml.rels", "<Relationship/>"),
    ("repeated rows", "content.xml", "<table:table-row table:number-rows-repeated=\"999999999\"/>"),
];

#[track_caller]
fn check(name: &str, bytes: &[u8], rules: &UploadRules) {
    let read = read_file(bytes, &Reading::default(), rules);
    drop(read);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("{peak:>6} kB after {name}");
    assert!(peak < ALLOWED, "{peak} kB after {name}");
}

/// Returns bytes without a pattern, the same ones each time.
fn random() -> Vec<u8> {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(UPLOAD).collect()
}

/// Writes a workbook whose file of this name repeats an element.
fn bomb(name: &str, element: &str) -> Vec<u8> {
    let schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let link = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{schema}/{kind}\" Target=\"{target}\"/>")
    };
    let links = link("1", "worksheet", "worksheets/sheet1.xml")
        + &link("2", "sharedStrings", "sharedStrings.xml")
        + &link("3", "styles", "styles.xml");
    let parts = [
        ("_rels/.rels", format!("<a>{}", link("1", "officeDocument", "xl/workbook.xml")), "</a>"),
        ("xl/workbook.xml", "<a><sheet name=\"A\" r:id=\"1\"/>".to_owned(), "</a>"),
        ("xl/_rels/workbook.xml.rels", format!("<a>{links}"), "</a>"),
        ("xl/sharedStrings.xml", "<sst>".to_owned(), "</sst>"),
        ("xl/styles.xml", "<a><cellXfs>".to_owned(), "</cellXfs></a>"),
        ("xl/worksheets/sheet1.xml", "<a><sheetData>".to_owned(), "</sheetData></a>"),
    ];
    let table = ("content.xml", "<office:spreadsheet><table:table table:name=\"A\">".to_owned(), "</table:table>");
    let parts = if name == table.0 { vec![table] } else { parts.to_vec() };
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (part, start, end) in parts {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(start.as_bytes()).unwrap();
        if part == name {
            let chunk = element.repeat(64 * 1024 / element.len());
            (0..128).for_each(|_| encoder.write_all(chunk.as_bytes()).unwrap());
        }
        encoder.write_all(end.as_bytes()).unwrap();
        let data = encoder.finish().unwrap();
        let size = u32::try_from(data.len()).unwrap().to_le_bytes();
        let length = u16::try_from(part.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(archive.len()).unwrap().to_le_bytes();
        let fields = [&b"\0\0\0\0\x08\0\0\0\0\0\0\0\0\0"[..], &size, &size, &length, b"\0\0"].concat();
        archive.extend([b"PK\x03\x04", &fields[..], part.as_bytes(), &data].concat());
        directory.extend([b"PK\x01\x02\0\0", &fields[..], &[0; 10], &offset, part.as_bytes()].concat());
    }
    let start = u32::try_from(archive.len()).unwrap().to_le_bytes();
    archive.extend(directory);
    archive.extend([b"PK\x05\x06", &[0; 12][..], &start, b"\0\0"].concat());
    archive
}
