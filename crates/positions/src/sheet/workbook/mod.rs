//! Reads workbooks: Excel's `.xlsx` and `.ods` of other programs, whatever the file is named.
//!
//! A workbook is a zip archive of XML files, a few hundred bytes of which can declare or expand
//! into gigabytes. So everything is read as a stream, and nothing that a workbook declares about
//! its own size is believed:
//!
//! - `archive` finds the files in the archive.
//! - `xml` inflates and parses one of them, within limits on the bytes in all of them, the bytes in
//!   one element and the depth of elements.
//! - `xlsx` and `ods` know what the elements mean. They pass on one row at a time.
//! - `value` writes numbers, dates and percentages as text.
//!
//! The rows are read twice: first to find the worksheet with the most data, then to keep its rows.

mod archive;
mod ods;
mod row;
#[cfg(test)]
mod tests;
mod value;
mod xlsx;
mod xml;

use csv::StringRecord;

use super::{
    SheetRow, SheetSource,
    collect::{MAX_SHEET_ROWS, Rows},
    split::{self, Record},
    unreadable,
};
use crate::{problem::Problem, quote::quote};
use archive::{Archive, MAX_INFLATED};
use row::Row;

/// Maximum number of worksheets.
const MAX_SHEETS: usize = 255;
/// Maximum number of columns, as in Excel.
const MAX_SHEET_COLUMNS: usize = 16_384;

/// Maximum number of characters that are kept of a worksheet's name.
const MAX_NAME: usize = 100;

const DAMAGED: &str = "This workbook is damaged; open it, save a copy and choose that.";
const TOO_LARGE: &str = "This workbook is too large; save the sheet with your positions as CSV and choose that.";
const PROTECTED: &str = "This workbook is protected with a password; save a copy without one and choose that.";
const OLD_EXCEL: &str = "This is a workbook of an old Excel format; save it as .xlsx or CSV and choose that.";
const NUMBERS: &str = "This is a Numbers document; export it as CSV or Excel and choose that.";
const DOCUMENT: &str = "This is a text document; save its table as CSV or as a workbook.";
const PRESENTATION: &str = "This is not a table; choose a CSV file or a workbook of Excel or LibreOffice.";
const ARCHIVE: &str = "This is a zip archive; unpack it and choose the CSV file or workbook inside.";

/// A worksheet of a workbook.
#[derive(Debug, Clone)]
struct SheetInfo {
    name: String,
    is_hidden: bool,
}

impl SheetInfo {
    /// Creates the description of a worksheet. Excel allows 31 characters in a name.
    fn new(name: &str, is_hidden: bool) -> Self {
        Self { name: name.chars().take(MAX_NAME).collect(), is_hidden }
    }
}

/// A workbook whose rows can be read one at a time.
trait Workbook {
    /// Passes each row that has a value to `on_row`: those of the worksheet with this index, or
    /// those of all worksheets. If `on_row` returns false, it receives no more rows of that
    /// worksheet.
    fn scan(&self, wanted: Option<usize>, on_row: OnRow) -> Result<Vec<SheetInfo>, Problem>;
}

/// A function that receives rows. It returns whether it needs more of them.
type OnRow<'f> = &'f mut dyn FnMut(&Row) -> Result<bool, Problem>;

/// Returns whether the bytes are a zip archive or the container of older office documents.
pub(super) fn is_container(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") || bytes.starts_with(OLE)
}

