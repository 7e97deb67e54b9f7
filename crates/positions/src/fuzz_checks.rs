//! Checks that the parser must pass for any uploaded bytes. The fuzz target in `fuzz/` runs them on
//! generated input.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use text::{is_unshowable, leaves_line};

use super::{
    InvestmentClass, MAX_LISTED, MAX_ROWS, Parsed, Position, Problem, UploadRules, parse_cash, parse_positions,
    validate_name,
};

/// Maximum length of a problem's message, in characters. A message quotes at most 40 characters of
/// an input value, each of which takes up to ten characters after escaping.
const LONGEST_MESSAGE: usize = 1_000;

/// Checks the results of parsing `bytes` as an uploaded file, and of parsing their first line as a
/// portfolio name and as a cash balance.
///
/// # Panics
/// Panics if a check fails.
pub fn positions_csv(bytes: &[u8]) {
    check_fields(bytes);
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
    let Some(today) = day(2026, 1, 15) else { return };
    // For inputs of even length, the upload rules contain a last date with prices. For inputs of
    // odd length, they contain none.
    let last_price_date = day(2022, 12, 28).filter(|_| bytes.len().is_multiple_of(2));
    let rules = UploadRules { today, last_price_date };
    match parse_positions(bytes, &rules) {
        Ok(parsed) => {
            check_accepted(&parsed, &rules);
            assert_eq!(
                parse_positions(&write_csv(&parsed.positions), &rules).map(|reread| reread.positions),
                Ok(parsed.positions)
            );
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.listed().len() <= MAX_LISTED && problems.listed().len() <= problems.total());
            problems.listed().iter().for_each(check_message);
        }
    }
}

fn check_fields(bytes: &[u8]) {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    match validate_name(&line) {
        Ok(name) => {
            assert!((1..=100).contains(&name.chars().count()) && !name.chars().any(leaves_line), "{name:?}");
            assert_eq!(validate_name(&name).as_ref(), Ok(&name));
        }
        Err(problem) => check_message(&problem),
    }
    match parse_cash(&line) {
        Ok(cash) => assert!(cash.abs() <= 1e12, "{cash}"),
        Err(problem) => check_message(&problem),
    }
}

fn check_message(problem: &Problem) {
    let message = &problem.message;
    assert!(!message.is_empty() && message.chars().count() <= LONGEST_MESSAGE, "{message:?}");
    assert!(!message.chars().any(is_unshowable), "{message:?}");
    assert!(problem.row.is_none_or(|row| row > 0));
}

/// Checks that every accepted position follows the rules of the upload format.
fn check_accepted(parsed: &Parsed, rules: &UploadRules) {
    assert!((1..=MAX_ROWS).contains(&parsed.positions.len()));
    let mut lots = HashSet::new();
    for position in &parsed.positions {
        assert!(is_symbol(&position.symbol), "{position:?}");
        let quantity = position.quantity.abs();
        assert!(quantity > 0.0 && quantity <= 1e12, "{position:?}");
        assert!(is_price(position.entry_price), "{position:?}");
        let latest = rules.last_price_date.unwrap_or(rules.today);
        assert!(position.entry_date.year() >= 1900 && position.entry_date <= latest, "{position:?}");
        assert!(lots.insert((&position.symbol, position.entry_date)), "{position:?} is there twice");
        if let Some(exit) = &position.exit {
            assert!((position.entry_date..=rules.today).contains(&exit.date) && is_price(exit.price), "{position:?}");
        }
        if let InvestmentClass::Options(contract) = &position.class {
            assert!(is_symbol(&contract.underlying) && is_price(contract.strike), "{position:?}");
            assert!(contract.expiration >= position.entry_date, "{position:?}");
        }
        if let Some(subtype) = &position.subtype {
            assert!(!subtype.is_empty() && subtype.chars().count() <= 100, "{position:?}");
            assert!(!subtype.chars().any(is_unshowable), "{position:?}");
        }
    }
    for warning in &parsed.warnings {
        assert!(!warning.message.chars().any(is_unshowable), "{warning:?}");
    }
}

fn is_symbol(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=20).contains(&text.len()) && text.bytes().all(is_allowed)
}

fn is_price(price: f64) -> bool {
    price > 0.0 && price <= 1e12
}

/// Writes positions as a CSV file that the parser must read back unchanged.
fn write_csv(positions: &[Position]) -> Vec<u8> {
    let mut rows = vec![
        "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype,Underlying Symbol,\
         Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share"
            .to_owned(),
    ];
    for position in positions {
        let Position { symbol, quantity, entry_price, entry_date, .. } = position;
        let (class, terms) = match &position.class {
            InvestmentClass::Public => ("public", ",,,".to_owned()),
            InvestmentClass::Private => ("Private", ",,,".to_owned()),
            InvestmentClass::Options(contract) => {
                let (strike, expiration) = (contract.strike, contract.expiration);
                ("OPTIONS", format!("{},{strike},{expiration},{:?}", contract.underlying, contract.kind))
            }
        };
        let subtype = position.subtype.as_deref().unwrap_or_default().replace('"', "\"\"");
        let exit = position.exit.map_or_else(|| ",".to_owned(), |exit| format!("{},{}", exit.date, exit.price));
        rows.push(format!("{symbol},{quantity},{entry_price},{entry_date},{class},\"{subtype}\",{terms},{exit}"));
    }
    rows.join("\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use test_support::fuzz_seeds;

    #[test]
    fn accepts_every_seed_of_the_fuzz_target() {
        fuzz_seeds::each_of("positions_csv", super::positions_csv);
    }
}
