//! Warns about cash in the file, which must be counted once.

use super::words;
use crate::{
    content::{FileContent, FileWarning, Repair, WarningCode},
    quote::shorten,
    reading::{Assumptions, CashAssumption, Reading},
};

/// Returns warnings about cash. The reading decides whether dollars are the cash balance; cash in
/// another currency is never part of it.
pub(super) fn warnings(content: &FileContent) -> Vec<FileWarning> {
    let Some(cash) = &content.cash else { return Vec::new() };
    let mut warnings = Vec::new();
    if content.reading.assumptions.cash.is_none()
        && let Some(amount) = cash.amount
    {
        let dollars = words::dollars(amount);
        let foreign: Vec<u64> = cash.other.iter().flat_map(|other| other.rows.iter().copied()).collect();
        let rows: Vec<u64> = cash.rows.iter().copied().filter(|row| !foreign.contains(row)).collect();
        let place = place(&rows);
        warnings.push(FileWarning {
            code: WarningCode::LooksLikeCash,
            message: format!("{dollars}{place} is cash, not shares. Use it as the cash balance?"),
            rows,
            column: None,
            repair: Some(Repair {
                label: format!("Use {dollars} as the cash balance"),
                reading: Reading {
                    assumptions: Assumptions { cash: Some(CashAssumption::FromFile), ..Assumptions::default() },
                    ..Reading::default()
                },
            }),
        });
    }
    warnings.extend(cash.other.iter().map(|other| FileWarning {
        code: WarningCode::ForeignCash,
        rows: other.rows.clone(),
        column: None,
        message: format!(
            "{}{} is cash in {}. It's left out; add its value in dollars to the cash balance.",
            words::money(&other.currency, other.amount),
            place(&other.rows),
            shorten(&other.currency)
        ),
        repair: None,
    }));
    warnings
}

fn place(rows: &[u64]) -> String {
    if rows.is_empty() { String::new() } else { format!(" on {}", words::lines(rows)) }
}
