//! Reads the rows of a workbook in the format `.ods`.

use quick_xml::events::{BytesStart, Event};

use super::{
    MAX_SHEETS, OnRow, PROTECTED, SheetInfo, TOO_LARGE, Workbook,
    archive::{Archive, MAX_INFLATED, damaged},
    row::Row,
    value::{NumberFormat, iso_date},
    xml::{Xml, attribute, push_text},
};
use crate::{
    problem::Problem,
    sheet::{
        split::{MAX_CELL, MAX_COLUMNS},
        unreadable,
    },
};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";

/// Maximum number of bytes of the list of files.
const MAX_MANIFEST: usize = 4 * 1024 * 1024;

/// A workbook in the format `.ods`.
pub(super) struct Ods<'a> {
    archive: &'a Archive<'a>,
}

impl<'a> Ods<'a> {
    /// Opens a spreadsheet, or returns `None` if the archive is something else.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the spreadsheet is damaged or protected with a password.
    pub(super) fn open(archive: &'a Archive<'a>) -> Result<Option<Self>, Problem> {
        if !archive.has(CONTENT) {
            return Ok(None);
        }
        if let Some(mut manifest) = archive.xml(MANIFEST, MAX_MANIFEST)? {
            loop {
                match manifest.next()? {
                    Event::Start(element) if element.local_name().as_ref() == "encryption-data" => {
                        return Err(unreadable(PROTECTED));
                    }
                    Event::Eof => break,
                    _ => {}
                }
            }
        }
        let mut content = archive.xml(CONTENT, MAX_INFLATED)?.ok_or_else(damaged)?;
        loop {
            match content.next()? {
                Event::Start(element) => match element.name().as_ref() {
                    "office:spreadsheet" => return Ok(Some(Self { archive })),
                    "office:text" | "office:presentation" | "office:drawing" => return Ok(None),
                    _ => {}
                },
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }
}

impl Workbook for Ods<'_> {
    fn scan(&self, wanted: Option<usize>, on_row: OnRow) -> Result<Vec<SheetInfo>, Problem> {
        let mut content = self.archive.xml(CONTENT, MAX_INFLATED)?.ok_or_else(damaged)?;
        let mut sheets = Vec::new();
        let mut scan = Scan::new(on_row);
        let mut table_depth = 0;
        while let Some(step) = step(&mut content, table_depth)? {
            match step {
                Step::Table(name) => {
                    if sheets.len() == MAX_SHEETS {
                        return Err(unreadable(TOO_LARGE));
                    }
                    sheets.push(SheetInfo::new(&name, false));
                    table_depth = content.depth();
                    let index = sheets.len() - 1;
                    scan.start_sheet(index, wanted.is_none_or(|wanted| wanted == index));
                }
                Step::TableEnd => table_depth = 0,
                Step::Row(count) => scan.start_row(count),
                Step::RowEnd => scan.end_row()?,
                Step::Cell(cell) => scan.read_cell(cell, &mut content)?,
                Step::Other => {}
            }
        }
        // The rows behind the end of a file that was cut off would be missing without a word.
        if table_depth > 0 { Err(damaged()) } else { Ok(sheets) }
    }
}

/// An element that matters outside a cell.
enum Step {
    Table(String),
    TableEnd,
    Row(u64),
    RowEnd,
    Cell(OdsCell),
    Other,
}

/// Reads up to the next element, or returns `None` at the end of the file. `table_depth` is the
/// depth of the table that is open, or 0.
fn step(content: &mut Xml, table_depth: usize) -> Result<Option<Step>, Problem> {
    let depth = content.depth();
    let is_in_table = table_depth > 0;
    Ok(Some(match content.next()? {
        Event::Start(element) => match element.local_name().as_ref() {
            "table" if !is_in_table => Step::Table(attribute(&element, "name").unwrap_or_default()),
            "table-row" if is_in_table => Step::Row(repeated(&element, "number-rows-repeated")),
            "table-cell" | "covered-table-cell" if is_in_table => Step::Cell(OdsCell::new(&element)),
            _ => Step::Other,
        },
        Event::End(element) => match element.local_name().as_ref() {
            "table" if depth == table_depth => Step::TableEnd,
            "table-row" if is_in_table => Step::RowEnd,
            _ => Step::Other,
        },
        Event::Eof => return Ok(None),
        _ => Step::Other,
    }))
}

fn repeated(element: &BytesStart, name: &str) -> u64 {
    attribute(element, name).and_then(|count| count.parse().ok()).unwrap_or(1)
}

/// The state of reading one worksheet.
struct Scan<'f> {
    on_row: OnRow<'f>,
    /// Whether `on_row` wants more rows of this worksheet.
    is_wanted: bool,
    row: Row,
    cell: OdsCell,
    column: u64,
    next_line: u64,
}

