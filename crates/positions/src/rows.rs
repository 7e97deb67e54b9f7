//! Text to records, each with the line on which it starts.
//!
//! Splits and counts; does not know what a column means. What is skipped: empty lines, lines whose
//! first character is `#`, and rows that are comments or blank in the form spreadsheets save them
//! (`"# a, b",,,` and `,,,`).

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

use super::place::Place;

/// One row of the file.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// Line on which the row starts, from 1.
    pub line: u64,
    /// Its cells, trimmed.
    pub cells: StringRecord,
    /// The row as it stands in the file, from its first character to the end of its last line.
    raw: &'a str,
}

impl Record<'_> {
    /// Whether a quote opened in this row is still open at the end of the file, so that everything
    /// behind it was taken for one value.
    pub(super) fn has_open_quote(&self) -> bool {
        let place = self.raw.bytes().fold(Place::RowStart, Place::after);
        place == Place::InQuotes
    }
}

/// The records of a text, in order.
pub(super) struct Records<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Up to where lines are counted, and how many have ended there.
    counted: usize,
    lines_ended: u64,
}

impl<'a> Records<'a> {
    /// `text` has no byte order mark.
    pub(super) fn new(text: &'a str) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        Self { text, reader, counted: 0, lines_ended: 0 }
    }

    /// The line (from 1) of the byte at `at`, which never goes back.
    fn line_at(&mut self, at: usize) -> u64 {
        let passed = self.text.as_bytes().get(self.counted..at).unwrap_or_default();
        self.lines_ended += count_line_ends(passed);
        self.counted = at;
        self.lines_ended + 1
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        // Of many rows that are skipped, none needs memory of its own.
        let mut cells = StringRecord::new();
        loop {
            let before = offset(&self.reader);
            // Flexible records of a text in memory have no way to fail; if one were found, the rows
            // so far would be all there are.
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

/// How many bytes the reader has taken.
fn offset(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

/// Line ends are `\n`, `\r\n` and a `\r` alone.
pub(super) fn count_line_ends(bytes: &[u8]) -> u64 {
    let mut ends = 0;
    for (index, byte) in bytes.iter().enumerate() {
        let alone = *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n');
        ends += u64::from(*byte == b'\n' || alone);
    }
    ends
}

/// Where the record begins that the reader finds from `at`: it passes over empty lines and comments,
/// but reports the position before them.
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
    fn lines_are_those_an_editor_shows() {
        let text = "# it's \"odd\n\na,b\n\n#\n\"x\ny\", 2 \n   \n  # c\n\"# d, e\",\n,\n3,4";
        let rows = [row(3, &["a", "b"]), row(6, &["x\ny", "2"]), row(12, &["3", "4"])];
        assert_eq!(read(text), rows);
        assert_eq!(read(&text.replace('\n', "\r\n")).last(), Some(&row(12, &["3", "4"])));
        assert_eq!(read("a\r\rb\r"), [row(1, &["a"]), row(3, &["b"])]);
    }

    #[test]
    fn nothing_is_no_record() {
        for text in ["", "\n\r\n", "# only this", ",,,\n \n"] {
            assert_eq!(read(text), [], "{text:?}");
        }
    }

    #[test]
    fn an_open_quote_is_seen_in_the_row_that_opens_it() {
        let open = |text| Records::new(text).map(|row| row.has_open_quote()).collect::<Vec<_>>();
        assert_eq!(open("a,b\n1,\"2\n3,4\n"), [false, true]);
        assert_eq!(open("a,b\n1,\"2\"\"\"\n3,4\"\n"), [false, false, false]);
        assert_eq!(open("\"a\"b\"\n1"), [false, false]);
        assert_eq!(open("\""), [] as [bool; 0]);
    }
}
