//! Tests that the template and the sample portfolio follow the upload format, and that their trades
//! match the bundled prices.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::*;

/// Symbols of the sample portfolio that are missing from the bundled data.
const NOT_IN_DATA: [&str; 2] = ["HZNP", "SGEN"];
/// Number of trading dates that a run analyzes.
const WINDOW: usize = 254;

/// Returns the bundled closing prices by date, then by symbol.
fn closes() -> BTreeMap<NaiveDate, HashMap<String, f64>> {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/prices.csv"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let symbols = reader.headers().unwrap().clone();
    let by_symbol = |row: &csv::StringRecord| {
        let prices = row.iter().zip(&symbols).skip(1);
        prices.map(|(close, symbol)| (symbol.to_owned(), close.parse().unwrap())).collect()
    };
    reader.records().map(Result::unwrap).map(|row| (day(&row[0]), by_symbol(&row))).collect()
}

fn accepted(text: &str) -> Vec<Position> {
    let parsed = parse(text).unwrap();
    assert_eq!(parsed.warnings, []);
    parsed.positions
}

fn agrees_with_prices(position: &Position) {
    let closes = closes();
    let on = |date| closes.get(date).unwrap_or_else(|| panic!("{date} is no trading date"));
    let traded = on(&position.entry_date);
    if let Some(symbol) = position.market_symbol() {
        assert!(traded.contains_key(symbol), "{symbol}");
    }
    if position.class == InvestmentClass::Public {
        assert_eq!(traded.get(&position.symbol), Some(&position.entry_price), "{position:?}");
        if let Some(exit) = &position.exit {
            assert_eq!(on(&exit.date).get(&position.symbol), Some(&exit.price), "{position:?}");
        }
    }
}

/// Returns the first date that a run analyzes: the earliest of the final 254 trading dates in the
/// bundled data.
fn window_start() -> NaiveDate {
    *closes().keys().rev().nth(WINDOW - 1).unwrap()
}

#[test]
fn accepts_template_and_agrees_with_prices() {
    let positions = accepted(template_csv());
    positions.iter().for_each(agrees_with_prices);
    let has = |is: fn(&Position) -> bool| positions.iter().any(is);
    assert!(has(|p| p.class == InvestmentClass::Public && p.quantity > 0.0 && p.exit.is_none()));
    assert!(has(|p| p.quantity < 0.0));
    assert!(has(|p| p.exit.is_some()));
    assert!(has(|p| p.class == InvestmentClass::Private));
    assert!(has(|p| matches!(&p.class, InvestmentClass::Options(o) if o.expiration > day("2022-12-28"))));
    assert!(template_csv().starts_with("# "), "it explains itself first");
    assert!(template_csv().contains(&format!("\n{}\n", HEADER.replace("Class,", "Class,Investment Subtype,"))));
}

#[test]
fn accepts_template_saved_by_a_spreadsheet() {
    // A spreadsheet gives every line the same number of cells, and puts a comment that contains
    // commas in quotation marks.
    let width = HEADER.split(',').count() + 1;
    let saved: Vec<String> = template_csv()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(comment) => format!("\"#{},\"{}", comment.replace('"', "\"\""), ",".repeat(width - 1)),
            None => line.to_owned(),
        })
        .collect();
    assert_eq!(accepted(&saved.join("\r\n")), accepted(template_csv()));
}

#[test]
fn prices_eighteen_of_twenty_sample_positions() {
    let positions = accepted(sample_csv());
    assert_eq!(positions.len(), 20);
    let (absent, present): (Vec<_>, Vec<_>) = positions.iter().partition(|p| NOT_IN_DATA.contains(&p.symbol.as_str()));
    assert_eq!(absent.iter().map(|p| p.symbol.as_str()).collect::<Vec<_>>(), NOT_IN_DATA);
    assert!(closes().values().all(|on| NOT_IN_DATA.iter().all(|symbol| !on.contains_key(*symbol))));
    present.into_iter().for_each(agrees_with_prices);
}

#[test]
fn covers_every_kind_of_sample_position() {
    let positions = accepted(sample_csv());
    let start = window_start();
    assert_eq!(start, day("2021-12-27"));
    assert_eq!(positions.iter().filter(|p| p.quantity < 0.0).count(), 1);
    assert_eq!(positions.iter().filter(|p| p.entry_date >= start).count(), 2);
    let exits: Vec<_> = positions.iter().filter_map(|p| p.exit).collect();
    assert!(matches!(exits[..], [exit] if exit.date > start));
    let symbols: BTreeSet<_> = positions.iter().map(|p| &p.symbol).collect();
    assert_eq!(symbols.len(), 19);
}

#[test]
fn spreads_a_million_dollars_over_the_sample() {
    let positions = accepted(sample_csv());
    let closes = closes();
    let last = closes.values().last().unwrap();
    let value = |p: &Position| p.quantity * last.get(&p.symbol).unwrap_or(&p.entry_price);
    let open = || positions.iter().filter(|p| p.exit.is_none());
    let net: f64 = open().map(value).sum();
    assert!((900_000.0..1_100_000.0).contains(&net), "{net}");
    assert!(open().all(|p| value(p).abs() < 0.1 * net));
}
