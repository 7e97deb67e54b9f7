//! Reads the rows of an Excel workbook (Office Open XML).

mod cell;
mod formats;
mod links;
mod texts;

use quick_xml::events::Event;

use super::{
    DAMAGED, MAX_SHEET_COLUMNS, MAX_SHEETS, OnRow, SheetInfo, TOO_LARGE, Workbook,
    archive::{Archive, MAX_INFLATED, damaged},
    row::Row,
    value::{NumberFormat, iso_date},
    xml::attribute,
};
use crate::{
    problem::Problem,
    sheet::{split::MAX_COLUMNS, unreadable},
};
use cell::{XlsxCell, without_escapes};
use formats::formats;
use links::{Link, relationships};
use texts::SharedTexts;

/// Maximum number of bytes of the list of worksheets.
const MAX_LIST: usize = 4 * 1024 * 1024;

/// An Excel workbook.
pub(super) struct Xlsx<'a> {
    archive: &'a Archive<'a>,
    sheets: Vec<Worksheet>,
    texts: SharedTexts,
    formats: Vec<NumberFormat>,
    /// Whether dates count from 1904, as on old Macs.
    is_1904: bool,
}

struct Worksheet {
    info: SheetInfo,
    path: String,
}

impl<'a> Xlsx<'a> {
    /// Opens a workbook, or returns `None` if the archive is something else.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the workbook is damaged or exceeds a limit.
    pub(super) fn open(archive: &'a Archive<'a>) -> Result<Option<Self>, Problem> {
        let root = relationships(archive, "_rels/.rels", "")?;
        let main = root.into_iter().find(|link| link.kind == "officeDocument");
        let path = main.map_or_else(|| "xl/workbook.xml".to_owned(), |link| link.path);
        let is_other = path.starts_with("word/") || path.starts_with("ppt/");
        let is_xml = path.rsplit('.').next().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
        if is_other || !is_xml || !archive.has(&path) {
            return Ok(None);
        }
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let links = relationships(archive, &format!("{folder}/_rels/{file}.rels"), folder)?;
        let path_of = |kind: &str| links.iter().find(|link| link.kind == kind).map(|link| link.path.as_str());
        let (sheets, is_1904) = worksheets(archive, &path, &links)?;
        let texts = SharedTexts::read(archive, path_of("sharedStrings"))?;
        let formats = formats(archive, path_of("styles"))?;
        Ok(Some(Self { archive, sheets, texts, formats, is_1904 }))
    }

    fn scan_sheet(&self, path: &str, row: &mut Row, on_row: OnRow) -> Result<(), Problem> {
        let Some(mut xml) = self.archive.xml(path, MAX_INFLATED)? else { return Ok(()) };
        let mut cell = XlsxCell::default();
        (row.line, row.count) = (0, 1);
        let mut column = 0;
        loop {
            match xml.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "row" => {
                        let number = attribute(&element, "r").and_then(|number| number.parse().ok());
                        row.line = number.unwrap_or(row.line.saturating_add(1)).max(1);
                        column = 0;
                        row.clear();
                    }
                    "c" => {
                        cell.start(&element);
                        column = cell.column.unwrap_or(column);
                    }
                    name => cell.enter(name),
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "row" if row.is_blank() => {}
                    "row" if !on_row(row)? => return Ok(()),
                    "c" if column >= MAX_SHEET_COLUMNS => return Err(damaged()),
                    "c" => {
                        if column < MAX_COLUMNS {
                            row.set(column, &self.text(&cell)?);
                        } else {
                            row.is_too_wide |= !cell.value.is_empty();
                        }
                        column += 1;
                    }
                    "sheetData" => return Ok(()),
                    name => cell.leave(name),
                },
                Event::Eof => return Err(damaged()),
                event => cell.push(&event),
            }
        }
    }

    /// Returns the text of a cell.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the cell refers to a text that the workbook does not have.
    fn text(&self, cell: &XlsxCell) -> Result<String, Problem> {
        let value = cell.value.trim();
        Ok(match cell.kind.as_str() {
            "s" if value.is_empty() => String::new(),
            "s" => value.parse().ok().and_then(|index| self.texts.get(index)).ok_or_else(damaged)?.to_owned(),
            "inlineStr" | "str" => without_escapes(&cell.value),
            "b" => if matches!(value, "1" | "true") { "TRUE" } else { "FALSE" }.to_owned(),
            "d" => iso_date(value),
            "e" => value.to_owned(),
            _ => match value.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    let format = self.formats.get(cell.style).copied().unwrap_or_default();
                    format.text(number, self.is_1904)
                }
                _ => value.to_owned(),
            },
        })
    }
}

impl Workbook for Xlsx<'_> {
    fn scan(&self, wanted: Option<usize>, on_row: OnRow) -> Result<Vec<SheetInfo>, Problem> {
        let mut row = Row::default();
        for (index, sheet) in self.sheets.iter().enumerate() {
            if wanted.is_none_or(|wanted| wanted == index) {
                row.sheet = index;
                self.scan_sheet(&sheet.path, &mut row, on_row)?;
            }
        }
        Ok(self.sheets.iter().map(|sheet| sheet.info.clone()).collect())
    }
}

fn worksheets(archive: &Archive, path: &str, links: &[Link]) -> Result<(Vec<Worksheet>, bool), Problem> {
    let mut xml = archive.xml(path, MAX_LIST)?.ok_or_else(damaged)?;
    let (mut sheets, mut is_1904) = (Vec::new(), false);
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "sheet" => {
                    let id = attribute(&element, "id").unwrap_or_default();
                    let link = links.iter().find(|link| link.id == id && link.kind == "worksheet");
                    let Some(link) = link else { continue };
                    if sheets.len() == MAX_SHEETS {
                        return Err(unreadable(TOO_LARGE));
                    }
                    let name = attribute(&element, "name").unwrap_or_default();
                    let is_hidden = attribute(&element, "state").is_some_and(|state| state != "visible");
                    sheets.push(Worksheet { info: SheetInfo::new(&name, is_hidden), path: link.path.clone() });
                }
                "workbookPr" => {
                    is_1904 |=
                        attribute(&element, "date1904").is_some_and(|flag| matches!(flag.as_str(), "1" | "true"));
                }
                _ => {}
            },
            Event::Eof if sheets.is_empty() => return Err(unreadable(DAMAGED)),
            Event::Eof => return Ok((sheets, is_1904)),
            _ => {}
        }
    }
}
