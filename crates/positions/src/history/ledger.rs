//! Applies trades to lots, one after the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};

use super::{
    Action, Trade,
    lots::{Book, Closing, DUST, Lot, take, tidy},
};
use crate::content::LeftOutReason;

/// Number of days after which shares that left one account can arrive in another.
const TRANSFER_DAYS: u64 = 10;

/// The lots of all securities, and what became of rows that are part of no position.
#[derive(Default)]
pub(super) struct Ledger {
    pub books: Vec<Book>,
    /// The index of each book by security and account.
    indices: HashMap<(usize, Option<String>), usize>,
    /// Shares that left one account and may arrive in another, with their security.
    in_transit: Vec<(usize, NaiveDate, Lot)>,
    waiting: Vec<Waiting>,
    pub reasons: BTreeMap<u64, LeftOutReason>,
    /// Rows about shares whose purchase is not in the file.
    pub not_held: BTreeSet<u64>,
    /// Transfers of shares whose purchase is not in the file.
    pub transfers: BTreeSet<u64>,
}

/// A trade that needs shares which the account does not have yet. It waits for the other trades of
/// its day, because some brokers list the trades of one day in any order.
struct Waiting {
    trade: usize,
    quantity: f64,
}

impl Ledger {
    /// Applies trades that are in the order in which they happened.
    pub(super) fn apply(&mut self, trades: &[Trade], securities: &[usize]) {
        let mut changes: HashMap<_, Vec<usize>> = HashMap::new();
        let key = |trade: &Trade| (trade.date, trade.account.clone(), trade.action == Action::Exchange);
        for (index, trade) in trades.iter().enumerate().filter(|(_, trade)| trade.action.is_change()) {
            changes.entry(key(trade)).or_default().push(index);
        }
        for (index, trade) in trades.iter().enumerate() {
            match trade.action {
                action if action.is_change() => {
                    if let Some(rows) = changes.remove(&key(trade)) {
                        self.change(&rows, trades, securities);
                    }
                }
                Action::Distribution => self.distribute(index, trades, securities[index]),
                _ => self.trade(index, trade, securities[index]),
            }
            let moment = |trade: &Trade| (trade.date, trade.time);
            if trades.get(index + 1).is_none_or(|next| moment(next) != moment(trade)) {
                self.apply_waiting(trades, securities);
            }
        }
        for (.., lot) in std::mem::take(&mut self.in_transit) {
            self.leave_out(&lot.rows, LeftOutReason::LeftAccount);
        }
    }

    fn trade(&mut self, index: usize, trade: &Trade, security: usize) {
        let quantity = trade.quantity.abs();
        let book = self.book(security, trade.account.as_ref());
        let closes_all = matches!(trade.action, Action::Expired | Action::Assigned | Action::Exercised);
        if let Action::NotTrade(reason) = trade.action {
            return self.leave_out(&[trade.row], reason);
        }
        if quantity <= DUST && !closes_all {
            return self.leave_out(&[trade.row], without_shares(trade.action));
        }
        let books = &mut self.books[book];
        let left = match trade.action {
            Action::Buy | Action::Reinvestment => {
                let rest = books.close(true, quantity, &closing(trade));
                open(books, false, rest, trade);
                0.0
            }
            Action::SellShort => {
                let rest = books.close(false, quantity, &closing(trade));
                open(books, true, rest, trade);
                0.0
            }
            Action::BuyToOpen | Action::SharesReceived => {
                open(books, false, quantity, trade);
                0.0
            }
            Action::BuyToCover => books.close(true, quantity, &closing(trade)),
            Action::Sell => books.close(false, quantity, &closing(trade)),
            Action::TransferOut => self.send(book, quantity, trade),
            _ => quantity,
        };
        if left > DUST || closes_all {
            self.waiting.push(Waiting { trade: index, quantity: left });
        }
    }

    /// Applies the trades that waited for the others of their moment: first transfers out, then
    /// transfers in, then trades that close.
    pub(super) fn apply_waiting(&mut self, trades: &[Trade], securities: &[usize]) {
        let rank = |action| match action {
            Action::TransferOut => 0,
            Action::TransferIn => 1,
            _ => 2,
        };
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by_key(|waiting| rank(trades[waiting.trade].action));
        for Waiting { trade, quantity } in waiting {
            let (security, trade) = (securities[trade], &trades[trade]);
            let book = self.book(security, trade.account.as_ref());
            let left = match trade.action {
                Action::TransferOut => self.send(book, quantity, trade),
                Action::TransferIn => {
                    self.receive(book, quantity, trade);
                    0.0
                }
                Action::BuyToCover => self.books[book].close(true, quantity, &closing(trade)),
                Action::Sell => self.books[book].close(false, quantity, &closing(trade)),
                _ => self.end_option(book, quantity, trade),
            };
            if left > DUST {
                self.not_held.insert(trade.row);
                if left >= trade.quantity.abs() - DUST {
                    self.leave_out(&[trade.row], LeftOutReason::NotHeld);
                }
            }
        }
    }

