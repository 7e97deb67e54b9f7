//! Decodes the bytes of a text file into text.
//!
//! The encoding is that of the byte order mark, or UTF-16 if every other byte is zero, or UTF-8 if
//! the bytes are valid UTF-8. All other files are read as Windows-1252, in which older spreadsheet
//! programs save CSV files in western languages.

use std::borrow::Cow;

use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::unreadable;
use crate::problem::{Problem, ProblemCode};

/// Maximum number of bytes of the text in UTF-8. Text of the largest upload exceeds it only if most
/// of its characters are not letters, digits or punctuation of western languages.
const MAX_TEXT: usize = 16 * 1024 * 1024;

/// Number of bytes at the start of the file that are examined for UTF-16 and control characters.
const EXAMINED: usize = 64 * 1024;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the text of a file without byte order marks at its start, and the name of its encoding.
/// `chosen` is the name of the encoding that the person chose.
///
/// # Errors
/// Returns a [`Problem`] if the bytes are not text, or if the chosen encoding is unknown.
pub(super) fn decode<'b>(bytes: &'b [u8], chosen: Option<&str>) -> Result<(Cow<'b, str>, &'static str), Problem> {
    let encoding = match chosen {
        Some(name) => Encoding::for_label(name.as_bytes()).ok_or_else(unknown_encoding)?,
        None => detect(bytes),
    };
    if is_binary(bytes, encoding) {
        return Err(unreadable("This file is not a table; choose a CSV file or a workbook of Excel or LibreOffice."));
    }
    let text = text(bytes, encoding)?;
    let without_marks = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches(BYTE_ORDER_MARK)),
        Cow::Owned(mut text) => {
            let marks = text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len();
            text.drain(..marks);
            Cow::Owned(text)
        }
    };
    Ok((without_marks, display_name(encoding)))
}

/// Returns the name of an encoding as people write it. The standard writes all names in lower case
/// except those of UTF.
fn display_name(encoding: &'static Encoding) -> &'static str {
    if encoding == WINDOWS_1252 { "Windows-1252" } else { encoding.name() }
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    utf16_without_mark(bytes).unwrap_or_else(|| if is_utf8(bytes) { UTF_8 } else { WINDOWS_1252 })
}

/// Recognizes UTF-16 by its zero bytes: in text that is mostly ASCII, every other byte is zero.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes.get(..EXAMINED.min(bytes.len() / 2 * 2))?.chunks_exact(2);
    let count = pairs.len();
    let zeros = |index: usize| pairs.clone().filter(|pair| pair.get(index) == Some(&0)).count();
    let (first, second) = (zeros(0), zeros(1));
    if second * 2 > count && first == 0 {
        Some(UTF_16LE)
    } else if first * 2 > count && second == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Returns whether the bytes are UTF-8. A file with a few invalid bytes still is, if more of its
/// characters beyond ASCII are valid.
fn is_utf8(bytes: &[u8]) -> bool {
    if std::str::from_utf8(bytes).is_ok() {
        return true;
    }
    let (mut valid, mut invalid) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid > invalid
}

fn text<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> Result<Cow<'b, str>, Problem> {
    if encoding == UTF_8
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Ok(Cow::Borrowed(text));
    }
    // The text is decoded twice, so that the memory of the result is exactly as large as needed.
    let mut size = 0;
    decode_parts(bytes, encoding, |part| {
        size += part.len();
        size <= MAX_TEXT
    });
    if size > MAX_TEXT {
        return Err(unreadable("This file is not text in an encoding we know; save it as CSV in UTF-8."));
    }
    let mut text = String::with_capacity(size);
    decode_parts(bytes, encoding, |part| {
        text.push_str(part);
        true
    });
    Ok(Cow::Owned(text))
}

/// Decodes the bytes part by part, until `keep` returns false. Bytes that are invalid in the
/// encoding become replacement characters.
fn decode_parts(bytes: &[u8], encoding: &'static Encoding, mut keep: impl FnMut(&str) -> bool) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut buffer = [0_u8; 8 * 1024];
    let mut rest = bytes;
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(rest, &mut buffer, true);
        rest = rest.get(read..).unwrap_or_default();
        let part = buffer.get(..written).and_then(|part| std::str::from_utf8(part).ok()).unwrap_or_default();
        if !keep(part) || result == CoderResult::InputEmpty {
            return;
        }
    }
}

/// Returns whether a file has bytes that are in no text file: a zero, or many control characters.
/// In UTF-16, every zero is half a character.
fn is_binary(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        return false;
    }
    let start = bytes.get(..EXAMINED).unwrap_or(bytes);
    let is_control = |byte: &&u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a);
    bytes.contains(&0) || start.iter().filter(is_control).count() * 100 > start.len()
}

fn unknown_encoding() -> Problem {
    let message = "The encoding is not one we know; choose UTF-8, UTF-16LE, UTF-16BE or Windows-1252.";
    Problem::in_file(ProblemCode::UnreadableFile, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, &'static str) {
        let (text, encoding) = decode(bytes, None).unwrap();
        (text.into_owned(), encoding)
    }

    #[test]
    fn drops_all_leading_byte_order_marks() {
        assert_eq!(decoded(b"\xef\xbb\xbfa,b"), ("a,b".to_owned(), "UTF-8"));
        assert_eq!(decoded("\u{feff}\u{feff}\u{feff}é".as_bytes()), ("é".to_owned(), "UTF-8"));
    }

    #[test]
    fn reads_utf16_with_and_without_mark() {
        let little: Vec<u8> = "Kürs\n1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Kürs\n1".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (mark, bytes, encoding) in [(&b"\xff\xfe"[..], &little, "UTF-16LE"), (b"\xfe\xff", &big, "UTF-16BE")] {
            assert_eq!(decoded(bytes), ("Kürs\n1".to_owned(), encoding));
            assert_eq!(decoded(&[mark, bytes].concat()), ("Kürs\n1".to_owned(), encoding));
        }
    }

    #[test]
    fn reads_other_bytes_as_windows_1252() {
        assert_eq!(decoded(b"W\xe4hrung;\x80"), ("Währung;€".to_owned(), "Windows-1252"));
        assert_eq!(decoded("é é é".as_bytes()).1, "UTF-8");
        let broken = ["é é".as_bytes(), b"\xff"].concat();
        assert_eq!(decoded(&broken), ("é é\u{fffd}".to_owned(), "UTF-8"));
    }

    #[test]
    fn decodes_with_chosen_encoding() {
        let chosen = |name| decode(b"\xe8", Some(name)).map(|(text, name)| (text.into_owned(), name));
        assert_eq!(chosen("windows-1250"), Ok(("č".to_owned(), "windows-1250")));
        assert_eq!(chosen("Windows-1252"), Ok(("è".to_owned(), "Windows-1252")));
        assert_eq!(chosen("Klingon").unwrap_err().code, ProblemCode::UnreadableFile);
    }

    #[test]
    fn refuses_bytes_that_are_not_text() {
        for bytes in [&b"a\0\0b,c"[..], b"\x01\x02\x03\xff\x05", b"\x7fELF\x02\x01\x01\0\0"] {
            let problem = decode(bytes, None).unwrap_err();
            assert_eq!(problem.code, ProblemCode::UnreadableFile);
            assert!(problem.message.contains("not a table"), "{}", problem.message);
        }
    }

    #[test]
    fn refuses_text_that_grows_too_large() {
        let problem = decode(&vec![0x80; MAX_TEXT / 3 + 1], None).unwrap_err();
        assert_eq!(problem.code, ProblemCode::UnreadableFile);
    }
}
