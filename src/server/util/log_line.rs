//! Keeps each entry of the server's log on one line, even if the entry quotes text from a user or a
//! data provider.

use std::io::{self, Write};

use text::one_line;

/// Writes each log entry as one line, and escapes characters that could hide or reorder text.
///
/// Each call to `write` must pass one complete entry, including its line break.
#[derive(Debug)]
pub struct SanitizingWriter<W>(pub W);

impl<W: Write> Write for SanitizingWriter<W> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(entry);
        let line = one_line(text.strip_suffix('\n').unwrap_or(&text));
        self.0.write_all(format!("{line}\n").as_bytes())?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::SanitizingWriter;

    #[test]
    fn escapes_line_breaks_and_control_characters() {
        let mut writer = SanitizingWriter(Vec::new());
        writer.write_all("INFO it said: a\n2026 INFO forged\u{202e}\u{1b}[31m\n".as_bytes()).unwrap();
        writer.write_all(b"INFO the next one\n").unwrap();
        let written = String::from_utf8(writer.0).unwrap();
        assert_eq!(written, "INFO it said: a\\u{a}2026 INFO forged\\u{202e}\\u{1b}[31m\nINFO the next one\n");
    }
}
