//! Splits text into records, each with the line on which it starts.
//!
//! Skips empty lines and comments, which start with `#`. When a spreadsheet program saves the
//! file, it turns such lines into `,,,` and `"# a, b",,,`, so lines in those forms are skipped as
//! well. The module `columns` interprets the columns of a record.

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

use super::csv_state::CsvState;

/// One row of the file, split into cells.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The line on which the row starts, counted from 1.
    pub line: u64,
    pub cells: StringRecord,
    /// The unparsed row, from its first character to the end of its last line.
    raw: &'a str,
}

impl Record<'_> {
    /// Returns whether a quotation mark in this row is never closed. If so, the rest of the file
    /// has been read as part of one value.
    pub(super) fn has_open_quote(&self) -> bool {
        let state = self.raw.bytes().fold(CsvState::RowStart, CsvState::after);
        state == CsvState::InQuotes
    }
}

/// An iterator over the records of a text.
pub(super) struct Records<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Byte offset up to which `lines_ended` counts line ends.
    counted: usize,
    lines_ended: u64,
}

impl<'a> Records<'a> {
    /// Creates an iterator over `text`, which must not have a byte order mark.
    pub(super) fn new(text: &'a str) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        Self { text, reader, counted: 0, lines_ended: 0 }
    }

    /// Returns the number of the line that contains the byte at offset `at`, counted from 1.
    /// Offsets must not decrease between calls.
    fn line_at(&mut self, at: usize) -> u64 {
        let skipped = self.text.as_bytes().get(self.counted..at).unwrap_or_default();
        self.lines_ended += count_line_ends(skipped);
        self.counted = at;
        self.lines_ended + 1
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        // All skipped rows share this buffer, so that skipping many rows does not allocate memory.
        let mut cells = StringRecord::new();
        loop {
            let before = offset(&self.reader);
            // Reading from memory cannot fail, and the reader accepts records of different lengths.
            // If reading did fail, the iteration would end here.
            if !self.reader.read_record(&mut cells).unwrap_or(false) {
                return None;
            }
            let start = skip_ignored_lines(self.text.as_bytes(), before);
            let is_comment = cells.get(0).is_some_and(|cell| cell.starts_with('#'));
            if is_comment || cells.iter().all(str::is_empty) {
                continue;
            }
            let raw = self.text.get(start..offset(&self.reader)).unwrap_or_default();
            return Some(Record { line: self.line_at(start), cells, raw });
        }
    }
}

/// Returns the number of bytes that the reader has consumed.
fn offset(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

/// Counts line ends: `\n`, `\r\n` and a lone `\r`.
pub(super) fn count_line_ends(bytes: &[u8]) -> u64 {
    let mut ends = 0;
    for (index, byte) in bytes.iter().enumerate() {
        let is_lone_return = *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n');
        ends += u64::from(*byte == b'\n' || is_lone_return);
    }
    ends
}

/// Returns where the next record starts, at or after `at`. The CSV reader skips empty lines and
/// comments before a record, but until it reads the record, its position is still before them.
fn skip_ignored_lines(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(b'\r' | b'\n') => at += 1,
            Some(b'#') => {
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            }
            _ => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let cells = |record: &Record| record.cells.iter().map(str::to_owned).collect();
        Records::new(text).map(|record| (record.line, cells(&record))).collect()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn counts_lines_as_editors_do() {
        let text = "# it's \"odd\n\na,b\n\n#\n\"x\ny\", 2 \n   \n  # c\n\"# d, e\",\n,\n3,4";
        let rows = [row(3, &["a", "b"]), row(6, &["x\ny", "2"]), row(12, &["3", "4"])];
        assert_eq!(read(text), rows);
        assert_eq!(read(&text.replace('\n', "\r\n")).last(), Some(&row(12, &["3", "4"])));
        assert_eq!(read("a\r\rb\r"), [row(1, &["a"]), row(3, &["b"])]);
    }

    #[test]
    fn returns_no_record_for_empty_text() {
        for text in ["", "\n\r\n", "# only this", ",,,\n \n"] {
            assert_eq!(read(text), [], "{text:?}");
        }
    }

    #[test]
    fn finds_open_quote_in_its_row() {
        let open = |text| Records::new(text).map(|row| row.has_open_quote()).collect::<Vec<_>>();
        assert_eq!(open("a,b\n1,\"2\n3,4\n"), [false, true]);
        assert_eq!(open("a,b\n1,\"2\"\"\"\n3,4\"\n"), [false, false, false]);
        assert_eq!(open("\"a\"b\"\n1"), [false, false]);
        assert_eq!(open("\""), [] as [bool; 0]);
    }
}