/// The first bytes of the container of older office documents and of encrypted workbooks.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Reads the worksheet named `chosen`, or the one with the most data.
///
/// # Errors
/// Returns a [`Problem`] if the bytes are no workbook, if it exceeds a limit, or if it has no such
/// worksheet.
pub(super) fn read(bytes: &[u8], chosen: Option<&str>) -> Result<(Vec<SheetRow>, SheetSource), Problem> {
    if bytes.starts_with(OLE) {
        return Err(unreadable(ole_message(bytes)));
    }
    let archive = Archive::open(bytes, MAX_INFLATED)?;
    let workbook = open(&archive)?;
    let mut sizes = Vec::new();
    let sheets = workbook.scan(None, &mut |row| {
        sizes.resize_with(sizes.len().max(row.sheet + 1), Size::default);
        Ok(sizes.get_mut(row.sheet).is_some_and(|size| size.add(row)))
    })?;
    sizes.resize_with(sheets.len(), Size::default);
    let index = match chosen {
        Some(name) => sheets.iter().position(|sheet| sheet.name == name).ok_or_else(|| no_such_sheet(name))?,
        None => largest(&sheets, &sizes),
    };
    let mut rows = Rows::default();
    workbook.scan(Some(index), &mut |row| keep(row, &mut rows))?;
    let mut source = SheetSource::default();
    for (at, (sheet, size)) in sheets.into_iter().zip(&sizes).enumerate() {
        if at == index {
            source.sheet = Some(sheet.name);
        } else if size.rows > 0 && !sheet.is_hidden {
            source.other_sheets.push(sheet.name);
        }
    }
    Ok((rows.finish()?, source))
}

/// Adds a row as often as it is repeated.
fn keep(row: &Row, rows: &mut Rows) -> Result<bool, Problem> {
    if row.is_too_wide {
        return Err(split::too_wide(row.line));
    }
    if row.has_long_cell {
        return Err(split::long_cell(row.line));
    }
    let cells: StringRecord = row.cells.iter().collect();
    let mut line = row.line;
    for _ in 0..row.count {
        if !rows.push(Record { line, cells: &cells, has_open_quote: false })? {
            break;
        }
        line = line.saturating_add(1);
    }
    Ok(true)
}

fn open<'a>(archive: &'a Archive<'a>) -> Result<Box<dyn Workbook + 'a>, Problem> {
    if let Some(workbook) = xlsx::Xlsx::open(archive)? {
        return Ok(Box::new(workbook));
    }
    if let Some(workbook) = ods::Ods::open(archive)? {
        return Ok(Box::new(workbook));
    }
    let message = if archive.has("encrypted-package") {
        PROTECTED
    } else if archive.has("xl/workbook.bin") {
        OLD_EXCEL
    } else if archive.has("Index/Document.iwa") || archive.has("Index.zip") {
        NUMBERS
    } else if archive.has("word/document.xml") {
        DOCUMENT
    } else if archive.has("ppt/presentation.xml") || archive.has("content.xml") {
        PRESENTATION
    } else {
        ARCHIVE
    };
    Err(unreadable(message))
}

/// Describes a file in the container of older office documents. It names the parts of the file in
/// UTF-16.
fn ole_message(bytes: &[u8]) -> &'static str {
    let names = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|window| window == name)
    };
    if names("EncryptedPackage") {
        PROTECTED
    } else if names("Workbook") || names("Book") {
        OLD_EXCEL
    } else if names("WordDocument") {
        DOCUMENT
    } else {
        PRESENTATION
    }
}

/// How much data a worksheet has.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Size {
    rows: usize,
    /// Number of values in rows with at least two values.
    values: usize,
}

impl Size {
    /// Counts a row. Returns false once the worksheet has more rows than are accepted.
    fn add(&mut self, row: &Row) -> bool {
        let values = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        self.rows = self.rows.saturating_add(row.count);
        if values > 1 {
            self.values = self.values.saturating_add(values.saturating_mul(row.count));
        }
        self.rows <= MAX_SHEET_ROWS
    }
}

/// Returns the index of the worksheet with the most values in rows of a table. Prefers worksheets
/// that are visible and that do not have too many rows. Among equals, the first is chosen.
fn largest(sheets: &[SheetInfo], sizes: &[Size]) -> usize {
    let rank = |index: usize| {
        let size = sizes.get(index).copied().unwrap_or_default();
        let is_visible = sheets.get(index).is_some_and(|sheet| !sheet.is_hidden);
        (size.rows > 0, is_visible, size.rows <= MAX_SHEET_ROWS, size.values, size.rows)
    };
    (0..sheets.len()).rev().max_by_key(|index| rank(*index)).unwrap_or_default()
}

fn no_such_sheet(name: &str) -> Problem {
    unreadable(&format!("The workbook has no sheet named {}; choose one that it has.", quote(name)))
}