    /// Ends an option without a payment. A quantity of zero ends all contracts that are open.
    ///
    /// The price is zero for an assigned or exercised option as well, because the trade of its
    /// shares at the strike price is a row of its own.
    fn end_option(&mut self, book: usize, quantity: f64, trade: &Trade) -> f64 {
        let book = &mut self.books[book];
        if book.is_empty() {
            return quantity.max(1.0);
        }
        let is_short = book.long.is_empty();
        let held = book.held().abs();
        let first_day = book.lots(is_short).iter().filter_map(|lot| lot.date).max();
        let expiration = trade.security.option.as_ref().map(|option| option.expiration);
        let date = match expiration {
            Some(expiration) if trade.action == Action::Expired || expiration < trade.date => expiration,
            _ => trade.date,
        };
        let date = first_day.map_or(date, |first| date.max(first));
        let ending = Closing { date, price: Some(0.0), ..closing(trade) };
        let ending = Closing { currency: book.lots(is_short).front().and_then(|lot| lot.currency.clone()), ..ending };
        book.close(is_short, if quantity > DUST { quantity } else { held }, &ending)
    }

    fn send(&mut self, book: usize, quantity: f64, trade: &Trade) -> f64 {
        let book = &mut self.books[book];
        let (taken, left) = take(&mut book.long, quantity);
        for mut lot in taken {
            lot.add_rows(&[trade.row]);
            self.in_transit.push((book.security, trade.date, lot));
        }
        left
    }

    /// Receives shares from another account: those that left an account of the file recently, or
    /// else shares whose date and price of purchase the file does not have.
    fn receive(&mut self, book: usize, quantity: f64, trade: &Trade) {
        let security = self.books[book].security;
        let mut left = quantity;
        for (sent, date, lot) in &mut self.in_transit {
            let last_day = date.checked_add_days(Days::new(TRANSFER_DAYS));
            if left <= DUST || *sent != security || last_day.is_some_and(|last| last < trade.date) {
                continue;
            }
            let moved = lot.quantity.min(left);
            let mut arrived = Lot { quantity: moved, ..lot.clone() };
            arrived.add_rows(&[trade.row]);
            self.books[book].long.push_back(arrived);
            lot.quantity = tidy(lot.quantity - moved);
            left = tidy(left - moved);
        }
        self.in_transit.retain(|(.., lot)| lot.quantity > DUST);
        if left > DUST {
            self.transfers.insert(trade.row);
            let lot = Lot {
                rows: vec![trade.row],
                date: None,
                price: None,
                currency: trade.currency.clone(),
                quantity: left,
            };
            self.books[book].long.push_back(lot);
        }
    }

    /// Returns the index of the book of a security in an account.
    pub(super) fn book(&mut self, security: usize, account: Option<&String>) -> usize {
        let next = self.books.len();
        let index = *self.indices.entry((security, account.cloned())).or_insert(next);
        if index == next {
            self.books.push(Book::new(security));
        }
        index
    }

    pub(super) fn leave_out(&mut self, rows: &[u64], reason: LeftOutReason) {
        for row in rows {
            self.reasons.entry(*row).or_insert(reason);
        }
    }

    /// Records rows about shares that are not held.
    pub(super) fn record_not_held(&mut self, rows: &[u64]) {
        self.not_held.extend(rows);
        self.leave_out(rows, LeftOutReason::NotHeld);
    }
}

/// Opens a lot. Shares that were received for nothing have no price.
pub(super) fn open(book: &mut Book, is_short: bool, quantity: f64, trade: &Trade) {
    if quantity <= DUST {
        return;
    }
    let is_free = trade.action == Action::SharesReceived || trade.action.is_change();
    let price = trade.price_per_share().filter(|price| !is_free || *price > 0.0);
    let lot = Lot { rows: vec![trade.row], date: Some(trade.date), price, currency: trade.currency.clone(), quantity };
    book.lots(is_short).push_back(lot);
}

pub(super) fn closing(trade: &Trade) -> Closing {
    Closing { row: trade.row, date: trade.date, price: trade.price_per_share(), currency: trade.currency.clone() }
}

/// Returns why a row without shares is not a position.
fn without_shares(action: Action) -> LeftOutReason {
    match action {
        Action::Reinvestment | Action::Distribution => LeftOutReason::Dividend,
        Action::TransferIn | Action::TransferOut | Action::Transfer => LeftOutReason::MoneyTransfer,
        _ => LeftOutReason::Cancelled,
    }
}
