//! Checks that reading a file of the largest size takes little memory, whatever its bytes are.
//!
//! The limit holds for the whole process, including the file itself and this program. The test has
//! its own binary, because the peak of a process never falls.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;

use chrono::NaiveDate;
use positions::{Reading, UploadRules, read_file};
use test_support::workbooks::{ods, xlsx, xlsx_files, zip_texts};

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
    let row = format!("<row>{}</row>", "<c><v>12345678</v></c>".repeat(30));
    check("large sheet", &xlsx(&[("A", &row.repeat(10_000))]), &rules);
    for (name, file, element) in BOMBS {
        check(name, &bomb(file, element), &rules);
    }
}

/// Workbooks of which one file repeats an element, so that a small archive holds many megabytes.
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

/// Writes a workbook in which the file of this name repeats an element.
fn bomb(name: &str, element: &str) -> Vec<u8> {
    let repeated = element.repeat(8 * 1024 * 1024 / element.len());
    if name == "content.xml" {
        return ods(&[("A", &repeated)]);
    }
    let mut files = xlsx_files(&[("A", "")]);
    let (_, text) = files.iter_mut().find(|(file, _)| file == name).unwrap();
    // The element is inserted before the last two end tags, or before the only one.
    let end = text.rfind("</cellXfs>").or(text.rfind("</sheetData>")).or(text.rfind("</")).unwrap();
    text.insert_str(end, &repeated);
    zip_texts(&files)
}
