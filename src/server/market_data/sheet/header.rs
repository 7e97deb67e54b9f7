//! Finds the header of a price file, and what each column holds.

use super::cells::{CellFormat, is_absent};
use super::dates::is_date;

/// Maximum number of header lines. yfinance writes three.
const MAX_HEADER_LINES: usize = 3;

/// The expected contents of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents<'a> {
    /// The prices of the symbol that the file is named after.
    OneSymbol(&'a str),
    /// The closes of several symbols, one per column. If the file has a column for closes instead,
    /// it holds the prices of the symbol that it is named after.
    AnySymbols(&'a str),
}

impl<'a> Contents<'a> {
    fn file_symbol(self) -> &'a str {
        match self {
            Self::OneSymbol(symbol) | Self::AnySymbols(symbol) => symbol,
        }
    }
}

/// The use of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Date,
    /// A price, which is stored in this column of the sheet.
    Price(usize),
    /// The symbol of the row, which must be the same on all rows.
    Symbol,
    Ignored,
}

/// The columns of one symbol's prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeriesColumns {
    pub symbol: String,
    /// Column of the sheet with the closes.
    pub close: usize,
    /// Column of the sheet with the adjusted closes. It is that of the closes if the file has only
    /// one column for the symbol.
    pub adj_close: usize,
}

/// The meaning of a file's columns.
#[derive(Debug)]
pub(super) struct Layout {
    pub format: CellFormat,
    /// Number of the last line of the header.
    pub last_line: usize,
    pub columns: Vec<Column>,
    /// The name of each column of the sheet, for messages.
    pub names: Vec<String>,
    pub series: Vec<SeriesColumns>,
}

/// A price or another value of a trading day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Close,
    AdjClose,
    /// A value that is not read, such as the volume.
    Other,
}

impl Layout {
    /// Finds the layout of a file with these lines.
    ///
    /// # Errors
    /// Returns the problem with its line number.
    pub fn find<'a>(mut lines: impl Iterator<Item = (usize, &'a str)>, contents: Contents<'_>) -> Result<Self, String> {
        let mut first = lines.next();
        let mut stated = None;
        if let Some((_, line)) = first
            && let Some(&[delimiter]) = line.trim_matches('"').strip_prefix("sep=").map(str::as_bytes)
        {
            // Excel names the delimiter in a line of its own.
            (stated, first) = (Some(delimiter), lines.next());
        }
        let Some((number, line)) = first else {
            return Err(match contents {
                Contents::OneSymbol(_) => "line 1 has no columns Date and Close".to_owned(),
                Contents::AnySymbols(_) => "line 1 has no symbols after the date column".to_owned(),
            });
        };
        let format = CellFormat { delimiter: stated.unwrap_or_else(|| delimiter(line)), decimal: b'.' };
        let mut rows: Vec<Vec<&str>> = vec![format.cells(line).collect()];
        let (mut last_line, mut data) = (number, None);
        for (number, line) in lines {
            let cells: Vec<&str> = format.cells(line).collect();
            if rows.len() == MAX_HEADER_LINES || !is_header(&cells) {
                data = Some(cells);
                break;
            }
            last_line = number;
            rows.push(cells);
        }
        let layout = Header { rows, data: data.unwrap_or_default(), line: number };
        let (columns, names, series) = layout.columns(contents)?;
        Ok(Self { format, last_line, columns, names, series })
    }
}

/// Returns the delimiter that occurs most in the first line of the header.
fn delimiter(line: &str) -> u8 {
    let count = |delimiter: u8| line.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Returns whether a row after the first one belongs to the header: it has names instead of
/// numbers, or names the date column alone.
fn is_header(cells: &[&str]) -> bool {
    let Some((first, others)) = cells.split_first() else { return false };
    let is_number = |cell: &&str| cell.bytes().any(|byte| byte.is_ascii_digit()) && cell.parse::<f64>().is_ok();
    if is_date(first) || others.is_empty() {
        return false;
    }
    if others.iter().all(|cell| cell.is_empty()) {
        return is_date_name(&normalized(first));
    }
    let is_word = |cell: &&str| !is_absent(cell) && !is_number(cell) && !is_date(cell);
    (first.is_empty() || is_level_name(&normalized(first)))
        && others.iter().all(|cell| cell.is_empty() || is_word(cell))
}

/// The lines of a header and the first line of data.
struct Header<'a> {
    rows: Vec<Vec<&'a str>>,
    data: Vec<&'a str>,
    /// Number of the first line of the header.
    line: usize,
}

type Columns = (Vec<Column>, Vec<String>, Vec<SeriesColumns>);

