//! Tests that the files in `cases/` are read as the expected files beside them say.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

use super::*;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"))
}

/// Reads one of the files in `cases/` with the rules of the sample data.
pub(super) fn case(name: &str) -> FileContent {
    let bytes = fs::read(folder().join(name)).unwrap();
    read_file(&bytes, &Reading::default(), &rules()).unwrap()
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().map(|rows| rows.iter().filter_map(Value::as_u64).collect()).unwrap_or_default()
}

fn is_near(left: f64, right: f64) -> bool {
    (left - right).abs() <= (0.0002 * right.abs()).max(0.02)
}

/// Returns what differs between a position and an expected one with the same rows.
fn differences(position: &DraftPosition, expected: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |name: &str, found: Value, accepts: &[&str]| {
        let is_same =
            std::iter::once(&name).chain(accepts).filter_map(|name| expected.get(*name)).any(|wanted| {
                match (found.as_f64(), wanted.as_f64()) {
                    (Some(found), Some(wanted)) if name.contains("price") => is_near(found, wanted),
                    (Some(found), Some(wanted)) => (found - wanted).abs() < 1e-9,
                    _ => found == *wanted,
                }
            });
        let is_absent = found.is_null() && expected.get(name).is_none();
        if !is_same && !is_absent {
            differences.push(format!("{name}: {found} instead of {:?}", expected.get(name)));
        }
    };
    let json = |value: &dyn erased::Json| value.json();
    compare("rows", json(&position.rows), &[]);
    compare("symbol", json(&position.symbol), &[]);
    if expected.get("isin").is_some() {
        compare("isin", json(&position.isin), &[]);
    }
    compare("price_currency", json(&position.price_currency), &[]);
    compare("quantity", json(&position.quantity), &[]);
    compare("entry_price", json(&position.entry_price), &["entry_price_with_fees", "entry_price_without_fees"]);
    compare("entry_date", json(&position.entry_date), &[]);
    compare("exit_date", json(&position.exit_date), &[]);
    compare("exit_price", json(&position.exit_price), &[]);
    compare("class", json(&position.class), &[]);
    if let Some(option) = &position.option {
        compare("underlying", json(&option.underlying), &[]);
        compare("strike", json(&option.strike), &[]);
        compare("expiration", json(&option.expiration), &[]);
        let kind = if option.kind == OptionKind::Call { "CALL" } else { "PUT" };
        compare("option_type", Value::from(kind), &[]);
    }
    differences
}

mod erased {
    /// A value that can be compared with JSON.
    pub(super) trait Json {
        fn json(&self) -> serde_json::Value;
    }

    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> serde_json::Value {
            serde_json::to_value(self).unwrap()
        }
    }
}

fn compare(name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder().join(name.replace(".csv", ".expected.json"))).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let content = case(name);
    let mut wrong = Vec::new();
    let mut found: Vec<&DraftPosition> = content.positions.iter().collect();
    for wanted in expected["positions"].as_array().unwrap() {
        let rows = numbers(&wanted["rows"]);
        let same_rows: Vec<usize> = (0..found.len()).filter(|index| found[*index].rows == rows).collect();
        match same_rows.iter().copied().find(|index| differences(found[*index], wanted).is_empty()) {
            Some(index) => {
                found.remove(index);
            }
            None if wanted.get("optional").is_some() => {}
            None => match same_rows.first() {
                Some(index) => {
                    wrong.push(format!("{rows:?}: {}", differences(found[*index], wanted).join(", ")));
                    found.remove(*index);
                }
                None => wrong.push(format!("missing {wanted}")),
            },
        }
    }
    wrong.extend(found.iter().map(|position| format!("too many: {position:?}")));

    let used: BTreeSet<u64> = content.positions.iter().flat_map(|position| position.rows.iter().copied()).collect();
    let left_out: BTreeSet<u64> = content.not_positions.iter().flat_map(|group| group.rows.iter().copied()).collect();
    let bytes = fs::read(folder().join(name)).unwrap();
    let is_utf16 = bytes.starts_with(b"\xff\xfe");
    let lines: Vec<String> = String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect();
    for row in expected["not_positions"].as_array().unwrap().iter().flat_map(|group| numbers(&group["rows"])) {
        let index = usize::try_from(row).unwrap() - 1;
        let is_blank =
            lines.get(index).is_none_or(|line| line.chars().all(|c| matches!(c, ',' | ';' | '"' | ' ' | '\r')));
        if used.contains(&row) || !left_out.contains(&row) && !is_blank && !is_utf16 {
            wrong.push(format!("row {row} is not left out"));
        }
    }
    for row in numbers(&expected["header_rows"]) {
        if content.reading.header_row != Some(row) && !left_out.contains(&row) {
            wrong.push(format!("row {row} is not taken for a header"));
        }
    }
    if content.reading.header_row != numbers(&expected["header_rows"]).first().copied() {
        wrong.push(format!("header row {:?}", content.reading.header_row));
    }
    for wanted in expected["cash"].as_array().unwrap() {
        let dollars = wanted["currency"] == "USD";
        let found = content.cash.as_ref().and_then(|cash| {
            let other = || cash.other.iter().find(|other| wanted["currency"] == *other.currency);
            if dollars { cash.amount } else { other().map(|other| other.amount) }
        });
        if found.is_some() != wanted["amount"].is_number()
            || found.is_some_and(|found| (found - wanted["amount"].as_f64().unwrap()).abs() > 0.005)
        {
            wrong.push(format!("cash {found:?} instead of {}", wanted["amount"]));
        }
    }
    let kind = serde_json::to_value(content.kind).unwrap();
    if !expected["kind"].as_str().unwrap().starts_with(kind.as_str().unwrap()) {
        wrong.push(format!("kind {kind}"));
    }
    let delimiter = content.reading.delimiter.map(|delimiter| delimiter.to_string().replace('\t', "TAB"));
    if delimiter.as_deref() != expected["delimiter"].as_str() {
        wrong.push(format!("delimiter {delimiter:?}"));
    }
    if content.reading.decimal.map(|mark| mark.to_string()).as_deref() != expected["decimal"].as_str() {
        wrong.push(format!("decimal {:?}", content.reading.decimal));
    }
    let encoding = content.reading.encoding.clone().unwrap_or_default();
    if !expected["encoding"].as_str().unwrap().starts_with(&encoding) || encoding.is_empty() {
        wrong.push(format!("encoding {encoding:?}"));
    }
    if content.layout.is_none() {
        wrong.push("layout without a name".to_owned());
    }
    wrong
}

#[test]
fn reads_every_case_as_expected() {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".expected.json"))
        .map(|name| name.replace(".expected.json", ".csv"))
        .collect();
    names.sort();
    assert!(names.len() >= 14);
    let wrong: Vec<String> = names
        .iter()
        .map(|name| (name, compare(name)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(name, wrong)| format!("{name}\n  {}", wrong.join("\n  ")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reads_every_case_the_same_by_its_reading() {
    let mut names: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.retain(|name| name.to_string_lossy().ends_with(".csv"));
    names.sort();
    for name in names {
        let name = name.to_string_lossy();
        let first = case(&name);
        let again = read_file(&fs::read(folder().join(&*name)).unwrap(), &first.reading, &rules()).unwrap();
        assert_eq!(again.positions, first.positions, "{name}");
    }
}
