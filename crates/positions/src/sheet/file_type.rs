//! Recognizes files that have no rows to read, and names them for what they are.

use super::unreadable;
use crate::problem::Problem;

/// Number of bytes at the start of a file that are examined.
const EXAMINED: usize = 1024;

/// A kind of file that cannot be read, and the sentence about it.
type FileType = (&'static [&'static [u8]], &'static str);

const PDF: &str = "This is a PDF document; download your positions as CSV or Excel instead.";
const IMAGE: &str = "This is a picture; download your positions as CSV or Excel instead.";
const ARCHIVE: &str = "This is a compressed file; unpack it and choose the CSV file or workbook inside.";
const WEB_PAGE: &str = "This is a web page; sign in to your broker again and download your positions as CSV or Excel.";
const XML: &str = "This is an XML file; save your positions as CSV or Excel instead.";
const JSON: &str = "This is a JSON file; save your positions as CSV or Excel instead.";
const QUICKEN: &str = "This is a file for Quicken or Money; download your positions as CSV or Excel instead.";
const DOCUMENT: &str = "This is a text document; save its table as CSV or as a workbook.";
const DATABASE: &str = "This is a database; save the table of your positions as CSV or Excel instead.";

/// Files that are recognized by their first bytes.
const BY_BYTES: &[FileType] = &[
    (&[b"%PDF-"], PDF),
    (&[b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"\0\0\x01\0"], IMAGE),
    (&[b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"], ARCHIVE),
    (&[b"{\\rtf"], DOCUMENT),
    (&[b"SQLite format 3\0", b"PAR1"], DATABASE),
];

/// Text files that are recognized by how they begin, in lower case.
const BY_TEXT: &[FileType] = &[
    (&[b"%pdf-"], PDF),
    (&[b"<svg"], IMAGE),
    (&[b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<script", b"<meta", b"<div"], WEB_PAGE),
    (&[b"ofxheader", b"<ofx", b"<?ofx", b"!type:", b"!account", b"!option:"], QUICKEN),
];

/// Refuses files that are recognized by their first bytes.
///
/// # Errors
/// Returns a [`Problem`] that names the kind of file.
pub(super) fn check_bytes(bytes: &[u8]) -> Result<(), Problem> {
    let is_riff_image = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let is_photo = bytes.get(4..8) == Some(b"ftyp");
    let is_bitmap = bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]);
    if is_riff_image || is_photo || is_bitmap {
        return Err(unreadable(IMAGE));
    }
    check(bytes, BY_BYTES)
}

/// Refuses text that is not a table.
///
/// # Errors
/// Returns a [`Problem`] that names the kind of file.
pub(super) fn check_text(text: &str) -> Result<(), Problem> {
    let start: String = text.trim_start().chars().take(EXAMINED).collect::<String>().to_ascii_lowercase();
    let is_xml = start.starts_with("<?xml");
    let start = without_xml_prolog(&start);
    check(start.as_bytes(), BY_TEXT)?;
    if is_xml || is_tag(start) {
        return Err(unreadable(XML));
    }
    if is_json(start) {
        return Err(unreadable(JSON));
    }
    Ok(())
}

fn check(bytes: &[u8], types: &[FileType]) -> Result<(), Problem> {
    let known = types.iter().find(|(starts, _)| starts.iter().any(|start| bytes.starts_with(start)));
    known.map_or(Ok(()), |(_, message)| Err(unreadable(message)))
}

/// Returns the text behind an XML declaration and comments, because web pages and OFX files can
/// begin with one. Returns text that has nothing else unchanged.
fn without_xml_prolog(text: &str) -> &str {
    let mut rest = text;
    loop {
        let behind = if rest.starts_with("<?xml") {
            rest.split_once("?>")
        } else if rest.starts_with("<!--") {
            rest.split_once("-->")
        } else {
            None
        };
        match behind.map(|(_, behind)| behind.trim_start()) {
            Some("") | None => return rest,
            Some(behind) => rest = behind,
        }
    }
}

/// Returns whether text begins with an XML element that has others in it, such as
/// `<report><date>`. A cell such as `<none>` is not one.
fn is_tag(text: &str) -> bool {
    let name = text.strip_prefix('<').map(|rest| rest.trim_start_matches(['!', '?']));
    let Some((tag, behind)) = name.and_then(|name| name.split_once('>')) else { return false };
    tag.starts_with(|letter: char| letter.is_ascii_alphabetic()) && behind.trim_start().starts_with('<')
}

/// Returns whether text begins like a JSON object or array.
fn is_json(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['{', '[']) else { return false };
    let is_array = text.starts_with('[');
    let next = rest.trim_start().chars().next();
    next.is_some_and(|next| matches!(next, '"' | '}' | ']') || (is_array && matches!(next, '{' | '[')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_files_by_first_bytes() {
        for (bytes, says) in [
            (&b"%PDF-1.7\n"[..], "a PDF"),
            (b"\x89PNG\r\n\x1a\n", "a picture"),
            (b"\xff\xd8\xff\xe0", "a picture"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "a picture"),
            (b"\0\0\0\x18ftypheic", "a picture"),
            (b"BM\x36\0\0\0\0\0\0\0", "a picture"),
            (b"\x1f\x8b\x08", "unpack it"),
            (b"Rar!\x1a\x07\0", "unpack it"),
            (b"{\\rtf1", "a text document"),
            (b"SQLite format 3\0", "a database"),
        ] {
            let message = check_bytes(bytes).unwrap_err().message;
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn names_text_that_is_no_table() {
        for (text, says) in [
            ("\r\n<!DOCTYPE html>\n<html>", "a web page"),
            ("<HTML><body>", "a web page"),
            ("<!-- saved from the web -->\n<html lang='en'>", "a web page"),
            ("<?xml version='1.0'?>\n<!DOCTYPE html>", "a web page"),
            ("<?xml version='1.0'?><?OFX OFXHEADER=\"200\"?>", "for Quicken"),
            ("OFXHEADER:100\nDATA:OFXSGML", "for Quicken"),
            ("!Type:Invst\nD6/15/20", "for Quicken"),
            ("<?xml version='1.0'?><report/>", "an XML"),
            ("<positions>\n  <position>", "an XML"),
            ("<svg xmlns=''>", "a picture"),
            ("[{\"symbol\":\"KO\"}]", "a JSON"),
            ("{\n  \"positions\": []", "a JSON"),
            ("[]", "a JSON"),
        ] {
            let message = check_text(text).unwrap_err().message;
            assert!(message.contains(says), "{text}: {message}");
        }
    }

    #[test]
    fn accepts_tables_that_begin_oddly() {
        for text in ["[Account],KO", "{a},b", "<5%,KO", "BMW,10", "", "!,a", "%,b", "<none>,KO"] {
            assert_eq!(check_text(text), Ok(()), "{text}");
            assert_eq!(check_bytes(text.as_bytes()), Ok(()), "{text}");
        }
    }
}
