//! Decodes the bytes of a price file into lines of text.

use std::borrow::Cow;

/// The text of a price file.
#[derive(Debug)]
pub(super) struct FileText<'a> {
    pub text: Cow<'a, str>,
    /// Numbers of the lines that are not text in UTF-8. They are blank in `text`.
    pub invalid_lines: Vec<usize>,
}

impl<'a> FileText<'a> {
    /// Decodes UTF-8, with or without a byte order mark, or UTF-16. Without a mark, a text counts
    /// as UTF-16 if every second one of its first bytes is zero.
    pub fn decode(bytes: &'a [u8]) -> Self {
        let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
            let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
            let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            Self { text: Cow::Owned(text), invalid_lines: Vec::new() }
        };
        match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => Self::utf8(rest),
            [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [first, 0, second, 0, ..] if *first != 0 && *second != 0 => utf16(bytes, u16::from_le_bytes),
            [0, first, 0, second, ..] if *first != 0 && *second != 0 => utf16(bytes, u16::from_be_bytes),
            _ => Self::utf8(bytes),
        }
    }

    fn utf8(bytes: &'a [u8]) -> Self {
        if let Ok(text) = str::from_utf8(bytes) {
            return Self { text: Cow::Borrowed(text), invalid_lines: Vec::new() };
        }
        let (mut text, mut invalid_lines) = (String::with_capacity(bytes.len()), Vec::new());
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            match str::from_utf8(line) {
                Ok(line) => text.push_str(line),
                Err(_) => invalid_lines.push(index + 1),
            }
            text.push('\n');
        }
        Self { text: Cow::Owned(text), invalid_lines }
    }

    /// Returns the lines with content, each with its number in the file.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> + Clone {
        let lines = self.text.split('\n').enumerate().map(|(index, line)| (index + 1, line.trim_end_matches('\r')));
        lines.filter(|(_, line)| !is_blank(line))
    }
}

fn is_blank(line: &str) -> bool {
    line.as_bytes().first().is_none_or(|first| first.is_ascii_whitespace() || *first == b'#') && {
        let line = line.trim();
        line.is_empty() || line.starts_with('#')
    }
}
