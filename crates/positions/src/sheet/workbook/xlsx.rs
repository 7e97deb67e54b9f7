//! Reads the rows of an Excel workbook (Office Open XML).

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

use super::{
    DAMAGED, MAX_SHEET_COLUMNS, MAX_SHEETS, OnRow, SheetInfo, TOO_LARGE, Workbook,
    archive::{Archive, MAX_INFLATED, damaged},
    row::Row,
    value::{NumberFormat, iso_date},
    xml::{attribute, push_text},
};
use crate::{
    problem::Problem,
    sheet::{collect::MAX_CELLS, split::MAX_COLUMNS, unreadable},
};

/// Maximum number of bytes of the list of worksheets.
const MAX_LIST: usize = 4 * 1024 * 1024;
/// Maximum number of bytes of a list of links.
const MAX_LINKS: usize = 1024 * 1024;
/// Maximum number of bytes of the texts that cells share.
pub(super) const MAX_SHARED: usize = 8 * 1024 * 1024;
/// Maximum number of formats, as in Excel.
const MAX_FORMATS: usize = 65_536;

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

/// The cell that is being read.
#[derive(Default)]
struct XlsxCell {
    kind: String,
    style: usize,
    column: Option<usize>,
    value: String,
    is_value: bool,
    /// Whether the text is a pronunciation, which is not part of the value.
    is_phonetic: bool,
}

impl XlsxCell {
    fn start(&mut self, element: &BytesStart) {
        self.kind.clear();
        (self.style, self.column) = (0, None);
        for attribute in element.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "t" => self.kind.push_str(&attribute.value),
                "s" => self.style = attribute.value.parse().unwrap_or_default(),
                "r" => self.column = column_index(&attribute.value),
                _ => {}
            }
        }
        self.value.clear();
        (self.is_value, self.is_phonetic) = (false, false);
    }

    fn enter(&mut self, name: &str) {
        match name {
            // Next to a text, some programs write the number under which they store it.
            "v" if self.kind == "inlineStr" => {}
            "v" | "t" => self.is_value = true,
            "rPh" => self.is_phonetic = true,
            _ => {}
        }
    }

    fn leave(&mut self, name: &str) {
        match name {
            "v" | "t" => self.is_value = false,
            "rPh" => self.is_phonetic = false,
            _ => {}
        }
    }

    fn push(&mut self, event: &Event) {
        if self.is_value && !self.is_phonetic {
            push_text(&mut self.value, event);
        }
    }
}

/// Reads the letters of a reference such as `AB12` as the index of a column.
fn column_index(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

/// Removes carriage returns that Excel writes as `_x000D_`.
fn without_escapes(text: &str) -> String {
    text.replace("_x000D_", "")
}

/// A link from one file of the workbook to another.
struct Link {
    id: String,
    /// The last part of the address that names the kind of link.
    kind: String,
    path: String,
}

fn relationships(archive: &Archive, path: &str, folder: &str) -> Result<Vec<Link>, Problem> {
    let Some(mut xml) = archive.xml(path, MAX_LINKS)? else { return Ok(Vec::new()) };
    let mut links = Vec::new();
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                let kind = attribute(&element, "Type").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                let target = attribute(&element, "Target").unwrap_or_default();
                links.push(Link {
                    id: attribute(&element, "Id").unwrap_or_default(),
                    kind,
                    path: resolve(folder, &target),
                });
            }
            Event::Eof => return Ok(links),
            _ => {}
        }
    }
}

/// Resolves the target of a link against the folder of the file that has the link.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let full = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
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

/// Texts that cells refer to by their index.
#[derive(Default)]
struct SharedTexts {
    text: String,
    /// The end of each text within `text`.
    ends: Vec<u32>,
}

impl SharedTexts {
    fn read(archive: &Archive, path: Option<&str>) -> Result<Self, Problem> {
        let mut shared = Self::default();
        let Some(mut xml) = path.map_or(Ok(None), |path| archive.xml(path, MAX_INFLATED))? else {
            return Ok(shared);
        };
        let mut cell = XlsxCell::default();
        loop {
            match xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "si" => cell.value.clear(),
                Event::Start(element) => cell.enter(element.local_name().as_ref()),
                Event::End(element) if element.local_name().as_ref() == "si" => shared.push(&cell.value)?,
                Event::End(element) => cell.leave(element.local_name().as_ref()),
                Event::Eof => return Ok(shared),
                event => cell.push(&event),
            }
        }
    }

    fn push(&mut self, text: &str) -> Result<(), Problem> {
        let text = without_escapes(text);
        if self.text.len() + text.len() > MAX_SHARED || self.ends.len() == MAX_CELLS {
            return Err(unreadable(TOO_LARGE));
        }
        self.text.push_str(&text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    fn get(&self, index: usize) -> Option<&str> {
        let end = usize::try_from(*self.ends.get(index)?).ok()?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.text.get(usize::try_from(start).ok()?..end)
    }
}

/// Reads how the cells of each style show numbers.
fn formats(archive: &Archive, path: Option<&str>) -> Result<Vec<NumberFormat>, Problem> {
    let mut formats = Vec::new();
    let Some(mut xml) = path.map_or(Ok(None), |path| archive.xml(path, MAX_INFLATED))? else { return Ok(formats) };
    let mut custom = HashMap::new();
    let mut is_cell_style = false;
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "cellXfs" => is_cell_style = true,
                "numFmt" => {
                    let code = attribute(&element, "formatCode").unwrap_or_default();
                    custom.entry(format_id(&element)).or_insert_with(|| NumberFormat::from_code(&code));
                }
                "xf" if is_cell_style => {
                    let id = format_id(&element);
                    formats.push(custom.get(&id).copied().unwrap_or_else(|| NumberFormat::built_in(id)));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => return Ok(formats),
            Event::Eof => return Ok(formats),
            _ => {}
        }
        if formats.len() > MAX_FORMATS || custom.len() > MAX_FORMATS {
            return Err(unreadable(TOO_LARGE));
        }
    }
}

fn format_id(element: &BytesStart) -> u32 {
    attribute(element, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or_default()
}
