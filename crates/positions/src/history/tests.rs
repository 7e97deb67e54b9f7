//! Tests of whole histories: those of the sample files of brokers, special cases, and properties
//! that hold for any trades.

use chrono::NaiveDate;

use super::*;
use crate::position::OptionKind;

mod brokers;
mod corporate_actions;
mod options;
mod properties;
mod sales;
mod transfers;

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

fn share(symbol: &str) -> Security {
    Security { symbol: Some(symbol.into()), ..Security::default() }
}

fn isin(isin: &str) -> Security {
    Security { isin: Some(isin.into()), ..Security::default() }
}

fn option(underlying: &str, expiration: &str, kind: OptionKind, strike: f64) -> Security {
    let option =
        DraftOption { underlying: underlying.into(), strike, expiration: day(expiration), kind, multiplier: 100.0 };
    Security { option: Some(option), ..Security::default() }
}

/// Returns a trade of a share; a price of NaN stands for none.
fn trade(row: u64, date: &str, words: &str, security: Security, quantity: f64, price: f64) -> Trade {
    let action = action(words, "").unwrap_or_else(|| panic!("{words} is unknown"));
    let price = price.is_finite().then_some(price);
    Trade { price, ..Trade::new(row, day(date), security, action, quantity) }
}

const NONE: f64 = f64::NAN;

/// Describes each position on a line: symbol or ISIN, quantity, entry, exit, rows.
fn summary(history: &History) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("?".to_string(), |value| value.to_string());
    let describe = |position: &DraftPosition| {
        let name = position.symbol.as_ref().or(position.isin.as_ref()).map_or("?", String::as_str);
        let entry_date = position.entry_date.map_or("?".to_string(), |date| date.to_string());
        let exit = position.exit_date.map(|date| format!(" to {} {date}", number(position.exit_price)));
        let (quantity, price) = (position.quantity, number(position.entry_price));
        format!("{name} {quantity} @ {price} {entry_date}{} {:?}", exit.unwrap_or_default(), position.rows)
    };
    history.positions.iter().map(describe).collect()
}

#[track_caller]
fn assert_positions(trades: &[Trade], expected: &[&str]) -> History {
    let history = build_lots(trades);
    assert_eq!(summary(&history), expected);
    history
}

#[track_caller]
fn assert_complete(trades: &[Trade], expected: &[&str]) {
    let history = assert_positions(trades, expected);
    assert_eq!(history.warnings, []);
}
