//! Compares the prices of trades with the closes of their days.

use super::{
    history::{Close, Histories, is_price},
    splits::{Split, split_between},
};
use crate::{
    check::changes::first_row,
    content::{DraftClass, DraftPosition, FileContent},
};

/// A position whose entry or exit price does not fit the close of its day.
pub(super) struct Compared<'a> {
    pub position: &'a DraftPosition,
    pub symbol: &'a str,
    pub kind: Difference,
}

/// How a price differs.
pub(super) enum Difference {
    /// The price is in shares from before a split.
    Split { split: Split, price: f64, close: Close, repair: SplitRepair },
    /// The price could not be traded that day.
    Far { row: Option<u64>, price: f64, close: Close, is_exit: bool },
}

/// The values to convert to today's shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SplitRepair {
    /// The quantity and the entry price.
    Entry,
    /// The exit price, which becomes this one, as well.
    EntryAndExit(f64),
    /// The exit price fits neither, so a person has to look at it.
    ByHand,
}

/// Returns the positions with a price in dollars that differs from the close of its day by more
/// than could be traded. Options and private positions have no known prices.
pub(super) fn compare<'a>(content: &'a FileContent, histories: &Histories) -> Vec<Compared<'a>> {
    let mut compared = Vec::new();
    for position in &content.positions {
        if position.class != DraftClass::Public || position.price_currency.is_some() {
            continue;
        }
        let Some(symbol) = position.symbol.as_deref() else { continue };
        let Some(history) = histories.get(symbol) else { continue };
        let is_converted = first_row(position).is_some_and(|row| content.reading.split_factors.contains_key(&row));
        let last = history.closes.last().map(|(date, _)| *date);
        let entry = position.entry_price.filter(|price| is_price(*price)).zip(position.entry_date);
        let exit = position.exit_price.filter(|price| is_price(*price)).zip(position.exit_date);
        let exit_close = exit.and_then(|(_, date)| history.close_near(date));
        if let Some((price, date)) = entry
            && let Some(close) = history.close_near(date)
        {
            let split = split_between(symbol, price, &close, last).filter(|_| !is_converted);
            if let Some(split) = split {
                let repair = match exit.map(|(price, _)| price).zip(exit_close) {
                    None if exit.is_none() => SplitRepair::Entry,
                    Some((price, close)) if close.allows(price) => SplitRepair::Entry,
                    Some((price, close)) if close.allows(price / split.factor) => {
                        SplitRepair::EntryAndExit(price / split.factor)
                    }
                    _ => SplitRepair::ByHand,
                };
                let kind = Difference::Split { split, price, close, repair };
                compared.push(Compared { position, symbol, kind });
                continue;
            }
            if !close.allows(price) {
                let kind = Difference::Far { row: first_row(position), price, close, is_exit: false };
                compared.push(Compared { position, symbol, kind });
            }
        }
        if let Some(((price, _), close)) = exit.zip(exit_close)
            && !close.allows(price)
        {
            let kind = Difference::Far { row: position.rows.last().copied(), price, close, is_exit: true };
            compared.push(Compared { position, symbol, kind });
        }
    }
    compared
}
