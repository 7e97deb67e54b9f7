use std::fs;

use crate::server::market_data::{Ask, Limiter, MarketData, csv_files, table::TableSource};

async fn closes(source: &TableSource, symbol: &str) -> Vec<(f64, f64)> {
    let ask = Ask { user: "me", symbol, from: "2020-01-01".parse().unwrap(), to: "2020-12-31".parse().unwrap() };
    source.daily_history(&ask).await.unwrap().bars.iter().map(|bar| (bar.close, bar.adj_close)).collect()
}

#[tokio::test]
async fn a_folder_has_one_file_a_symbol() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("aapl.csv"), "Date,Open,Close,Adj Close\n2020-01-02,9,2,1\n2020-01-03,9,,\n").unwrap();
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
