//! `csv:PATH`: prices from files of one's own. A folder with one file a symbol (`AAPL.csv`, columns `Date`, `Close`
//! and, where there is one, `Adj Close`), or one file with a date column and a column of closes a symbol.
//!
//! An option has prices of its own where a file or column is named like its symbol.
//!
//! Read once, at the start. Nothing is cached: it is all here.

use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
    sync::Arc,
};

use super::{
    Factors, Limiter, OptionQuotes,
    sheet::{Sheet, not_text, price, too_wide, unreadable},
    table::{PriceTable, TableSource, Words},
};

/// The prices of a folder or a file as a source.
///
/// # Errors
/// One sentence a problem, for the operator.
pub fn csv_files(path: &Path, limiter: Limiter, factors: Option<Factors>) -> Result<TableSource, Vec<String>> {
    let table = if path.is_dir() {
        read_folder(path)?
    } else {
        read_file(path, |file| PriceTable::read_wide(BufReader::new(file)))?
    };
    let words = Words {
        id: "csv",
        name: "files of the operator of this server",
        notice: None,
        missing: "not in the price files",
        option_quotes: OptionQuotes::Possible,
    };
    TableSource::new(table, limiter, factors.unwrap_or_else(Factors::live), words)
        .ok_or_else(|| vec![format!("MARKET_DATA=csv:{} has no prices.", path.display())])
}

fn read_file<T>(path: &Path, read: impl Fn(File) -> Result<T, Vec<String>>) -> Result<T, Vec<String>> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| vec![format!("{shown} cannot be read: {error}.")])?;
    read(file).map_err(|problems| problems.into_iter().map(|problem| format!("{shown}, {problem}.")).collect())
}

fn read_folder(folder: &Path) -> Result<PriceTable, Vec<String>> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).map_err(|error| vec![format!("{shown} cannot be read: {error}.")])?;
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
                    problems.push(format!("{shown} has prices of {symbol}, as another file has; keep one of them."));
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(table) } else { Err(problems) }
}

fn not_a_row(number: usize, error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => unreadable(number, error),
        csv::ErrorKind::Utf8 { .. } => not_text(number),
        _ => format!("line {number} is not a row"),
    }
}

/// The columns of one symbol's sheet.
const CLOSE: usize = 0;
const ADJ_CLOSE: usize = 1;

/// One symbol's file.
fn read_one(file: File) -> Result<Sheet, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
    let headers = reader.headers().map_err(|error| vec![not_a_row(1, &error)])?.clone();
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
    // Lines with a close and an empty adjusted close, which is right where the whole column is
    // empty.
    let (mut unadjusted, mut has_adjusted) = (Vec::new(), false);
    for (count, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(not_a_row(error.position().map_or(count + 2, line_at), &error));
                continue;
            }
        };
        let number = record.position().map_or(count + 2, line_at);
        if record.iter().skip(headers.len()).any(|cell| !cell.is_empty()) {
            problems.push(too_wide(number));
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
            // A day without a price is a day without a price.
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
    if problems.is_empty() { Ok(sheet.finished()) } else { Err(problems) }
}

