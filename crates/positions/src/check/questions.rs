//! Asks what the file does not say: entry dates, entry prices, dollars and symbols. A question that
//! the reading answers is not asked.

use std::collections::BTreeSet;

use super::{Findings, changes::first_row, problem, resolved::takes_market_price, words};
use crate::{
    content::{DraftClass, DraftPosition, FileContent},
    problem::ProblemCode,
    quote::{quote, shorten},
    reading::{Field, Reading},
};

/// Adds a problem for each value that is still unknown.
pub(super) fn check(content: &FileContent, findings: &mut Findings) {
    for position in &content.positions {
        ask_symbol(position, &content.reading, findings);
        ask_entry_date(position, &content.reading, findings);
        ask_entry_price(position, &content.reading, findings);
        ask_exit_currency(position, &content.reading, findings);
    }
    name_currencies(content, findings);
    explain_private_prices(content, findings);
}

/// Returns the position's symbol, its ISIN or "This position", to begin a sentence.
pub(super) fn name(position: &DraftPosition) -> String {
    position.symbol.as_deref().or(position.isin.as_deref()).map_or_else(|| "This position".to_owned(), shorten)
}

fn ask_symbol(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    if position.symbol.is_some() {
        return;
    }
    let message = match &position.isin {
        Some(isin) => format!("{} is an ISIN. Enter the symbol that it trades under.", quote(isin)),
        None => "This row has no symbol. Enter one.".to_owned(),
    };
    findings.push(problem(ProblemCode::SymbolUnknown, first_row(position), Field::Symbol, reading, message));
}

fn ask_entry_date(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    if position.entry_date.is_none() && reading.assumptions.entry_date.is_none() {
        let message = format!("{} has no entry date. Enter it, or take it as held throughout.", name(position));
        findings.push(problem(ProblemCode::EntryDateUnknown, first_row(position), Field::EntryDate, reading, message));
    }
}

fn ask_entry_price(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    if takes_market_price(position, reading) {
        return;
    }
    let name = name(position);
    let (code, message) = match (position.entry_price, &position.price_currency) {
        (None, _) if position.class == DraftClass::Private => {
            (ProblemCode::EntryPriceUnknown, format!("{name} is private and has no entry price. Enter it."))
        }
        (None, _) => {
            let message = format!("{name} has no entry price. Enter it, or take the market's.");
            (ProblemCode::EntryPriceUnknown, message)
        }
        (Some(0.0), _) if position.class != DraftClass::Private => {
            let message = format!("{name} cost $0. Enter its value on the day received, or take the market's.");
            (ProblemCode::EntryPriceUnknown, message)
        }
        (Some(_), Some(currency)) => {
            (ProblemCode::ForeignCurrency, format!("{name}'s price is in {}.", shorten(currency)))
        }
        (Some(_), None) => return,
    };
    findings.push(problem(code, first_row(position), Field::EntryPrice, reading, message));
}

/// Asks for the dollars of exits in another currency. The market's price does not answer this,
/// because the trade had its own.
fn ask_exit_currency(position: &DraftPosition, reading: &Reading, findings: &mut Findings) {
    if let (Some(currency), Some(_)) = (&position.price_currency, position.exit_price) {
        let message = format!("{}'s exit price is in {}. Type it in dollars.", name(position), shorten(currency));
        let row = position.rows.last().copied();
        findings.push(problem(ProblemCode::ForeignCurrency, row, Field::ExitPrice, reading, message));
    }
}

/// Replaces the sentences about foreign prices by sentences that name the currencies.
fn name_currencies(content: &FileContent, findings: &mut Findings) {
    let currencies: BTreeSet<&str> =
        content.positions.iter().filter_map(|position| position.price_currency.as_deref()).collect();
    if currencies.is_empty() {
        return;
    }
    let currencies: Vec<&str> = currencies.into_iter().collect();
    let listed = words::list(&currencies, ", ", |currency| shorten(currency));
    let entry = super::column_name(&content.reading, Field::EntryPrice);
    let exit = super::column_name(&content.reading, Field::ExitPrice);
    findings.explain(
        ProblemCode::ForeignCurrency,
        Some(&entry),
        format!("Prices are in {listed}. Take the market's price in dollars, or type dollars."),
    );
    findings.explain(
        ProblemCode::ForeignCurrency,
        Some(&exit),
        format!("Exit prices are in {listed}. Type them in dollars, or leave these rows out."),
    );
}

/// Says that private positions cannot take the market's price, once it was chosen for the others.
fn explain_private_prices(content: &FileContent, findings: &mut Findings) {
    let is_priceless =
        |position: &DraftPosition| position.class == DraftClass::Private && position.entry_price.is_none();
    if content.reading.assumptions.entry_price == Some(crate::reading::EntryPriceAssumption::Market)
        && content.positions.iter().any(is_priceless)
    {
        findings.explain(
            ProblemCode::EntryPriceUnknown,
            Some(&super::column_name(&content.reading, Field::EntryPrice)),
            "Private positions have no market price. Enter their prices, or leave these rows out.",
        );
    }
}
