use std::fs;

use crate::server::market_data::{Limiter, MarketData, PriceRequest, csv_files, table::TableSource};

async fn closes(source: &TableSource, symbol: &str) -> Vec<(f64, f64)> {
    let request =
        PriceRequest { user: "me", symbol, from: "2020-01-01".parse().unwrap(), to: "2020-12-31".parse().unwrap() };
    source.daily_history(&request).await.unwrap().bars.iter().map(|bar| (bar.close, bar.adj_close)).collect()
}

#[tokio::test]
async fn reads_folder_with_one_file_per_symbol() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("aapl.csv"), "Date,Open,Close,Adj Close\n2020-01-02,9,2,1\n2020-01-03,9,,\n").unwrap();
    fs::write(folder.path().join("KO.csv"), "date,close\n2020-01-02,5\n2020-01-03,\n").unwrap();
    fs::write(folder.path().join("notes.txt"), "not prices").unwrap();
    let source = csv_files(folder.path(), Limiter::unlimited(), None).unwrap();
    assert_eq!(closes(&source, "AAPL").await, [(2.0, 1.0)]);
    assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
}

#[tokio::test]
async fn reads_wide_file_with_one_column_per_symbol() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("all.csv");
    fs::write(&file, "Date,AAPL,KO\n2020-01-02,2,5\n").unwrap();
    let source = csv_files(&file, Limiter::unlimited(), None).unwrap();
    assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
}

#[test]
fn reports_all_problems_of_all_files() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("A.csv"), "Date,Close\nsoon,2\n2020-01-02,-5\n").unwrap();
    fs::write(folder.path().join("B.csv"), "Day,Price\n").unwrap();
    let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap();
    let ends: Vec<&str> = problems.iter().filter_map(|problem| problem.split_once(".csv, ")).map(|at| at.1).collect();
    assert_eq!(
        ends,
        [
            "line 2 has no date such as 2024-03-15.",
            "line 3 has a price that is not above zero.",
            "line 1 has no columns Date and Close."
        ]
    );
}

/// Returns the problems that the reader reports for a price file with these contents.
fn problems_of_file(text: &str) -> Vec<String> {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("A.csv"), text).unwrap();
    let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap_or_default();
    problems.iter().map(|problem| problem.split_once(".csv, ").unwrap().1.to_owned()).collect()
}

/// Returns the problems that the reader reports for a price file that consists of the header
/// `Date,Close,Adj Close` and these lines.
fn problems_of(lines: &str) -> Vec<String> {
    problems_of_file(&format!("Date,Close,Adj Close\n{lines}"))
}

#[test]
fn rejects_repeated_column() {
    let problems = problems_of_file("Date,Close,close\n2020-01-02,2,3\n");
    assert_eq!(problems, ["line 1 has more than one column Close; keep one of them."]);
}

#[test]
fn rejects_close_without_adjusted_close() {
    assert_eq!(
        problems_of("2020-01-02,2,1\n2020-01-03,2,\n2020-01-06,2,1\n"),
        ["line 3 has a Close and no Adj Close; fill it in, or remove the column."]
    );
}

#[tokio::test]
async fn uses_closes_when_adjusted_column_is_empty() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("A.csv"), "Date,Close,Adj Close\n2020-01-02,2,\n2020-01-03,3,\n").unwrap();
    let source = csv_files(folder.path(), Limiter::unlimited(), None).unwrap();
    assert_eq!(closes(&source, "A").await, [(2.0, 2.0), (3.0, 3.0)]);
}

#[test]
fn rejects_repeated_date_and_wide_row() {
    assert_eq!(
        problems_of("2020-01-02,2,1\n2020-01-03,1,506.85,1\n2020-01-02,2,1\n2020-01-06,2,1,\n"),
        [
            "line 3 has more cells than the header; write numbers without commas between thousands.",
            "line 4 has the date 2020-01-02 of line 2 again; keep one of them."
        ]
    );
}

#[test]
fn rejects_second_file_of_one_symbol() {
    let folder = tempfile::TempDir::new().unwrap();
    for name in ["KO.csv", "ko.csv"] {
        fs::write(folder.path().join(name), "Date,Close\n2020-01-02,5\n").unwrap();
    }
    // On a case-insensitive file system, `KO.csv` and `ko.csv` are the same file, so there is
    // nothing to test.
    if fs::read_dir(folder.path()).unwrap().count() == 2 {
        let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap();
        assert!(problems.len() == 1 && problems[0].contains("ko.csv has prices of KO, like another"), "{problems:?}");
    }
}

#[test]
fn reports_unreadable_and_non_utf8_files() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::create_dir(folder.path().join("A.csv")).unwrap();
    fs::write(folder.path().join("B.csv"), b"Date,Close\n\xff,1\n").unwrap();
    let problems = csv_files(folder.path(), Limiter::unlimited(), None).err().unwrap();
    assert!(problems.len() == 2 && problems[0].contains("A.csv, line 1 cannot be read: "), "{problems:?}");
    assert!(problems[1].ends_with("B.csv, line 2 is not text in UTF-8."), "{problems:?}");
}

#[test]
fn names_variable_and_accepted_value_for_missing_path() {
    let problems = csv_files("/nowhere/at/all".as_ref(), Limiter::unlimited(), None).err().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("MARKET_DATA=csv:/nowhere/at/all cannot be read: "), "{problems:?}");
    assert!(problems[0].ends_with(". Accepted: csv:PATH with a folder or file of prices."), "{problems:?}");
}
