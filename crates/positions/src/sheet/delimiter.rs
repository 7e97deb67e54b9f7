//! Finds out which character separates the cells of a text file.
//!
//! Each candidate splits the first rows. The best one splits neighboring rows into the same number
//! of cells, and leaves cells that do not have another candidate in them. A comma inside a number
//! does not count, because it can be a decimal comma.

use csv::StringRecord;

use super::split::{MAX_COLUMNS, Splitter};
use crate::problem::{Problem, ProblemCode};

/// The delimiters that are tried. If two are equally good, the earlier one is chosen.
const CANDIDATES: [u8; 4] = [b'\t', b';', b'|', b','];

/// Number of rows that are examined.
const EXAMINED_ROWS: usize = 300;
/// Number of bytes that are examined.
const EXAMINED_BYTES: usize = 128 * 1024;

/// Returns the delimiter, and the number of bytes to skip at the start. `chosen` is the delimiter
/// that the person chose.
///
/// # Errors
/// Returns a [`Problem`] if the chosen character cannot separate cells.
pub(super) fn delimiter(text: &str, chosen: Option<char>) -> Result<(u8, usize), Problem> {
    let (declared, skipped) = declared(text);
    let found = match chosen {
        Some(character) => u8::try_from(character).ok().filter(|byte| CANDIDATES.contains(byte)),
        None => Some(declared.unwrap_or_else(|| detect(text))),
    };
    found.map(|delimiter| (delimiter, skipped)).ok_or_else(unknown_delimiter)
}

/// Reads the line `sep=;`, which tells Excel the delimiter. Returns the length of the line as well.
fn declared(text: &str) -> (Option<u8>, usize) {
    let quotes = usize::from(text.starts_with("\"sep="));
    let length = quotes * 2 + "sep=;".len();
    let line = text.as_bytes().get(quotes..length - quotes).unwrap_or_default();
    let is_whole = text.as_bytes().get(length).is_none_or(|next| matches!(next, b'\n' | b'\r'));
    match line.strip_prefix(b"sep=") {
        Some([delimiter]) if is_whole && CANDIDATES.contains(delimiter) => (Some(*delimiter), length),
        _ => (None, 0),
    }
}

fn detect(text: &str) -> u8 {
    let mut end = text.len().min(EXAMINED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let examined = text.get(..end).unwrap_or_default();
    let mut best = (0.0, b',');
    for candidate in CANDIDATES {
        let score = score(examined, candidate);
        if score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

/// Rates a delimiter: the number of neighboring rows with the same number of cells, weighted by the
/// share of cells without another candidate. It is 0 if no row has two cells.
fn score(text: &str, delimiter: u8) -> f64 {
    let mut splitter = Splitter::new(text, delimiter, 0);
    let (mut last_width, mut rows, mut equal) = (0, 0, 0);
    let (mut cells, mut clean) = (0_usize, 0_usize);
    while rows < EXAMINED_ROWS
        && let Ok(Some(record)) = splitter.next_record()
    {
        rows += 1;
        let width = record.cells.len();
        if width > 1 {
            equal += u32::from(width == last_width);
            cells += width.min(MAX_COLUMNS);
            clean += clean_cells(record.cells, delimiter);
        }
        last_width = width;
    }
    if cells == 0 {
        return 0.0;
    }
    let share = clean as f64 / cells as f64;
    (f64::from(equal) + 0.5) * share * share
}

fn clean_cells(cells: &StringRecord, delimiter: u8) -> usize {
    let is_other = |byte: &u8| *byte != delimiter && CANDIDATES.contains(byte);
    cells.iter().filter(|cell| !cell.as_bytes().iter().any(is_other) || is_numeric(cell)).count()
}

/// Returns whether a cell has digits, punctuation of numbers, and nothing else.
fn is_numeric(cell: &str) -> bool {
    let is_part = |character: char| character.is_ascii_digit() || " +-.,'()%$€£\u{a0}\u{2212}".contains(character);
    cell.chars().all(is_part) && cell.contains(|character: char| character.is_ascii_digit())
}

fn unknown_delimiter() -> Problem {
    let message = "That character cannot separate columns; choose a comma, semicolon, tab or vertical bar.";
    Problem::in_file(ProblemCode::MalformedCsv, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_found(text: &str, expected: char) {
        let found = delimiter(text, None).map(|(byte, _)| char::from(byte));
        assert_eq!(found, Ok(expected), "{text}");
    }

    #[test]
    fn finds_each_delimiter() {
        for mark in [',', ';', '\t', '|'] {
            assert_found(&"Symbol;Quantity;Price\nKO;10;58.1\nPG;5;140\n".replace(';', &mark.to_string()), mark);
        }
    }

    #[test]
    fn keeps_commas_beside_quoted_decimal_commas() {
        assert_found("Aantal,Koers,,ISIN\n-5,\"290,6600\",USD,US5949181045\n3,\"479,4930\",USD,US91324P1021\n", ',');
    }

    #[test]
    fn finds_semicolons_beside_decimal_commas() {
        assert_found("shares;price;amount\n10;58,50;-585,00\n8;306,05;2.448,40\n", ';');
        assert_found("AAPL;10,5\nMSFT;20,25\n", ';');
        assert_found("Name;Price, EUR;Cost, EUR\nKO;1,5;2,5\nPG;2,5;3,5\n", ';');
        assert_found("Symbol;Value\nKO;1,234,567\nPG;2,345,678\nGE;3,456,789\n", ';');
    }

    #[test]
    fn looks_past_title_lines() {
        assert_found("Depot, vom 20.12.2022, 21:28\nKunde;Muster\n\nISIN;Name;Kurs\nUS1;A;1,5\nUS2;B, Inc.;2,5\n", ';');
        assert_found("Accounts; all | of them\nSymbol,Quantity\nKO,10\n", ',');
    }

    #[test]
    fn ignores_other_delimiters_inside_text() {
        let rows = "KO,1,Coca | Cola; Atlanta,\nKO,2,Coca | Cola; Atlanta,5,\n".repeat(5);
        assert_found(&format!("Symbol,Quantity,Name,Note\n{rows}"), ',');
    }

    #[test]
    fn takes_commas_for_one_column() {
        assert_found("Symbol\nKO\nPG\n", ',');
        assert_found("", ',');
    }

    #[test]
    fn obeys_first_line_written_for_excel() {
        assert_eq!(delimiter("sep=;\r\na,b;c\n", None), Ok((b';', 5)));
        assert_eq!(delimiter("\"sep=|\"\na,b\n", None), Ok((b'|', 7)));
        for text in ["sep=x\na,b\n", "sep=;;\na,b\n", "sep="] {
            assert_eq!(declared(text), (None, 0), "{text}");
        }
    }

    #[test]
    fn obeys_chosen_delimiter() {
        assert_eq!(delimiter("a;b\nc;d\n", Some(',')), Ok((b',', 0)));
        assert_eq!(delimiter("sep=,\na;b\n", Some(';')), Ok((b';', 5)));
        for mark in ['"', 'x', '€', '\n'] {
            assert_eq!(delimiter("a;b\n", Some(mark)).unwrap_err().code, ProblemCode::MalformedCsv);
        }
    }
}
