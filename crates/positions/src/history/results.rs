//! Turns lots into positions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::{
    History, Security, Trade,
    ledger::Ledger,
    lots::{Book, Lot, round},
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
    let mut positions: Vec<DraftPosition> = drafts.positions;
    let purchases: HashSet<u64> = trades.iter().filter(|trade| trade.action.opens()).map(|trade| trade.row).collect();
    for position in &mut positions {
        position.finish(&sequence, &purchases);
    }
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

#[derive(Default)]
struct Drafts {
    positions: Vec<DraftPosition>,
    indices: HashMap<Key, usize>,
}

impl Drafts {
    fn add_book(&mut self, book: &Book, name: &Security) {
        for (lots, sign) in [(&book.long, 1.0), (&book.short, -1.0)] {
            for lot in lots {
                self.add(draft(lot, sign, name));
            }
        }
        for closed in &book.closed {
            let mut draft = draft(&closed.lot, if closed.is_short { -1.0 } else { 1.0 }, name);
            draft.exit_date = Some(closed.date);
            draft.exit_price = closed.price.map(round_price);
            self.add(draft);
        }
    }

    /// Adds a position. If another one has the same security, days and exit, both become one with
    /// the average price.
    fn add(&mut self, draft: DraftPosition) {
        let is_named = draft.symbol.is_some() || draft.isin.is_some();
        let key: Key = (
            draft.symbol.clone(),
            draft.isin.clone(),
            draft.entry_date,
            draft.exit_date,
            draft.exit_price.map(f64::to_bits),
            draft.price_currency.clone(),
            draft.quantity < 0.0,
        );
        match self.indices.get(&key) {
            Some(found) if is_named => self.positions[*found].merge(draft),
            _ => {
                self.indices.insert(key, self.positions.len());
                self.positions.push(draft);
            }
        }
    }
}

impl DraftPosition {
    fn merge(&mut self, other: Self) {
        let quantity = self.quantity + other.quantity;
        self.entry_price =
            self.entry_price.zip(other.entry_price).map(|(one, two)| one + (two - one) * (other.quantity / quantity));
        self.quantity = quantity;
        self.rows.extend(other.rows);
    }

    /// Rounds the numbers and lists each row once.
    fn finish(&mut self, sequence: &HashMap<u64, usize>, purchases: &HashSet<u64>) {
        let place = |row: &u64| (!purchases.contains(row), sequence.get(row).copied());
        self.rows.sort_unstable();
        self.rows.dedup();
        self.rows.sort_by_cached_key(place);
        self.quantity = round(self.quantity, QUANTITY_SCALE);
        self.entry_price = self.entry_price.map(round_price);
    }
}

fn draft(lot: &Lot, sign: f64, name: &Security) -> DraftPosition {
    let symbol = match &name.option {
        Some(option) => occ_symbol(option).or_else(|| name.symbol.clone()),
        None => name.symbol.clone(),
    };
    DraftPosition {
        rows: lot.rows.clone(),
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
