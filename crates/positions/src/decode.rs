//! Decodes the bytes of an uploaded file into text.
//!
//! Only UTF-8 is accepted, because a wrong guess at the encoding would silently corrupt names.

use std::borrow::Cow;

use super::problem::{Problem, ProblemCode};
use super::rows::count_line_ends;

const SAVE_AGAIN: &str = "save it as “CSV UTF-8” and upload it again.";

/// Decodes UTF-8 text. Drops a byte order mark, and replaces line endings that the CSV reader does
/// not fully support.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if is_utf16(bytes) {
        let message = format!("The file is UTF-16 text; {SAVE_AGAIN}");
        return Err(Problem::in_file(ProblemCode::NotUtf8, message));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    // In files from classic Mac OS, each line ends with a carriage return and no line feed. The CSV
    // reader would not recognize the end of a comment line, so line feeds replace the carriage
    // returns.
    if text.contains('\r') && !text.contains('\n') {
        return Ok(text.replace('\r', "\n").into());
    }
    Ok(text.into())
}

fn not_utf8(bytes: &[u8], at: usize) -> Problem {
    let line = 1 + count_line_ends(bytes.get(..at).unwrap_or_default());
    Problem {
        row: Some(line),
        column: None,
        code: ProblemCode::NotUtf8,
        message: format!("The file is not UTF-8 text from line {line} on; {SAVE_AGAIN}"),
    }
}

/// Returns whether the bytes look like UTF-16, which spreadsheets call "Unicode text". Such a file
/// starts with a byte order mark, or with two bytes that encode one ASCII character.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_byte_order_mark() {
        assert_eq!(text(b"\xef\xbb\xbfa,b").as_deref(), Ok("a,b"));
    }

    #[test]
    fn treats_lone_carriage_returns_as_line_ends() {
        assert_eq!(text(b"# a\rb\r").as_deref(), Ok("# a\nb\n"));
        assert_eq!(text(b"# a\r\nb").as_deref(), Ok("# a\r\nb"));
    }

    #[test]
    fn names_first_line_that_is_not_utf8() {
        let problem = text(b"a\r\nb\nc\xe9\n").unwrap_err();
        assert_eq!((problem.row, problem.code), (Some(3), ProblemCode::NotUtf8));
        assert!(problem.message.contains("line 3"), "{}", problem.message);
    }

    #[test]
    fn recognizes_utf16() {
        for bytes in [&b"\xff\xfeS\0"[..], b"\xfe\xff\0S", b"S\0y\0", b"\0S\0y"] {
            let problem = text(bytes).unwrap_err();
            assert_eq!((problem.row, problem.code), (None, ProblemCode::NotUtf8));
            assert!(problem.message.contains("UTF-16"), "{}", problem.message);
        }
    }
}
