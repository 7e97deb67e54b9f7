use std::{fs, path::Path};

use tempfile::TempDir;

use crate::server::market_data::{
    Factors, History, Limiter, MarketData, PriceRequest, ProviderError, Requester, csv_files, table::TableSource,
};

/// Creates a folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn open(path: &Path) -> Result<TableSource, Vec<String>> {
    let factors = Factors::from_toml("market = 'SPY'").unwrap();
    csv_files(path, Limiter::unlimited(), Some(factors))
}

async fn history(source: &TableSource, symbol: &str) -> Result<History, ProviderError> {
    let [from, to] = ["2020-01-01", "2020-12-31"].map(|date| date.parse().unwrap());
    source.daily_history(&PriceRequest { requester: Requester { user: "me", run: 1 }, symbol, from, to }).await
}

async fn closes(source: &TableSource, symbol: &str) -> Vec<(f64, f64)> {
    history(source, symbol).await.unwrap().bars.iter().map(|bar| (bar.close, bar.adj_close)).collect()
}

/// Returns the part of each problem behind the file's path.
fn without_path(problems: &[String]) -> Vec<&str> {
    problems.iter().filter_map(|problem| problem.split_once(".csv, ")).map(|at| at.1).collect()
}

#[tokio::test]
async fn reads_folder_with_one_file_per_symbol() {
    let folder = folder(&[
        ("aapl.csv", "Date,Open,Close,Adj Close\n2020-01-02,9,2,1\n2020-01-03,9,,\n"),
        ("KO.csv", "date,close\n2020-01-02,5\n2020-01-03,\n"),
        ("notes.txt", "not prices"),
    ]);
    let source = open(folder.path()).unwrap();
    assert_eq!(closes(&source, "AAPL").await, [(2.0, 1.0)]);
    assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
}

#[tokio::test]
async fn reads_wide_file_with_one_column_per_symbol() {
    let folder = folder(&[("all.csv", "Date,AAPL,KO\n2020-01-02,2,5\n")]);
    let source = open(&folder.path().join("all.csv")).unwrap();
    assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
}

#[tokio::test]
async fn finds_share_class_in_any_spelling() {
    let classes = folder(&[("BRK-B.csv", "Date,Close\n2020-01-02,5\n"), ("BF.B.csv", "Date,Close\n2020-01-02,6\n")]);
    let source = open(classes.path()).unwrap();
    for (symbol, known_as) in [("BRK.B", Some("BRK-B")), ("BRK-B", None), ("BF.B", None), ("BF-B", Some("BF.B"))] {
        let history = history(&source, symbol).await.unwrap();
        assert_eq!((history.bars.len(), history.known_as.as_deref()), (1, known_as), "{symbol}");
    }
    let wide = folder(&[("all.csv", "Date,BRK-B\n2020-01-02,5\n")]);
    assert_eq!(closes(&open(&wide.path().join("all.csv")).unwrap(), "BRK.B").await, [(5.0, 5.0)]);
}

#[test]
fn reports_all_problems_if_no_file_is_good() {
    let folder = folder(&[("A.csv", "Date,Close\nsoon,2\n2020-01-02,-5\n"), ("B.csv", "Day,Price\n")]);
    let problems = open(folder.path()).err().unwrap();
    assert_eq!(
        without_path(&problems),
        [
            "line 2 has no date such as 2024-03-15.",
            "line 3, Close: “-5” is not a price above zero.",
            "line 1 has no columns Date and Close."
        ]
    );
}

#[tokio::test]
async fn starts_with_one_bad_file_of_many() {
    let folder = folder(&[
        ("KO.csv", "Date,Close\n2020-01-02,5\n"),
        ("A.csv", "Date,Close\n2020-01-02,5\n2020-01-02,6\n2020-01-03,x\n"),
    ]);
    let source = open(folder.path()).unwrap();
    let reason = "A.csv could not be read: line 4, Close: “x” is not a price above zero (and more)";
    assert_eq!(history(&source, "A").await, Err(ProviderError::NotFound(reason.to_owned())));
    assert_eq!(closes(&source, "KO").await, [(5.0, 5.0)]);
}

#[tokio::test]
async fn uses_neither_of_two_files_of_one_symbol() {
    let prices = "Date,Close\n2020-01-02,5\n";
    let folder = folder(&[("BRK-B.csv", prices), ("BRK.B.csv", prices), ("KO.csv", prices)]);
    let source = open(folder.path()).unwrap();
    let reason = "two files have prices of BRK.B".to_owned();
    assert_eq!(history(&source, "BRK.B").await, Err(ProviderError::NotFound(reason)));
    assert_eq!(source.facts().symbols, ["KO"]);
}

