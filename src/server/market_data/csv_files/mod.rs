//! The price source `csv:PATH`: daily prices from the operator's own files. `PATH` is either a
//! folder with one file per symbol (`AAPL.csv` with the columns `Date`, `Close` and, optionally,
//! `Adj Close`), or a single file with a date column and one column of closes per symbol.
//!
//! If the name of a file or column is the symbol of an option, its prices are used as that option's
//! quotes.
//!
//! All files are read once, at startup, and their prices are kept in memory.

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
    sync::Arc,
};

use super::{
    Factors, Limiter, OptionQuotes,
    sheet::{Sheet, not_utf8, price, too_many_cells, unreadable_line},
    table::{Description, PriceTable, TableSource},
};

/// Reads all price files at `path`, which is a folder or a single file, and returns them as a price
/// source.
///
/// # Errors
/// Returns one message per problem, for the operator.
pub fn csv_files(path: &Path, limiter: Limiter, factors: Option<Factors>) -> Result<TableSource, Vec<String>> {
    let setting = format!("MARKET_DATA=csv:{}", path.display());
    if let Err(error) = fs::metadata(path) {
        return Err(vec![format!(
            "{setting} cannot be read: {error}. Accepted: csv:PATH with a folder or file of prices."
        )]);
    }
    let table = if path.is_dir() {
        read_folder(path)?
    } else {
        read_file(path, |file| PriceTable::read_wide(BufReader::new(file)))?
    };
    let description = Description {
        id: "csv",
        name: "price files on this server",
        notice: None,
        missing: "not in the price files",
        option_quotes: OptionQuotes::Possible,
    };
    TableSource::new(table, limiter, factors.unwrap_or_else(Factors::live), description)
        .ok_or_else(|| vec![format!("{setting} has no prices. Accepted: csv:PATH with a folder or file of prices.")])
}

fn read_file<T>(path: &Path, read: impl Fn(File) -> Result<T, Vec<String>>) -> Result<T, Vec<String>> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| vec![format!("MARKET_DATA: {shown} cannot be read: {error}.")])?;
    read(file)
        .map_err(|problems| problems.into_iter().map(|problem| format!("MARKET_DATA: {shown}, {problem}.")).collect())
}

fn read_folder(folder: &Path) -> Result<PriceTable, Vec<String>> {
    let shown = folder.display();
    let entries =
        fs::read_dir(folder).map_err(|error| vec![format!("MARKET_DATA: {shown} cannot be read: {error}.")])?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut table = PriceTable::default();
    let mut problems = Vec::new();
    for path in paths {
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let Some(symbol) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_csv) else { continue };
        match read_file(&path, read_one) {
            Ok(sheet) => {
                let symbol = symbol.to_ascii_uppercase();
                if !table.add(&symbol, &Arc::new(sheet), CLOSE, ADJ_CLOSE) {
                    let shown = path.display();
                    problems.push(format!(
                        "MARKET_DATA: {shown} has prices of {symbol}, like another file; keep one of them."
                    ));
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(table) } else { Err(problems) }
}

fn invalid_row(number: usize, error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => unreadable_line(number, error),
        csv::ErrorKind::Utf8 { .. } => not_utf8(number),
        _ => format!("line {number} is not a row"),
    }
}

/// Column indexes of the close and the adjusted close in the sheet of a single symbol.
const CLOSE: usize = 0;
const ADJ_CLOSE: usize = 1;

/// Reads the price file of one symbol, which has the columns `Date`, `Close` and, optionally, `Adj
/// Close`.
fn read_one(file: File) -> Result<Sheet, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
    let headers = reader.headers().map_err(|error| vec![invalid_row(1, &error)])?.clone();
    let is_named = |header: &str, name: &str| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name);
    let column = |name: &str| headers.iter().position(|header| is_named(header, name));
    let (Some(date_at), Some(close_at)) = (column("date"), column("close")) else {
        return Err(vec!["line 1 has no columns Date and Close".to_owned()]);
    };
    for name in ["Date", "Close", "Adj Close"] {
        if headers.iter().filter(|header| is_named(header, name)).count() > 1 {
            return Err(vec![format!("line 1 has more than one column {name}; keep one of them")]);
        }
    }
    let adjusted_at = column("adj close").or_else(|| column("adj_close"));
    let mut sheet = Sheet::new(2);
    let mut problems = Vec::new();
    // `unadjusted` collects the lines that have a close but no adjusted close. Such lines are
    // accepted only if no line has an adjusted close.
    let (mut unadjusted, mut has_adjusted) = (Vec::new(), false);
    for (count, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(invalid_row(error.position().map_or(count + 2, line_at), &error));
                continue;
            }
        };
        let number = record.position().map_or(count + 2, line_at);
        if record.iter().skip(headers.len()).any(|cell| !cell.is_empty()) {
            problems.push(too_many_cells(number));
            continue;
        }
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let adjusted = adjusted_at.map(cell).filter(|cell| !cell.is_empty());
        match (cell(date_at).parse(), price(cell(close_at)), price(adjusted.unwrap_or_else(|| cell(close_at)))) {
            (Ok(date), Some(close), Some(adj_close)) => {
                sheet.push(date, number, &[close, adj_close]);
                has_adjusted |= adjusted.is_some();
                if adjusted_at.is_some() && adjusted.is_none() {
                    unadjusted.push(number);
                }
            }
            // An empty close is accepted: it means that the symbol has no price on that day.
            (Ok(_), _, _) if cell(close_at).is_empty() => {}
            (Ok(_), _, _) => problems.push(format!("line {number} has a price that is not above zero")),
            (Err(_), _, _) => problems.push(format!("line {number} has no date such as 2024-03-15")),
        }
    }
    if has_adjusted {
        let missing = |number| format!("line {number} has a Close and no Adj Close; fill it in, or remove the column");
        problems.extend(unadjusted.into_iter().map(missing));
    }
    problems.extend(sheet.repeated_dates());
    if problems.is_empty() { Ok(sheet.sorted()) } else { Err(problems) }
}

/// Returns the line number on which a CSV record begins.
fn line_at(position: &csv::Position) -> usize {
    usize::try_from(position.line()).unwrap_or(usize::MAX)
}