impl<'f> Scan<'f> {
    fn new(on_row: OnRow<'f>) -> Self {
        Self { on_row, is_wanted: false, row: Row::default(), cell: OdsCell::default(), column: 0, next_line: 1 }
    }

    fn start_sheet(&mut self, index: usize, is_wanted: bool) {
        self.row.sheet = index;
        self.is_wanted = is_wanted;
        self.next_line = 1;
    }

    fn start_row(&mut self, count: u64) {
        self.row.clear();
        self.row.line = self.next_line;
        self.row.count = usize::try_from(count).unwrap_or(usize::MAX);
        self.next_line = self.next_line.saturating_add(count);
        self.column = 0;
    }

    fn end_row(&mut self) -> Result<(), Problem> {
        if self.is_wanted && !self.row.is_blank() {
            self.is_wanted = (self.on_row)(&self.row)?;
        }
        Ok(())
    }

    /// Reads the text of a cell up to its end, and stores its value in each column it is repeated
    /// in.
    fn read_cell(&mut self, cell: OdsCell, content: &mut Xml) -> Result<(), Problem> {
        let depth = content.depth();
        self.cell = cell;
        while content.depth() >= depth {
            match content.next()? {
                Event::Start(element) => self.cell.enter(&element),
                Event::End(element) => self.cell.leave(element.local_name().as_ref()),
                Event::Eof => return Err(damaged()),
                event => self.cell.push(&event),
            }
        }
        let value = self.cell.value();
        let end = self.column.saturating_add(self.cell.count);
        if !value.is_empty() {
            // One column more shows that the row is too wide.
            let last = end.min(MAX_COLUMNS as u64 + 1).max(self.column + 1);
            for column in self.column..last {
                self.row.set(usize::try_from(column).unwrap_or(usize::MAX), &value);
            }
        }
        self.column = end;
        Ok(())
    }
}

/// The cell that is being read.
#[derive(Default)]
struct OdsCell {
    kind: String,
    /// The number, date or truth value, as the file has it.
    stored: Option<String>,
    currency: String,
    count: u64,
    text: String,
    paragraphs: usize,
    /// Number of elements open whose text is shown in the cell.
    shown: usize,
    /// Number of comments open.
    hidden: usize,
}

impl OdsCell {
    fn new(element: &BytesStart) -> Self {
        let kind = attribute(element, "value-type").unwrap_or_default();
        let name = match kind.as_str() {
            "float" | "percentage" | "currency" => "value",
            "date" => "date-value",
            "boolean" => "boolean-value",
            _ => "string-value",
        };
        Self {
            stored: attribute(element, name),
            currency: attribute(element, "currency").unwrap_or_default(),
            count: repeated(element, "number-columns-repeated"),
            kind,
            ..Self::default()
        }
    }

    fn enter(&mut self, element: &BytesStart) {
        match element.local_name().as_ref() {
            "annotation" => self.hidden += 1,
            _ if self.hidden > 0 || self.text.len() > MAX_CELL => {}
            "p" | "h" => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
                self.shown += 1;
            }
            "s" | "tab" => self.text.push(' '),
            "line-break" => self.text.push('\n'),
            _ => {}
        }
    }

    fn leave(&mut self, name: &str) {
        match name {
            "annotation" => self.hidden = self.hidden.saturating_sub(1),
            "p" | "h" if self.hidden == 0 => self.shown = self.shown.saturating_sub(1),
            _ => {}
        }
    }

    fn push(&mut self, event: &Event) {
        if self.shown > 0 && self.hidden == 0 {
            push_text(&mut self.text, event);
        }
    }

    /// Returns the text of the cell.
    fn value(&self) -> String {
        let Some(stored) = &self.stored else { return self.text.clone() };
        let format = match self.kind.as_str() {
            "float" => NumberFormat::Plain,
            "percentage" => NumberFormat::Percent,
            "currency" => NumberFormat::from_currency(&self.currency),
            "date" => return iso_date(stored),
            "boolean" => return stored.to_uppercase(),
            _ => return if self.text.is_empty() { stored.clone() } else { self.text.clone() },
        };
        let number = stored.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map_or_else(|| self.text.clone(), |number| format.text(number, false))
    }
}
