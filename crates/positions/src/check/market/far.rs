//! Warns about prices that were not traded on their day.

use super::entries::{Compared, Difference};
use crate::{
    check::words,
    content::{FileWarning, WarningCode},
};

/// Returns one warning about all prices that are far from the close of their day, with the first
/// three.
pub(super) fn warning(compared: &[Compared]) -> Option<FileWarning> {
    let far: Vec<Far> = compared.iter().filter_map(Far::new).collect();
    if far.is_empty() {
        return None;
    }
    let mut rows: Vec<u64> = far.iter().filter_map(|price| price.row).collect();
    rows.sort_unstable();
    rows.dedup();
    let (subject, them) = if far.len() == 1 {
        ("This price is".to_owned(), "it")
    } else {
        (format!("{} are", words::counted(far.len(), "price", "prices")), "them")
    };
    let named = words::list(&far, "; ", Far::describe);
    let message = format!("{subject} far from the market's that day: {named}. Check {them}.");
    Some(FileWarning { code: WarningCode::PriceFarFromMarket, rows, column: None, message, repair: None })
}

/// A price that is far from the close of its day.
struct Far<'a> {
    symbol: &'a str,
    row: Option<u64>,
    price: f64,
    close: f64,
    is_exit: bool,
}

impl<'a> Far<'a> {
    fn new(compared: &Compared<'a>) -> Option<Self> {
        match compared.kind {
            Difference::Far { row, price, close, is_exit } => {
                Some(Self { symbol: compared.symbol, row, price, close: close.price, is_exit })
            }
            Difference::Split { .. } => None,
        }
    }

    fn describe(&self) -> String {
        let line = self.row.map(|row| format!(" (line {row})")).unwrap_or_default();
        let trade = if self.is_exit { "sold at " } else { "" };
        let (price, close) = (words::dollars(self.price), words::dollars(self.close));
        format!("{}{line} {trade}{price}, closing at {close}", self.symbol)
    }
}