impl Header<'_> {
    fn columns(&self, contents: Contents<'_>) -> Result<Columns, String> {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let date_at = self.date_column()?;
        // Of two levels, one has the fields and the other the symbols.
        let field_count =
            |row: &Vec<&str>| row.iter().skip(1).filter(|name| field(&normalized(name)).is_some()).count();
        let fields = self.rows.iter().enumerate().max_by_key(|(index, row)| (field_count(row), usize::MAX - index));
        let field_row = fields.map_or(0, |(index, _)| index);
        let is_level = |(index, row): &(usize, &Vec<&str>)| {
            *index != field_row && row.iter().skip(1).any(|name| !name.is_empty() && !is_date_name(&normalized(name)))
        };
        let symbol_row = self.rows.iter().enumerate().find(is_level).map(|(index, _)| index);
        let name = |row: usize, column: usize| self.rows[row].get(column).copied().unwrap_or_default();
        let described = |column: usize| {
            let (symbol, field) = described(name(field_row, column));
            let level = symbol_row.map(|row| name(row, column)).filter(|name| !name.is_empty());
            (level.map(str::to_owned).or(symbol), field)
        };
        let others: Vec<usize> =
            (0..width).filter(|column| *column != date_at && !name(field_row, *column).is_empty()).collect();
        let has_close = others.iter().any(|&at| matches!(described(at), (None, Some(Field::Close | Field::AdjClose))));
        let all_fields = others.iter().all(|&at| described(at).1.is_some())
            && others.iter().any(|&at| matches!(described(at).1, Some(Field::Close | Field::AdjClose)));
        let mut columns = vec![Column::Ignored; width];
        columns[date_at] = Column::Date;
        let (mut names, mut series): (Vec<String>, Vec<SeriesColumns>) = (Vec::new(), Vec::new());
        if !has_close && !all_fields {
            let Contents::AnySymbols(_) = contents else {
                return Err(format!("line {} has no columns Date and Close", self.line));
            };
            for at in others {
                let symbol = name(field_row, at).to_ascii_uppercase();
                columns[at] = Column::Price(names.len());
                series.push(SeriesColumns { symbol: symbol.clone(), close: names.len(), adj_close: names.len() });
                names.push(symbol);
            }
            return if series.is_empty() {
                Err(format!("line {} has no symbols after the date column", self.line))
            } else {
                Ok((columns, names, series))
            };
        }
        let mut found: Vec<(String, [Option<usize>; 2])> = Vec::new();
        for at in others {
            let (symbol, field) = described(at);
            if symbol.is_none() && is_symbol_name(&normalized(name(field_row, at))) {
                columns[at] = Column::Symbol;
            }
            let kind = match field {
                Some(Field::Close) => 0,
                Some(Field::AdjClose) => 1,
                Some(Field::Other) | None => continue,
            };
            let symbol = symbol.unwrap_or_default().to_ascii_uppercase();
            let index = found.iter().position(|(known, _)| *known == symbol).unwrap_or(found.len());
            if index == found.len() {
                found.push((symbol, [None, None]));
            }
            if found[index].1[kind].replace(names.len()).is_some() {
                let column = ["Close", "Adj Close"][kind];
                return Err(format!("line {} has more than one column {column}; keep one of them", self.line));
            }
            columns[at] = Column::Price(names.len());
            names.push(name(field_row, at).to_owned());
        }
        for (symbol, prices) in found {
            let [close, adj_close] = prices;
            let Some(close_at) = close.or(adj_close) else { continue };
            let symbol = if symbol.is_empty() { contents.file_symbol().to_ascii_uppercase() } else { symbol };
            series.push(SeriesColumns { symbol, close: close_at, adj_close: adj_close.unwrap_or(close_at) });
        }
        Ok((columns, names, series))
    }

    /// Returns the index of the date column: the one that is named so, or else the first one that
    /// begins with a date, or else the first one.
    fn date_column(&self) -> Result<usize, String> {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let is_named = |column: &usize| {
            let mut names = self.rows.iter().filter_map(|row| row.get(*column));
            names.any(|name| is_date_name(&normalized(name)))
        };
        let dated: Vec<usize> = (0..width).filter(is_named).collect();
        let is_exact = |column: &&usize| {
            self.rows.iter().any(|row| row.get(**column).is_some_and(|name| name.eq_ignore_ascii_case("date")))
        };
        if dated.iter().filter(is_exact).count() > 1 {
            return Err(format!("line {} has more than one column Date; keep one of them", self.line));
        }
        let begins_with_date = || self.data.iter().position(|cell| is_date(cell));
        Ok(dated.iter().find(is_exact).or(dated.first()).copied().or_else(begins_with_date).unwrap_or(0))
    }
}

/// Returns the letters and digits of a column's name in lower case.
fn normalized(name: &str) -> String {
    name.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_date_name(name: &str) -> bool {
    matches!(name, "date" | "datetime" | "timestamp" | "time" | "index" | "tradingday" | "tradedate")
}

fn is_symbol_name(name: &str) -> bool {
    matches!(name, "symbol" | "ticker")
}

/// Returns whether this is a name of a header's level, as pandas writes it.
fn is_level_name(name: &str) -> bool {
    is_symbol_name(name)
        || is_date_name(name)
        || matches!(name, "price" | "prices" | "attributes" | "symbols" | "tickers")
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "close" | "closelast" | "closeprice" => Field::Close,
        "adjclose" | "adjustedclose" | "adjusted" | "closeadjusted" | "closeadj" => Field::AdjClose,
        "open" | "high" | "low" | "volume" | "vol" | "dividends" | "stocksplits" | "capitalgains" => Field::Other,
        _ => None?,
    })
}

/// Returns the symbol and the field in a column's name, such as `AAPL.Close`.
fn described(name: &str) -> (Option<String>, Option<Field>) {
    if let Some(field) = field(&normalized(name)) {
        return (None, Some(field));
    }
    // `AAPL.Adj.Close` has a separator inside the field, too.
    let ends = name.char_indices().filter(|(_, char)| matches!(char, '.' | '_' | ' '));
    for (at, _) in ends {
        if let Some(field) = field(&normalized(&name[at..])).filter(|_| at > 0) {
            return (Some(name[..at].to_owned()), Some(field));
        }
    }
    (None, None)
}
