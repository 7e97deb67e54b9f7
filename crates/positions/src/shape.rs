//! Limits on the shape of a file: columns per row, bytes per cell and bytes per row.
//!
//! The limits are checked byte by byte before the text is split into cells. Otherwise a file of
//! nothing but commas would need much more memory than its own size.

use super::csv_state::CsvState;
use super::problem::{Problem, ProblemCode};
use super::rows::count_line_ends;

/// Maximum number of columns in a row. The template has 12.
const MAX_COLUMNS: usize = 200;
/// Maximum number of bytes in a cell.
const MAX_CELL: usize = 32 * 1024;
/// Maximum number of bytes in a row.
const MAX_ROW: usize = 64 * 1024;

/// Checks that every row of the text is within the limits.
///
/// # Errors
/// Returns a [`Problem`] for the first row that exceeds a limit. The rest of the file is not
/// checked.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    let bytes = text.as_bytes();
    let mut state = CsvState::RowStart;
    let (mut row_start, mut cell_start, mut columns) = (0, 0, 1);
    for (at, byte) in bytes.iter().enumerate() {
        state = state.after(*byte);
        match state {
            CsvState::RowStart => (row_start, cell_start, columns) = (at + 1, at + 1, 1),
            CsvState::CellStart => (cell_start, columns) = (at + 1, columns + 1),
            CsvState::InComment => continue,
            _ => {}
        }
        let problem = if columns > MAX_COLUMNS {
            too_wide
        } else if at + 1 - cell_start > MAX_CELL {
            long_cell
        } else if at + 1 - row_start > MAX_ROW {
            long_row
        } else {
            continue;
        };
        return Err(problem(1 + count_line_ends(bytes.get(..row_start).unwrap_or_default())));
    }
    Ok(())
}

fn too_wide(line: u64) -> Problem {
    malformed(line, format!("Row {line} has too many columns; remove some of them, down to {MAX_COLUMNS} or fewer."))
}

fn long_cell(line: u64) -> Problem {
    malformed(
        line,
        format!("A value in row {line} is longer than 32 KB; shorten it, or close a quotation mark left open."),
    )
}

fn long_row(line: u64) -> Problem {
    malformed(line, format!("Row {line} is longer than 64 KB; shorten it."))
}

fn malformed(line: u64, message: String) -> Problem {
    Problem { row: Some(line), column: None, code: ProblemCode::MalformedCsv, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (Option<u64>, String) {
        let problem = check(text).unwrap_err();
        (problem.row, problem.message)
    }

    #[test]
    fn accepts_rows_at_the_limits() {
        let widest = ",".repeat(MAX_COLUMNS - 1);
        let longest = format!("{0},{0}", "x".repeat(MAX_CELL - 1));
        let comment = format!("#{}", "x,".repeat(MAX_ROW));
        for text in
            [&widest, &"x".repeat(MAX_CELL), &format!("{longest}x"), &format!("{comment}\n{widest}\r\n{longest}")]
        {
            assert_eq!(check(text), Ok(()));
        }
    }

    #[test]
    fn refuses_rows_beyond_the_limits() {
        let before = "a,b\r\n\n# c\n\"d\ne\"\n";
        for (row, says) in [
            (",".repeat(MAX_COLUMNS), "too many columns"),
            (format!("x,{}", "x".repeat(MAX_CELL + 1)), "longer than 32 KB"),
            (format!("\"{}\"", ",".repeat(MAX_CELL)), "longer than 32 KB"),
            (format!("\"\n{}", "x".repeat(MAX_CELL)), "close a quotation mark"),
            ("xx,".repeat(150) + &format!("{0},{0},{0}", "x".repeat(MAX_CELL - 300)), "longer than 64 KB"),
        ] {
            let (line, message) = refused(&format!("{before}{row}\n"));
            assert_eq!(line, Some(6));
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn ignores_commas_in_quotes_and_comments() {
        let quoted = format!("\"{}\",\"a\"\"{0}\"\n", ",".repeat(MAX_COLUMNS));
        assert_eq!(check(&format!("{quoted}#{}\n", ",".repeat(MAX_COLUMNS))), Ok(()));
    }
}
