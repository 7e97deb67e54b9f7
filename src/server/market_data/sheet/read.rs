//! Reads the rows of a price file, and checks what would make its prices wrong.

use chrono::NaiveDate;

use super::{
    Sheet,
    cells::{CellFormat, MarkEvidence},
    dates::{DateStyle, date, date_style},
    header::{Column, Contents, Layout},
    splits::{CloseStep, SplitRatio, close_steps},
    text::FileText,
};

/// Maximum number of problems that are listed per file.
const MAX_LISTED: usize = 20;

/// The prices in one file.
#[derive(Debug)]
pub struct PriceFile {
    pub sheet: Sheet,
    pub series: Vec<FileSeries>,
}

/// The prices of one symbol in a file, and what was corrected in them.
#[derive(Debug)]
pub struct FileSeries {
    /// The symbol in upper case, as the file spells it.
    pub symbol: String,
    /// Column of the sheet with the closes.
    pub close: usize,
    /// Column of the sheet with the adjusted closes; that of the closes if the file has no others.
    pub adj_close: usize,
    /// Splits by whose factors earlier closes were divided, each with its first day.
    pub splits: Vec<(NaiveDate, SplitRatio)>,
    /// Days on which the close changed as if there were a split of an unusual ratio, and the
    /// adjusted close did not.
    pub unexplained: Vec<NaiveDate>,
    /// Days that have a close but no adjusted close, and are left out.
    pub without_adjusted: Vec<NaiveDate>,
}