#[tokio::test]
async fn rejects_file_named_after_another_symbol() {
    let prices = "Price,Close\nTicker,MSFT\nDate,\n2020-01-02,5\n";
    let problems = open(folder(&[("AAPL.csv", prices)]).path()).err().unwrap();
    assert_eq!(without_path(&problems), ["it has prices of MSFT; name the file after that symbol."]);
    let index = folder(&[("SPX.csv", &prices.replace("MSFT", "^GSPC"))]);
    assert_eq!(closes(&open(index.path()).unwrap(), "SPX").await, [(5.0, 5.0)]);
}

#[test]
fn reports_unreadable_and_non_utf8_files() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("A.csv")).unwrap();
    fs::write(folder.path().join("B.csv"), b"Date,Close\n\xff,1\n").unwrap();
    let problems = open(folder.path()).err().unwrap();
    assert!(problems.len() == 2 && problems[0].contains("A.csv, the file cannot be read: "), "{problems:?}");
    assert!(problems[1].ends_with("B.csv, line 2 is not text in UTF-8."), "{problems:?}");
}

#[test]
fn names_variable_and_accepted_value_for_missing_path() {
    let problems = open("/nowhere/at/all".as_ref()).err().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("MARKET_DATA=csv:/nowhere/at/all cannot be read: "), "{problems:?}");
    assert!(problems[0].ends_with(". Accepted: csv:PATH with a folder or file of prices."), "{problems:?}");
}

#[tokio::test]
async fn notes_corrections_and_oddities_of_files() {
    let folder = folder(&[(
        "A.csv",
        "Date,Close,Adj Close\n2020-01-02,400,100\n2020-01-03,100,100\n2020-01-06,100,\n2020-01-07,50,50\n2020-03-02,50,50\n",
    )]);
    let history = history(&open(folder.path()).unwrap(), "A").await.unwrap();
    assert!((history.bars[0].close - 100.0).abs() < 1e-9);
    assert_eq!(
        history.notes,
        [
            "Close was not adjusted for the 4-for-1 split of 2020-01-03; earlier closes are divided by it",
            "1 day has a Close without an Adj Close; left out",
            "price fell by 50% on 2020-01-07, as after a 2-for-1 split; kept as it is",
            "no prices between 2020-01-07 and 2020-03-02"
        ]
    );
}

#[test]
fn says_that_prices_have_one_column() {
    let one = folder(&[("A.csv", "Date,Close\n2020-01-02,5\n")]);
    assert!(open(one.path()).unwrap().facts().has_one_price_column);
    let mixed = folder(&[("A.csv", "Date,Close\n2020-01-02,5\n"), ("B.csv", "Date,Close,Adj Close\n2020-01-02,5,4\n")]);
    assert!(!open(mixed.path()).unwrap().facts().has_one_price_column);
}

/// Returns the problems of a wide file that has SPY and two other symbols. `spy` returns whether
/// SPY has a price on a day of January 2020.
fn benchmark_problems(spy: impl Fn(u32) -> bool) -> Vec<String> {
    let row = |day: u32| format!("2020-01-{day:02},{},1,1\n", if spy(day) { "1" } else { "" });
    let weekdays = (1..=31).filter(|day| !matches!((day + 1) % 7, 5 | 6));
    let rows: String = weekdays.map(row).collect();
    let folder = folder(&[("all.csv", &format!("Date,SPY,A,B\n{rows}"))]);
    open(&folder.path().join("all.csv")).unwrap().facts().problems
}

#[test]
fn reports_missing_days_and_early_end_of_benchmark() {
    assert_eq!(benchmark_problems(|_| true), Vec::<String>::new());
    assert_eq!(
        benchmark_problems(|day| day != 14),
        ["The benchmark SPY lacks 1 trading day that other symbols have, such as 2020-01-14; results lack it, too."]
    );
    assert_eq!(
        benchmark_problems(|day| day < 15),
        ["The benchmark SPY ends on 2020-01-14 and other prices on 2020-01-31; results end with the benchmark."]
    );
    assert_eq!(
        benchmark_problems(|_| false),
        ["The price files have no benchmark (SPY). Every setup needs its prices."]
    );
}

#[test]
fn reports_benchmark_without_every_third_day() {
    let rows: Vec<String> = (1..=31).filter(|day| day % 3 != 0).map(|day| format!("2020-01-{day:02},1\n")).collect();
    let rows = rows.concat();
    let folder = folder(&[("SPY.csv", &format!("Date,Close\n{rows}"))]);
    assert_eq!(
        open(folder.path()).unwrap().facts().problems,
        ["The benchmark SPY has no price on 8 of 23 weekdays; results lack these days."]
    );
}

#[test]
fn changes_revision_with_contents() {
    let revision = |close: &str| {
        let folder = folder(&[("A.csv", &format!("Date,Close\n2020-01-02,{close}\n"))]);
        open(folder.path()).unwrap().facts().revision
    };
    assert_eq!(revision("5"), revision("5"));
    assert_ne!(revision("5"), revision("6"));
}