/// The line on which a record begins.
fn line_at(position: &csv::Position) -> usize {
    usize::try_from(position.line()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::server::market_data::{Ask, Limiter, MarketData, csv_files, table::TableSource};

    async fn closes(source: &TableSource, symbol: &str) -> Vec<(f64, f64)> {
        let ask = Ask { user: "me", symbol, from: "2020-01-01".parse().unwrap(), to: "2020-12-31".parse().unwrap() };
        source.daily_history(&ask).await.unwrap().bars.iter().map(|bar| (bar.close, bar.adj_close)).collect()
    }

    #[tokio::test]
    async fn a_folder_has_one_file_a_symbol() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("aapl.csv"), "Date,Open,Close,Adj Close\n2020-01-02,9,2,1\n2020-01-03,9,,\n")
            .unwrap();
        fs::write(folder.path().join("KO.csv"), "date,close\n2020-01-02,5\n2020-01-03,\n").unwrap();
        fs::write(folder.path().join("notes.txt"), "not prices").unwrap();
        let source = csv_files(folder.path(), Limiter::unlimited(), None).unwrap();
        assert_eq!(closes(&source, "AAPL").await, [(2.0, 1.0)]);
        assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
    }

    #[tokio::test]
    async fn one_wide_file_has_a_column_a_symbol() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("all.csv");
        fs::write(&file, "Date,AAPL,KO\n2020-01-02,2,5\n").unwrap();
        let source = csv_files(&file, Limiter::unlimited(), None).unwrap();
        assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
    }

    #[test]
    fn every_problem_of_every_file_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("A.csv"), "Date,Close\nsoon,2\n2020-01-02,-5\n").unwrap();
        fs::write(folder.path().join("B.csv"), "Day,Price\n").unwrap();
        let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap();
        let ends: Vec<&str> =
            problems.iter().filter_map(|problem| problem.split_once(".csv, ")).map(|at| at.1).collect();
        assert_eq!(
            ends,
            [
                "line 2 has no date such as 2024-03-15.",
                "line 3 has a price that is not above zero.",
                "line 1 has no columns Date and Close."
            ]
        );
    }

    /// What is wrong with a file of this text.
    fn problems_of_file(text: &str) -> Vec<String> {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("A.csv"), text).unwrap();
        let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap_or_default();
        problems.iter().map(|problem| problem.split_once(".csv, ").unwrap().1.to_owned()).collect()
    }

    /// What is wrong with a file with these lines after the header.
    fn problems_of(lines: &str) -> Vec<String> {
        problems_of_file(&format!("Date,Close,Adj Close\n{lines}"))
    }

    #[test]
    fn refuses_column_that_repeats() {
        let problems = problems_of_file("Date,Close,close\n2020-01-02,2,3\n");
        assert_eq!(problems, ["line 1 has more than one column Close; keep one of them."]);
    }

    #[test]
    fn refuses_close_without_adjusted_close() {
        assert_eq!(
            problems_of("2020-01-02,2,1\n2020-01-03,2,\n2020-01-06,2,1\n"),
            ["line 3 has a Close and no Adj Close; fill it in, or remove the column."]
        );
    }

    #[tokio::test]
    async fn takes_closes_where_adjusted_column_is_empty() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("A.csv"), "Date,Close,Adj Close\n2020-01-02,2,\n2020-01-03,3,\n").unwrap();
        let source = csv_files(folder.path(), Limiter::unlimited(), None).unwrap();
        assert_eq!(closes(&source, "A").await, [(2.0, 2.0), (3.0, 3.0)]);
    }

    #[test]
    fn refuses_repeated_date_and_wide_row() {
        assert_eq!(
            problems_of("2020-01-02,2,1\n2020-01-03,1,506.85,1\n2020-01-02,2,1\n2020-01-06,2,1,\n"),
            [
                "line 3 has more cells than the header; write numbers without commas between thousands.",
                "line 4 has the date 2020-01-02 of line 2 again; keep one of them."
            ]
        );
    }

    #[test]
    fn a_symbol_has_one_file() {
        let folder = tempfile::TempDir::new().unwrap();
        for name in ["KO.csv", "ko.csv"] {
            fs::write(folder.path().join(name), "Date,Close\n2020-01-02,5\n").unwrap();
        }
        // On a disk that takes the two names for one there is only one.
        if fs::read_dir(folder.path()).unwrap().count() == 2 {
            let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap();
            assert!(problems.len() == 1 && problems[0].contains("ko.csv has prices of KO, as another"), "{problems:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_and_what_is_no_text_is_said() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join("A.csv")).unwrap();
        fs::write(folder.path().join("B.csv"), b"Date,Close\n\xff,1\n").unwrap();
        let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap();
        assert!(problems.len() == 2 && problems[0].contains("A.csv, line 1 cannot be read: "), "{problems:?}");
        assert!(problems[1].ends_with("B.csv, line 2 is not text in UTF-8."), "{problems:?}");
    }

    #[test]
    fn a_path_that_is_not_there_is_one_sentence() {
        let problems = csv_files("/nowhere/at/all".as_ref(), Limiter::unlimited(), None).err().unwrap();
        assert!(problems[0].contains("cannot be read"), "{problems:?}");
    }
}
