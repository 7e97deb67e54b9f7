//! Warns about prices that were not traded on their day.

use super::entries::{Compared, Difference};
use crate::{
    check::words,
    content::{FileWarning, WarningCode},
};

/// Returns one warning about all prices that are far from the close of their day, with the first
/// three.
pub(super) fn warning(compared: &[Compared]) -> Option<FileWarning> {
    let mut rows = Vec::new();
    let mut named = Vec::new();
    for Compared { symbol, kind, .. } in compared {
        let Difference::Far { row, price, close, is_exit } = kind else { continue };
        rows.extend(row);
        let line = row.map(|row| format!(" (line {row})")).unwrap_or_default();
        let trade = if *is_exit { "sold at " } else { "" };
        named.push(format!(
            "{symbol}{line} {trade}{}, closing at {}",
            words::dollars(*price),
            words::dollars(close.price)
        ));
    }
    if named.is_empty() {
        return None;
    }
    rows.sort_unstable();
    rows.dedup();
    let (subject, them) = if named.len() == 1 {
        ("This price is".to_owned(), "it")
    } else {
        (format!("{} are", words::counted(named.len(), "price", "prices")), "them")
    };
    let message =
        format!("{subject} far from the market's that day: {}. Check {them}.", words::list_of(named.into_iter(), "; "));
    Some(FileWarning { code: WarningCode::PriceFarFromMarket, rows, column: None, message, repair: None })
}
