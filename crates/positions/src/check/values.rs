//! Checks quantities, prices, symbols and option terms.

use super::{Findings, changes::first_row, problem, words};
use crate::{
    cells::number::LARGEST,
    content::{DraftClass, DraftPosition, FileContent, FileKind, FileWarning, WarningCode},
    fields,
    problem::ProblemCode,
    reading::{Field, Reading},
};

/// Quantities are kept in multiples of one over this number.
const UNITS: f64 = 1e6;

/// Quantities beyond this one have no digits to round: a double has 53 bits.
const LARGEST_ROUNDED: f64 = 2e9;

/// A difference that is left by arithmetic, not by decimals in the file.
const NOISE: f64 = 1e-9;

/// Rounds quantities to six decimals. Returns a warning that names the rows if the file has more.
pub(super) fn round_quantities(positions: &mut [DraftPosition]) -> Option<FileWarning> {
    let mut rows = Vec::new();
    for position in positions {
        let rounded = (position.quantity * UNITS).round() / UNITS;
        if position.quantity.abs() < LARGEST_ROUNDED {
            if (rounded - position.quantity).abs() > NOISE {
                rows.extend(first_row(position));
            }
            position.quantity = rounded;
        }
    }
    rows.dedup();
    let (verb, noun) = if rows.len() == 1 { ("was", "quantity") } else { ("were", "quantities") };
    let message = format!("The {noun} on {} {verb} rounded to six decimals.", words::lines(&rows));
    (!rows.is_empty()).then_some(FileWarning { code: WarningCode::Rounded, rows, column: None, message, repair: None })
}

/// Adds a problem for each value that cannot be right.
pub(super) fn check(content: &FileContent, findings: &mut Findings) {
    for position in &content.positions {
        check_symbol(position, &content.reading, findings);
        check_quantity(position, &content.reading, findings);
        check_entry_price(position, &content.reading, findings);
        check_exit_price(position, content, findings);
        check_option(position, &content.reading, findings);
    }
}

/// Checks symbols again, because the person may have typed them.
fn check_symbol(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    if let Some(Err(fault)) = position.symbol.as_deref().map(fields::symbol) {
        findings.push(problem(fault.code, first_row(position), Field::Symbol, reading, fault.message));
    }
}

fn check_quantity(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    let (code, message) = if position.quantity == 0.0 {
        (ProblemCode::ZeroQuantity, "Quantity is zero. Enter how many are held, or leave this row out.")
    } else if position.quantity.abs() > LARGEST || !position.quantity.is_finite() {
        (ProblemCode::NotANumber, "Quantity is too large. Enter at most 1,000,000,000,000.")
    } else {
        return;
    };
    findings.push(problem(code, first_row(position), Field::Quantity, reading, message.to_owned()));
}

/// Checks an entry price. A price of zero is a question, unless the position is private.
fn check_entry_price(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    let Some(price) = position.entry_price else { return };
    let (code, message) = if price < 0.0 {
        (ProblemCode::NotPositive, "Price must be above $0. For a short, make the quantity negative.")
    } else if price == 0.0 && position.class == DraftClass::Private {
        (ProblemCode::NotPositive, "A private position is valued at its price, which must be above $0.")
    } else if price > LARGEST || price.is_nan() {
        (ProblemCode::NotANumber, "Price is too large. Enter at most 1,000,000,000,000.")
    } else {
        return;
    };
    findings.push(problem(code, first_row(position), Field::EntryPrice, reading, message.to_owned()));
}

/// Checks an exit price. An option may end at zero on or after its expiration. In a history, it
/// may end so before: if it is assigned or exercised, its value is in the trade of the shares.
fn check_exit_price(position: &DraftPosition, content: &FileContent, findings: &mut Findings) {
    let row = position.rows.last().copied();
    let (code, field, message) = match (position.exit_date, position.exit_price) {
        (None, None) => return,
        (None, Some(_)) => (ProblemCode::Required, Field::ExitDate, "The exit has a price but no date. Enter both."),
        (Some(_), None) => (ProblemCode::Required, Field::ExitPrice, "The exit has a date but no price. Enter both."),
        (Some(date), Some(price)) => {
            let is_history = content.kind == FileKind::Transactions;
            let may_be_zero = position.option.as_ref().is_some_and(|option| is_history || date >= option.expiration);
            if price > 0.0 && price <= LARGEST || price == 0.0 && may_be_zero {
                return;
            }
            let message = if price > LARGEST || price.is_nan() {
                "Exit price is too large. Enter at most 1,000,000,000,000."
            } else if price == 0.0 && position.option.is_some() {
                "Before its expiration, an option's exit price must be above $0."
            } else {
                "Exit price must be above $0."
            };
            let code = if price <= 0.0 { ProblemCode::NotPositive } else { ProblemCode::NotANumber };
            (code, Field::ExitPrice, message)
        }
    };
    findings.push(problem(code, row, field, &content.reading, message.to_owned()));
}

fn check_option(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    let is_positive = |value: f64| value > 0.0 && value <= LARGEST;
    let (field, message) = match (&position.option, position.class) {
        (None, DraftClass::Options) => {
            let message = "An option needs its underlying symbol, strike price, expiration date and type.";
            (Field::InvestmentClass, message)
        }
        (Some(option), _) if !is_positive(option.strike) => (Field::StrikePrice, "Strike price must be above $0."),
        (Some(option), _) if !is_positive(option.multiplier) => {
            (Field::Multiplier, "A contract must be for more than 0 shares.")
        }
        _ => return,
    };
    findings.push(problem(ProblemCode::InvalidOption, first_row(position), field, reading, message.to_owned()));
}
