//! The price source `csv:PATH`: daily prices from the operator's own files. `PATH` is either a
//! folder with one file per symbol (`AAPL.csv` with the columns `Date`, `Close` and, optionally,
//! `Adj Close`), or a single file with a date column and one column of closes per symbol.
//!
//! If the name of a file or column is the symbol of an option, its prices are used as that option's
//! quotes.
//!
//! All files are read once, at startup, and their prices are kept in memory. If one of several
//! files cannot be read, only its own symbol is unavailable. The server does not start if no file
//! can be read.

#[cfg(test)]
mod tests;

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

use chrono::{NaiveDate, TimeDelta, Utc};

use super::{
    Factors, Limiter, OptionQuotes,
    share_class::usual_spelling,
    sheet::{Contents, PriceFile, read_prices},
    table::{Description, PriceTable, TableSource},
};

/// Maximum size of a price file, in bytes.
const MAX_FILE_BYTES: u64 = 512_000_000;
/// Hours by which the earliest time zone is ahead of UTC. A date that has begun nowhere is in the
/// future.
const EARLIEST_ZONE_HOURS: i64 = 14;

/// Reads all price files at `path`, which is a folder or a single file, and returns them as a price
/// source.
///
/// # Errors
/// Returns one message per problem, for the operator, if no file has usable prices.
pub fn csv_files(path: &Path, limiter: Limiter, factors: Option<Factors>) -> Result<TableSource, Vec<String>> {
    let setting = format!("MARKET_DATA=csv:{}", path.display());
    if let Err(error) = fs::metadata(path) {
        return Err(vec![format!(
            "{setting} cannot be read: {error}. Accepted: csv:PATH with a folder or file of prices."
        )]);
    }
    let today = (Utc::now() + TimeDelta::hours(EARLIEST_ZONE_HOURS)).date_naive();
    let mut contents = DefaultHasher::new();
    let table = if path.is_dir() {
        read_folder(path, today, &mut contents)?
    } else {
        let symbol = symbol_of(path).unwrap_or_default();
        let mut table = PriceTable::default();
        let problems =
            read_file(path, Contents::AnySymbols(&symbol), today, &mut contents).map(|file| table.add_file(file));
        match problems {
            Ok(problems) if problems.is_empty() => table,
            Ok(problems) | Err(problems) => return Err(for_operator(path, &problems)),
        }
    };
    let description = Description {
        id: "csv",
        name: "price files on this server",
        notice: None,
        missing: "not in the price files",
        option_quotes: OptionQuotes::Possible,
        own_revision: Some(contents.finish()),
    };
    let source = TableSource::new(table, limiter, factors.unwrap_or_else(Factors::live), description)
        .ok_or_else(|| vec![format!("{setting} has no prices. Accepted: csv:PATH with a folder or file of prices.")])?;
    source.log_problems();
    Ok(source)
}

/// Reads each file of a folder. If some of them can be used, the others are logged, and their
/// symbols are unavailable.
fn read_folder(folder: &Path, today: NaiveDate, contents: &mut DefaultHasher) -> Result<PriceTable, Vec<String>> {
    let shown = folder.display();
    let entries =
        fs::read_dir(folder).map_err(|error| vec![format!("MARKET_DATA: {shown} cannot be read: {error}.")])?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut table = PriceTable::default();
    let mut problems = Vec::new();
    for path in paths {
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let Some(symbol) = symbol_of(&path).filter(|_| is_csv) else { continue };
        let added = read_file(&path, Contents::OneSymbol(&symbol), today, contents)
            .and_then(|file| with_symbol_of_file(file, &symbol))
            .and_then(|file| add_new_symbols(&mut table, file));
        if let Err(found) = added {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let first = found.first().map(String::as_str).unwrap_or_default();
            let more = if found.len() > 1 { " (and more)" } else { "" };
            table.reject(&symbol, format!("{name} could not be read: {first}{more}"));
            problems.extend(for_operator(&path, &found));
        }
    }
    if table.is_empty() && !problems.is_empty() {
        return Err(problems);
    }
    for problem in problems {
        tracing::warn!("{problem}");
    }
    Ok(table)
}

/// Returns the symbol that a file is named after, in upper case.
fn symbol_of(path: &Path) -> Option<String> {
    path.file_stem().and_then(|stem| stem.to_str()).map(str::to_ascii_uppercase)
}

/// Reads a file, and adds its name and bytes to `hasher`.
fn read_file(
    path: &Path,
    contents: Contents<'_>,
    today: NaiveDate,
    hasher: &mut DefaultHasher,
) -> Result<PriceFile, Vec<String>> {
    let unreadable = |error: io::Error| vec![format!("the file cannot be read: {error}")];
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_FILE_BYTES {
        return Err(vec![format!("the file is larger than {} MB", MAX_FILE_BYTES / 1_000_000)]);
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    path.file_name().hash(hasher);
    bytes.hash(hasher);
    read_prices(&bytes, contents, today)
}

/// Adds the file's path to each problem.
fn for_operator(path: &Path, problems: &[String]) -> Vec<String> {
    let shown = path.display();
    problems.iter().map(|problem| format!("MARKET_DATA: {shown}, {problem}.")).collect()
}

/// Checks that a file with one symbol is named after it.
///
/// Names of indices such as `^GSPC` are not symbols of positions, so such a file can be named after
/// any symbol.
fn with_symbol_of_file(mut file: PriceFile, symbol: &str) -> Result<PriceFile, Vec<String>> {
    let [series] = &mut file.series[..] else { return Ok(file) };
    let is_symbol = series.symbol.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/ ".contains(&byte));
    if is_symbol && usual_spelling(&series.symbol) != usual_spelling(symbol) {
        return Err(vec![format!("it has prices of {}; name the file after that symbol", series.symbol)]);
    }
    symbol.clone_into(&mut series.symbol);
    Ok(file)
}

/// Adds the symbols of a file to the table. If another file has prices of one of them, neither file
/// is used for it, because either may be wrong.
fn add_new_symbols(table: &mut PriceTable, file: PriceFile) -> Result<(), Vec<String>> {
    let repeated: Vec<String> =
        file.series.iter().map(|series| series.symbol.clone()).filter(|symbol| table.has_file(symbol)).collect();
    for symbol in &repeated {
        table.reject(symbol, format!("two files have prices of {symbol}"));
    }
    if !repeated.is_empty() {
        let symbols = repeated.join(", ");
        return Err(vec![format!("it has prices of {symbols}, like another file; keep one of them")]);
    }
    let problems = table.add_file(file);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
