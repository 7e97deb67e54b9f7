//! Turns the bytes of any file into rows of cells.
//!
//! [`read_sheet`] decides what the bytes are and reads them:
//!
//! - `file_type` recognizes files that have no rows, such as a PDF.
//! - `workbook` reads the formats `.xlsx` and `.ods`.
//! - `decode` turns the bytes of a text file into text, whatever its encoding.
//! - `delimiter` finds out which character separates the cells.
//! - `split` splits text into records, and finds the line on which each starts.
//! - `collect` keeps the rows that have data, within the limits on rows and cells.
//!
//! What the cells mean is decided elsewhere.

mod collect;
mod decode;
mod delimiter;
mod file_type;
#[cfg(test)]
mod properties;
mod split;
#[cfg(test)]
mod tests;
mod workbook;

use csv::StringRecord;

use crate::{
    problem::{Problem, ProblemCode},
    reading::Reading,
};
use collect::Rows;
use split::Splitter;

/// The rows of a file, and how they were found.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Rows with at least one value, in the order of the file; never empty. Comments are left out.
    pub rows: Vec<SheetRow>,
    pub source: SheetSource,
}

/// One row of a file.
#[derive(Debug)]
pub(crate) struct SheetRow {
    /// The line on which the row starts, counted from 1 as in a text editor. In a workbook, the
    /// number of the row in its worksheet.
    pub line: u64,
    /// The values, without surrounding white space. Rows can differ in length.
    pub cells: StringRecord,
    /// Whether white space preceded the first value.
    pub is_indented: bool,
    /// Whether a quotation mark in this row is never closed. If so, the rest of the file has been
    /// read as part of one value.
    pub has_open_quote: bool,
}

/// How the rows of a file were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SheetSource {
    /// The character between two cells; `None` for a workbook.
    pub delimiter: Option<char>,
    /// The name of the text encoding; `None` for a workbook.
    pub encoding: Option<&'static str>,
    /// The name of the worksheet; `None` for a text file.
    pub sheet: Option<String>,
    /// Names of the other worksheets that have data.
    pub other_sheets: Vec<String>,
}

/// Reads the rows of a file. `changes` can name the encoding, the delimiter and the worksheet.
///
/// # Errors
/// Returns a [`Problem`] if the file has no rows, is of a kind that cannot be read, or exceeds a
/// limit.
pub(crate) fn read_sheet(bytes: &[u8], changes: &Reading) -> Result<Sheet, Problem> {
    if workbook::is_container(bytes) {
        let (rows, source) = workbook::read(bytes, changes.sheet.as_deref())?;
        return Ok(Sheet { rows, source });
    }
    file_type::check_bytes(bytes)?;
    let (text, encoding) = decode::decode(bytes, changes.encoding.as_deref())?;
    file_type::check_text(&text)?;
    let (delimiter, skipped) = delimiter::delimiter(&text, changes.delimiter)?;
    let mut splitter = Splitter::new(&text, delimiter, skipped);
    let mut rows = Rows::default();
    while let Some(record) = splitter.next_record()? {
        rows.push(record)?;
    }
    let source =
        SheetSource { delimiter: Some(char::from(delimiter)), encoding: Some(encoding), ..SheetSource::default() };
    Ok(Sheet { rows: rows.finish()?, source })
}

/// Creates the problem of a file that cannot be read at all.
fn unreadable(message: &str) -> Problem {
    Problem::in_file(ProblemCode::UnreadableFile, message)
}
