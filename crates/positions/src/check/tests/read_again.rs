//! Tests that a file that is read again with a repair no longer has the problem or the warning.

use super::*;
use crate::{content::WarningCode, read_file};

const HEADER: &str = "Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share";

fn read(text: &str, changes: &Reading) -> FileContent {
    read_file(text.as_bytes(), changes, &rules()).unwrap()
}

#[test]
fn mends_files_by_each_repair() {
    use ProblemCode as C;
    let good = "PG,5,140,2022-03-01,,";
    let cases = [
        ("KO,0,50,2022-03-01,,", C::ZeroQuantity),
        ("KO,ten,50,2022-03-01,,", C::NotANumber),
        ("KO,10,-50,2022-03-01,,", C::NotPositive),
        ("KO,10,0,2022-03-01,,", C::EntryPriceUnknown),
        ("KO,10,50,2022-02-30,,", C::InvalidDate),
        ("KO,10,50,2999-02-01,,", C::FutureDate),
        ("KO,10,50,2022-12-29,,", C::AfterLastPrice),
        ("KO,10,50,2022-03-01,2022-02-01,55", C::ExitBeforeEntry),
        ("KO,10,50,,,", C::Required),
        ("K O?,10,50,2022-03-01,,", C::InvalidSymbol),
        ("KO,10,50,2022-03-01,,\nKO,5,60,2022-03-01,,", C::DuplicatePosition),
        ("DE0007164600,10,50,2022-03-01,,", C::SymbolUnknown),
    ];
    for (row, code) in cases {
        let text = format!("{HEADER}\n{good}\n{row}\n");
        let problems = read(&text, &Reading::default()).problems;
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [code], "{row}");
        let repairs: Vec<&Repair> = problems[0].repair.iter().chain(&problems[0].other_repairs).collect();
        assert!(!repairs.is_empty(), "{row}");
        for repair in repairs {
            let content = read(&text, &repair.reading);
            assert_eq!(content.problems, [], "{row}: {}", repair.label);
            assert!(content.finished_positions(&rules()).is_some(), "{row}: {}", repair.label);
        }
    }
}

#[test]
fn merges_duplicates_of_file() {
    let text = format!("{HEADER}\nKO,10,50,2022-03-01,,\nKO,5,80,2022-03-01,,\n");
    let repair = read(&text, &Reading::default()).problems.remove(0).repair.unwrap();
    let positions = read(&text, &repair.reading).positions;
    assert_eq!(positions.len(), 1);
    assert_eq!((positions[0].quantity, positions[0].entry_price), (15.0, Some(60.0)));
}

#[test]
fn mends_warnings_by_their_repair() {
    let cases = [
        ("CASH,5234.18,1.00,2022-12-28,,", WarningCode::LooksLikeCash),
        ("FB,10,200,2022-03-01,,", WarningCode::Renamed),
    ];
    for (row, code) in cases {
        let text = format!("{HEADER}\nPG,5,140,2022-03-01,,\n{row}\n");
        let warnings = read(&text, &Reading::default()).warnings;
        assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [code], "{row}");
        let content = read(&text, &warnings[0].repair.as_ref().unwrap().reading);
        assert_eq!((content.problems, content.warnings), (Vec::new(), Vec::new()), "{row}");
    }
}
