//! `csv:PATH`: prices from files of one's own. A folder with one file a symbol (`AAPL.csv`, columns `Date`, `Close`
//! and, where there is one, `Adj Close`), or one file with a date column and a column of closes a symbol.
//!
//! Read once, at the start. Nothing is cached: it is all here.

use std::{fs, path::Path, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Ask, Bar, Factors, History, Limiter, MarketData, ProviderError, SourceFacts,
    table::{LOOK_UP_MS, Table, price},
};

/// Prices of files.
pub struct CsvFiles {
    table: Table,
    dates: (NaiveDate, NaiveDate),
    factors: Factors,
    limiter: Limiter,
}

impl CsvFiles {
    /// Reads a folder or a file.
    ///
    /// # Errors
    /// One sentence a problem, for the operator.
    pub fn open(path: &Path, limiter: Limiter, factors: Option<Factors>) -> Result<Self, Vec<String>> {
        let shown = path.display();
        let table = if path.is_dir() { read_folder(path)? } else { read_file(path, Table::read_wide)? };
        let dates = table.dates().ok_or_else(|| vec![format!("MARKET_DATA=csv:{shown} has no prices.")])?;
        Ok(Self { table, dates, factors: factors.unwrap_or_else(Factors::live), limiter })
    }
}

fn read_file<T>(path: &Path, read: impl Fn(&str) -> Result<T, Vec<String>>) -> Result<T, Vec<String>> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| vec![format!("{shown} cannot be read: {error}.")])?;
    read(&text).map_err(|problems| problems.into_iter().map(|problem| format!("{shown}, {problem}.")).collect())
}

fn read_folder(folder: &Path) -> Result<Table, Vec<String>> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).map_err(|error| vec![format!("{shown} cannot be read: {error}.")])?;
    let mut table = Table::default();
    let mut problems = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let Some(symbol) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_csv) else { continue };
        match read_file(&path, read_one) {
            Ok(bars) => bars.into_iter().for_each(|bar| table.add(&symbol.to_ascii_uppercase(), bar)),
            Err(found) => problems.extend(found),
        }
    }
    problems.sort();
    if problems.is_empty() { Ok(table.finished()) } else { Err(problems) }
}

/// One symbol's file.
fn read_one(text: &str) -> Result<Vec<Bar>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| vec!["line 1 is not a header".to_owned()])?.clone();
    let column =
        |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
    let (Some(date_at), Some(close_at)) = (column("date"), column("close")) else {
        return Err(vec!["line 1 has no columns Date and Close".to_owned()]);
    };
    let adjusted_at = column("adj close").or_else(|| column("adj_close"));
    let mut bars = Vec::new();
    let mut problems = Vec::new();
    for (number, record) in (2..).zip(reader.records()) {
        let Ok(record) = record else {
            problems.push(format!("line {number} is not a row"));
            continue;
        };
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let adjusted = adjusted_at.map(cell).filter(|cell| !cell.is_empty()).unwrap_or_else(|| cell(close_at));
        match (cell(date_at).parse(), price(cell(close_at)), price(adjusted)) {
            (Ok(date), Some(close), Some(adj_close)) => bars.push(Bar { date, close, adj_close }),
            // A day without a price is a day without a price.
            (Ok(_), _, _) if cell(close_at).is_empty() => {}
            (Ok(_), _, _) => problems.push(format!("line {number} has a price that is not above zero")),
            (Err(_), _, _) => problems.push(format!("line {number} has no date such as 2024-03-15")),
        }
    }
    if problems.is_empty() { Ok(bars) } else { Err(problems) }
}

#[async_trait]
impl MarketData for CsvFiles {
    fn facts(&self) -> SourceFacts {
        let factors = self.factors.symbols();
        SourceFacts {
            id: "csv".to_owned(),
            name: "files of the operator of this server".to_owned(),
            dates: Some(self.dates),
            symbols: self.table.symbols().filter(|symbol| !factors.contains(symbol)).cloned().collect(),
            notice: None,
        }
    }

    fn factors(&self) -> Factors {
        self.factors.clone()
    }

    fn last_date(&self, _now: DateTime<Utc>) -> NaiveDate {
        self.dates.1
    }

    fn due(&self, user: &str, requests: usize) -> Duration {
        self.limiter.due(user, requests)
    }

    fn answer_ms(&self) -> f64 {
        LOOK_UP_MS
    }

    async fn daily_history(&self, ask: &Ask<'_>) -> Result<History, ProviderError> {
        self.table.look_up(&self.limiter, ask, "not in the price files").await.map(History::of)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Ask, CsvFiles, Limiter, MarketData};

    async fn closes(source: &CsvFiles, symbol: &str) -> Vec<(f64, f64)> {
        let ask = Ask { user: "me", symbol, from: "2020-01-01".parse().unwrap(), to: "2020-12-31".parse().unwrap() };
        source.daily_history(&ask).await.unwrap().bars.iter().map(|bar| (bar.close, bar.adj_close)).collect()
    }

    #[tokio::test]
    async fn a_folder_has_one_file_a_symbol() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("aapl.csv"), "Date,Open,Close,Adj Close\n2020-01-02,9,2,1\n2020-01-03,9,3,\n")
            .unwrap();
        fs::write(folder.path().join("KO.csv"), "date,close\n2020-01-02,5\n2020-01-03,\n").unwrap();
        fs::write(folder.path().join("notes.txt"), "not prices").unwrap();
        let source = CsvFiles::open(folder.path(), Limiter::unlimited(), None).unwrap();
        assert_eq!(closes(&source, "AAPL").await, [(2.0, 1.0), (3.0, 3.0)]);
        assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
    }

    #[tokio::test]
    async fn one_wide_file_has_a_column_a_symbol() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("all.csv");
        fs::write(&file, "Date,AAPL,KO\n2020-01-02,2,5\n").unwrap();
        let source = CsvFiles::open(&file, Limiter::unlimited(), None).unwrap();
        assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
    }

    #[test]
    fn every_problem_of_every_file_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("A.csv"), "Date,Close\nsoon,2\n2020-01-02,-5\n").unwrap();
        fs::write(folder.path().join("B.csv"), "Day,Price\n").unwrap();
        let problems = CsvFiles::open(folder.path(), Limiter::unlimited(), None).err().unwrap();
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

    #[test]
    fn a_path_that_is_not_there_is_one_sentence() {
        let problems = CsvFiles::open("/nowhere/at/all".as_ref(), Limiter::unlimited(), None).err().unwrap();
        assert!(problems[0].contains("cannot be read"), "{problems:?}");
    }
}
