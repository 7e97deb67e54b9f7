//! Finds the tables of a file: their headers, their layout if it is known by name, and the rows
//! above, between and below them.

mod header;
mod layouts;
mod row_words;
mod sections;

use std::collections::BTreeMap;

use crate::{
    columns::folded,
    content::LeftOutReason,
    reading::Reading,
    sheet::{Sheet, SheetRow},
};

pub use layouts::layout_names;
pub(crate) use layouts::{Layout, TEMPLATE, known_layout};
pub(crate) use row_words::{is_footer, is_pending, is_total};

/// One table of a file.
#[derive(Debug)]
pub(crate) struct Table<'s> {
    /// The row with the names of the columns; `None` if the file has no header.
    pub header: Option<&'s SheetRow>,
    /// The names of the columns, one per cell of the header. They are empty without a header.
    pub names: Vec<&'s str>,
    /// The rows below the header, up to the next table.
    pub rows: Vec<&'s SheetRow>,
    /// The name of the table, if the file names its tables.
    pub section: Option<&'s str>,
    pub layout: Option<&'static Layout>,
}

/// The tables of a file, and rows that are in none.
#[derive(Debug, Default)]
pub(crate) struct Outline<'s> {
    pub tables: Vec<Table<'s>>,
    /// Rows above the first header.
    pub titles: Vec<&'s SheetRow>,
    /// Rows that are known not to be positions, by their line.
    pub left_out: BTreeMap<u64, LeftOutReason>,
}

/// Finds the tables of a sheet. A header row that the person chose is taken as it is.
pub(crate) fn recognize<'s>(sheet: &'s Sheet, changes: &Reading) -> Outline<'s> {
    if sections::has_sections(&sheet.rows) {
        return sections::outline(&sheet.rows);
    }
    let chosen = changes.header_row.filter(|line| sheet.rows.iter().any(|row| row.line == *line));
    let mut outline = Outline::default();
    let first = match chosen {
        Some(line) => sheet.rows.iter().position(|row| row.line == line),
        None => header::first_header(&sheet.rows),
    };
    let Some(first) = first else {
        outline.tables.push(Table::without_header(&sheet.rows));
        return outline;
    };
    let (above, below) = sheet.rows.split_at(first);
    for row in above {
        outline.titles.push(row);
        outline.left_out.insert(row.line, LeftOutReason::Title);
    }
    for (index, row) in below.iter().enumerate() {
        if index == 0 {
            outline.tables.push(Table::new(row, None));
        } else if header::is_header(row) {
            outline.add_header(row, None);
        } else if let Some(table) = outline.tables.last_mut()
            && !row.has_open_quote
        {
            table.rows.push(row);
        }
    }
    outline
}

impl<'s> Outline<'s> {
    /// Adds a header below the first one. If it repeats the names of the table before it, that
    /// table goes on.
    fn add_header(&mut self, row: &'s SheetRow, section: Option<&'s str>) {
        let continues = self.tables.last().is_some_and(|table| table.section == section && table.has_names_of(row));
        if continues {
            self.left_out.insert(row.line, LeftOutReason::Header);
            return;
        }
        self.tables.push(Table::new(row, section));
    }
}

impl<'s> Table<'s> {
    fn new(header: &'s SheetRow, section: Option<&'s str>) -> Self {
        let names: Vec<&str> = header.cells.iter().collect();
        let layout = known_layout(names.iter().copied());
        Self { header: Some(header), names, rows: Vec::new(), section, layout }
    }

    /// Creates a table of rows without a header.
    fn without_header(rows: &'s [SheetRow]) -> Self {
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        Self { header: None, names: vec![""; width], rows: rows.iter().collect(), section: None, layout: None }
    }

    fn has_names_of(&self, row: &SheetRow) -> bool {
        let filled = |names: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            names.map(folded).filter(|name| !name.is_empty()).collect()
        };
        filled(&mut self.names.iter().copied()) == filled(&mut row.cells.iter())
    }
}