/// Reads a price file. Dates after `today` are rejected.
///
/// # Errors
/// Returns the problems, each with its line number.
pub fn read_prices(bytes: &[u8], contents: Contents<'_>, today: NaiveDate) -> Result<PriceFile, Vec<String>> {
    let text = FileText::decode(bytes);
    let layout = Layout::find(text.lines(), contents).map_err(|problem| vec![problem])?;
    let mut rows = Rows::new(&text, &layout, today)?;
    for (number, line) in text.lines().skip_while(|(number, _)| *number <= layout.last_line) {
        rows.read(number, line);
    }
    let Rows { sheet, mut problems, symbol, .. } = rows;
    let row_symbol = symbol.map(|(symbol, _)| symbol.to_ascii_uppercase());
    problems.extend(text.invalid_lines.iter().map(|line| format!("line {line} is not text in UTF-8")));
    problems.extend(sheet.repeated_dates());
    if problems.len() > MAX_LISTED {
        let more = problems.len() - MAX_LISTED;
        problems.truncate(MAX_LISTED);
        problems.push(format!("{more} more lines have problems"));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut sheet = sheet.sorted();
    let is_single = layout.series.len() == 1;
    let series = layout.series.into_iter().map(|columns| {
        let mut series = FileSeries {
            symbol: row_symbol.clone().filter(|_| is_single).unwrap_or(columns.symbol),
            close: columns.close,
            adj_close: columns.adj_close,
            splits: Vec::new(),
            unexplained: Vec::new(),
            without_adjusted: Vec::new(),
        };
        if series.close != series.adj_close {
            series.complete(&mut sheet);
        }
        series
    });
    let series = series.collect();
    Ok(PriceFile { sheet, series })
}

/// The rows of a file that have been read so far.
struct Rows<'a> {
    layout: &'a Layout,
    format: CellFormat,
    style: DateStyle,
    today: NaiveDate,
    sheet: Sheet,
    problems: Vec<String>,
    /// The symbol of the rows, and the first line that has it.
    symbol: Option<(&'a str, usize)>,
}

impl<'a> Rows<'a> {
    /// Finds out which conventions the numbers and dates of the file follow.
    fn new(text: &'a FileText<'_>, layout: &'a Layout, today: NaiveDate) -> Result<Self, Vec<String>> {
        let lines = || text.lines().skip_while(|(number, _)| *number <= layout.last_line);
        let mut format = layout.format;
        if format.delimiter != b',' {
            let mut evidence = MarkEvidence::default();
            for (number, line) in lines() {
                let cells = format.cells(line).zip(&layout.columns);
                cells
                    .filter(|(_, column)| matches!(column, Column::Price(_)))
                    .for_each(|(cell, _)| evidence.add(number, cell));
            }
            format.decimal = evidence.decimal().map_err(|problem| vec![problem])?;
        }
        let date_at = layout.columns.iter().position(|column| *column == Column::Date).unwrap_or(0);
        let dates = lines().filter_map(|(number, line)| Some((number, format.cells(line).nth(date_at)?)));
        // One look at the first date is enough for nearly all files.
        let is_iso = dates.clone().next().is_some_and(|(_, cell)| date(cell, DateStyle::YearMonthDay).is_some());
        let style = if is_iso { Ok(DateStyle::YearMonthDay) } else { date_style(dates) };
        let style = style
            .map_err(|line| vec![format!("line {line} has a date that can mean two days; write it like 2024-03-15")])?;
        let sheet = Sheet::new(layout.names.len());
        Ok(Self { layout, format, style, today, sheet, problems: Vec::new(), symbol: None })
    }

    fn read(&mut self, number: usize, line: &'a str) {
        let Some(day) = self.date(number, line) else { return };
        let row = self.sheet.add_row(day, number);
        let mut rest = Some(line);
        for column in &self.layout.columns {
            let Some(text) = rest else { break };
            if let Column::Price(index) = column {
                let (price, after) = self.format.first_price(text);
                rest = after;
                match price {
                    Ok(price) => row[*index] = price,
                    Err(cell) => {
                        let name = &self.layout.names[*index];
                        self.problems.push(format!("line {number}, {name}: “{cell}” is not a price above zero"));
                    }
                }
                continue;
            }
            let (cell, after) = self.format.first_cell(text);
            rest = after;
            if *column == Column::Symbol {
                match self.symbol {
                    None => self.symbol = Some((cell, number)),
                    Some((symbol, _)) if symbol.eq_ignore_ascii_case(cell) => {}
                    Some((_, first)) => self
                        .problems
                        .push(format!("line {number} has another symbol than line {first}; keep one symbol per file")),
                }
            }
        }
        if rest.is_some_and(|extra| self.format.cells(extra).any(|cell| !cell.is_empty())) {
            self.problems.push(format!(
                "line {number} has more cells than the header; write numbers without commas between thousands"
            ));
        }
    }

    /// Returns the date of a row, or reports that it has none.
    fn date(&mut self, number: usize, line: &str) -> Option<NaiveDate> {
        let date_at = self.layout.columns.iter().position(|column| *column == Column::Date).unwrap_or(0);
        let cell = self.format.cells(line).nth(date_at).unwrap_or_default();
        match date(cell, self.style) {
            Some(day) if day <= self.today => Some(day),
            Some(day) => {
                self.problems.push(format!("line {number} has the date {day}, which is in the future"));
                None
            }
            None => {
                self.problems.push(format!("line {number} has no date such as 2024-03-15"));
                None
            }
        }
    }
}

impl FileSeries {
    /// Makes two columns of prices consistent: leaves out days that lack one of them, and divides
    /// closes by the factors of splits that only the adjusted closes have.
    ///
    /// If no day has an adjusted close, the closes serve as adjusted closes, too.
    fn complete(&mut self, sheet: &mut Sheet) {
        if sheet.dates(self.adj_close).is_none() {
            self.adj_close = self.close;
            return;
        }
        for (date, row) in sheet.dates.iter().zip(sheet.cells.chunks_mut(sheet.columns)) {
            if row[self.adj_close].is_nan() && !row[self.close].is_nan() {
                self.without_adjusted.push(*date);
                row[self.close] = f64::NAN;
            }
        }
        let bars = sheet.bars(self.close, self.adj_close, NaiveDate::MIN, NaiveDate::MAX);
        let steps = close_steps(&bars);
        self.unexplained = steps.iter().filter(|step| step.split.is_none()).map(|step| bars[step.index].date).collect();
        let split = |step: &CloseStep| Some((bars[step.index].date, step.split?));
        self.splits = steps.iter().filter_map(split).collect();
        let mut later = self.splits.iter().rev().peekable();
        let mut factor = 1.0;
        for (date, row) in sheet.dates.iter().zip(sheet.cells.chunks_mut(sheet.columns)).rev() {
            while let Some((_, split)) = later.next_if(|(first, _)| date < first) {
                factor *= split.factor();
            }
            row[self.close] /= factor;
        }
    }
}
