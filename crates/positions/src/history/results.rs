//! Turns lots into positions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::{
    History, Security, Trade,
    ledger::Ledger,
    lots::{Book, Closed, Lot, round},
};
use crate::{
    cells::option_symbol::occ_symbol,
    content::{DraftClass, DraftPosition, FileWarning, LeftOutReason, WarningCode},
};

/// Powers of ten of the decimals that quantities and prices keep.
const QUANTITY_SCALE: f64 = 1e6;
const PRICE_SCALE: f64 = 1e6;

/// Prices below this keep more decimals, because of splits that follow.
const SMALL_PRICE: f64 = 1.0;
const SMALL_PRICE_SCALE: f64 = 1e12;

/// Returns the positions of a ledger, the rows that are part of none, and the warnings.
pub(super) fn history(ledger: Ledger, trades: &[Trade], names: &[Security]) -> History {
    let sequence: HashMap<u64, usize> = trades.iter().enumerate().rev().map(|(at, trade)| (trade.row, at)).collect();
    let mut drafts = Drafts::default();
    for book in &ledger.books {
        drafts.add_book(book, &names[book.security]);
    }
    let mut positions: Vec<DraftPosition> = drafts.drafts.into_iter().map(|draft| draft.finished(&sequence)).collect();
    positions.retain(|position| position.quantity != 0.0);
    positions.sort_by_cached_key(|position| {
        position.rows.iter().filter_map(|row| sequence.get(row)).min().copied().unwrap_or_default()
    });
    let in_positions: BTreeSet<u64> = positions.iter().flat_map(|position| position.rows.iter().copied()).collect();
    let not_positions: BTreeMap<u64, LeftOutReason> = trades
        .iter()
        .filter(|trade| !in_positions.contains(&trade.row))
        .map(|trade| (trade.row, ledger.reasons.get(&trade.row).copied().unwrap_or(LeftOutReason::LeftAccount)))
        .collect();
    History {
        positions,
        not_positions: not_positions.into_iter().collect(),
        warnings: warnings(&ledger.not_held, &ledger.transfers),
    }
}

/// Identifies positions that would be duplicates: those of one security with the same days and the
/// same exit price.
type Key = (Option<String>, Option<String>, Option<NaiveDate>, Option<NaiveDate>, Option<u64>, Option<String>, bool);

/// A position with the rows that it was read from.
struct Draft {
    position: DraftPosition,
    /// The rows of the purchases.
    openings: Vec<u64>,
    /// The rows of splits and transfers.
    changes: Vec<u64>,
    /// The rows of the sales.
    closings: Vec<u64>,
}

#[derive(Default)]
struct Drafts {
    drafts: Vec<Draft>,
    indices: HashMap<Key, usize>,
}

impl Drafts {
    fn add_book(&mut self, book: &Book, name: &Security) {
        for (lots, sign) in [(&book.long, 1.0), (&book.short, -1.0)] {
            for lot in lots {
                self.add(Draft::new(lot, sign, name));
            }
        }
        for Closed { lot, is_short, closing } in &book.closed {
            let mut draft = Draft::new(lot, if *is_short { -1.0 } else { 1.0 }, name);
            draft.closings.push(closing.row);
            let position = &mut draft.position;
            position.exit_date = Some(closing.date);
            position.exit_price = closing.price.map(round_price);
            // If only the sale is in another currency, the whole position counts as such, so that
            // its price is never taken for dollars.
            position.price_currency = position.price_currency.take().or_else(|| closing.currency.clone());
            self.add(draft);
        }
    }

    /// Adds a position. If another one has the same security, days and exit, both become one with
    /// the average price.
    fn add(&mut self, draft: Draft) {
        let position = &draft.position;
        let is_named = position.symbol.is_some() || position.isin.is_some();
        let key: Key = (
            position.symbol.clone(),
            position.isin.clone(),
            position.entry_date,
            position.exit_date,
            position.exit_price.map(f64::to_bits),
            position.price_currency.clone(),
            position.quantity < 0.0,
        );
        match self.indices.get(&key) {
            Some(found) if is_named => self.drafts[*found].merge(draft),
            _ => {
                self.indices.insert(key, self.drafts.len());
                self.drafts.push(draft);
            }
        }
    }
}

impl Draft {
    fn new(lot: &Lot, sign: f64, name: &Security) -> Self {
        let symbol = match &name.option {
            Some(option) => occ_symbol(option).or_else(|| name.symbol.clone()),
            None => name.symbol.clone(),
        };
        let position = DraftPosition {
            rows: Vec::new(),
            symbol,
            isin: name.isin.clone().filter(|_| name.option.is_none()),
            price_currency: lot.currency.clone(),
            quantity: lot.quantity * sign,
            entry_price: lot.price,
            entry_date: lot.date,
            exit_date: None,
            exit_price: None,
            class: if name.option.is_some() { DraftClass::Options } else { DraftClass::Public },
            option: name.option.clone(),
            subtype: None,
        };
        let (openings, changes) = lot.rows.split_at(lot.rows.len().min(1));
        Self { position, openings: openings.to_vec(), changes: changes.to_vec(), closings: Vec::new() }
    }

    fn merge(&mut self, other: Self) {
        let (one, two) = (&mut self.position, other.position);
        let quantity = one.quantity + two.quantity;
        let prices = one.entry_price.zip(two.entry_price);
        one.entry_price = prices.map(|(first, second)| first + (second - first) * (two.quantity / quantity));
        one.quantity = quantity;
        self.openings.extend(other.openings);
        self.changes.extend(other.changes);
        self.closings.extend(other.closings);
    }

    /// Rounds the numbers and lists each row once: purchases first, sales last.
    fn finished(self, sequence: &HashMap<u64, usize>) -> DraftPosition {
        let mut position = self.position;
        for mut rows in [self.openings, self.changes, self.closings] {
            rows.sort_unstable();
            rows.dedup();
            rows.sort_by_cached_key(|row| sequence.get(row).copied());
            position.rows.extend(rows);
        }
        position.quantity = round(position.quantity, QUANTITY_SCALE);
        position.entry_price = position.entry_price.map(round_price);
        position
    }
}

fn round_price(price: f64) -> f64 {
    round(price, if price < SMALL_PRICE { SMALL_PRICE_SCALE } else { PRICE_SCALE })
}

fn warnings(not_held: &BTreeSet<u64>, transfers: &BTreeSet<u64>) -> Vec<FileWarning> {
    let mut warnings = Vec::new();
    let mut warn = |rows: &BTreeSet<u64>, message: String| {
        if !rows.is_empty() {
            let rows = rows.iter().copied().collect();
            let code = WarningCode::IncompleteHistory;
            warnings.push(FileWarning { code, rows, column: None, message, repair: None });
        }
    };
    let not_held_message = match not_held.len() {
        1 => {
            "One row is about shares that this file never buys, so they are left out; export the whole history.".into()
        }
        count => format!(
            "{count} rows are about shares that this file never buys, so they are left out; export the whole history."
        ),
    };
    warn(not_held, not_held_message);
    let transfer_message = match transfers.len() {
        1 => "One transfer brought shares that were bought elsewhere; say when and at what price.".into(),
        count => format!("{count} transfers brought shares that were bought elsewhere; say when and at what price."),
    };
    warn(transfers, transfer_message);
    warnings
}
