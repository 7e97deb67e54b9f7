//! Checks that the reader must pass for any uploaded bytes. The fuzz target in `fuzz/` runs them on
//! generated input.

use std::collections::{BTreeSet, HashSet};

use chrono::{Datelike, NaiveDate};
use text::{is_unshowable, leaves_line};

use super::{
    DraftPosition, FileContent, InvestmentClass, MAX_LISTED, MAX_OCCURRENCES, MAX_ROWS, Position, Problem, Reading,
    UploadRules, parse_cash, parse_positions, read_file, recognize::TEMPLATE, validate_name,
};

/// Maximum length of a problem's message, in characters. A message quotes at most 40 characters of
/// an input value, each of which takes up to ten characters after escaping.
const LONGEST_MESSAGE: usize = 1_000;
/// Maximum length of a warning's message, which can quote several values.
const LONGEST_WARNING: usize = 6_000;

/// Checks the results of reading `bytes` as an uploaded file, and of parsing their first line as a
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
    match read_file(bytes, &Reading::default(), &rules) {
        Ok(content) => check_content(&content, &rules),
        Err(problem) => check_message(&problem.message),
    }
    if let Err(problems) = parse_positions(bytes, &rules) {
        assert!(!problems.is_empty());
        assert!(problems.listed().len() <= MAX_LISTED && problems.listed().len() <= problems.total());
        problems.listed().iter().for_each(check_problem);
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
        Err(problem) => check_problem(&problem),
    }
    match parse_cash(&line) {
        Ok(cash) => assert!(cash.abs() <= 1e12, "{cash}"),
        Err(problem) => check_problem(&problem),
    }
}

fn check_problem(problem: &Problem) {
    check_message(&problem.message);
    assert!(problem.row.is_none_or(|row| row > 0));
}

fn check_message(message: &str) {
    assert!(!message.is_empty() && message.chars().count() <= LONGEST_MESSAGE, "{message:?}");
    assert!(!message.chars().any(is_unshowable), "{message:?}");
}

/// Checks what a file was understood to hold.
fn check_content(content: &FileContent, rules: &UploadRules) {
    for problem in &content.problems {
        check_message(&problem.message);
        for example in &problem.examples {
            check_message(&example.message);
        }
        assert!(problem.count >= problem.examples.len() && problem.examples.len() <= MAX_OCCURRENCES, "{problem:?}");
    }
    for warning in &content.warnings {
        assert!(!warning.message.is_empty() && warning.message.chars().count() <= LONGEST_WARNING, "{warning:?}");
        assert!(!warning.message.chars().any(is_unshowable), "{warning:?}");
    }
    content.positions.iter().for_each(check_draft);
    let used: BTreeSet<u64> = content.positions.iter().flat_map(|position| position.rows.iter().copied()).collect();
    let mut left_out = HashSet::new();
    for row in content.not_positions.iter().flat_map(|group| &group.rows) {
        assert!(left_out.insert(*row), "row {row} is left out twice");
        assert!(!used.contains(row), "row {row} is left out and used");
    }
    if let Some(finished) = content.finished_positions(rules) {
        assert!((1..=MAX_ROWS).contains(&finished.len()));
        for position in &finished {
            check_finished(position, rules);
        }
        if content.layout.as_deref() == Some(TEMPLATE) {
            let reread = parse_positions(&write_csv(&finished), rules);
            assert_eq!(reread.map(|reread| reread.positions), Ok(finished));
        }
    }
}

fn check_draft(draft: &DraftPosition) {
    assert!(!draft.rows.is_empty(), "{draft:?}");
    let numbers = [Some(draft.quantity), draft.entry_price, draft.exit_price];
    assert!(numbers.into_iter().flatten().all(f64::is_finite), "{draft:?}");
}

/// Checks that a position that can start follows the rules of the upload format.
fn check_finished(position: &Position, rules: &UploadRules) {
    assert!(is_symbol(&position.symbol), "{position:?}");
    let quantity = position.quantity.abs();
    assert!(quantity > 0.0 && quantity <= 1e12, "{position:?}");
    assert!(position.price_source.is_stated() && is_price(position.entry_price), "{position:?}");
    let latest = rules.last_price_date.unwrap_or(rules.today);
    assert!(position.entry_date.year() >= 1900 && position.entry_date <= latest, "{position:?}");
    let is_option = matches!(position.class, InvestmentClass::Options(_));
    if let Some(exit) = &position.exit {
        assert!((position.entry_date..=rules.today).contains(&exit.date), "{position:?}");
        assert!(is_price(exit.price) || is_option && exit.price == 0.0, "{position:?}");
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

fn is_symbol(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=21).contains(&text.len()) && text.bytes().all(is_allowed)
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
