//! Turns a history of trades into the lots that are open and the positions that were closed.
//!
//! A sale closes the oldest lots of its security first. [`build_lots`] runs these modules in order:
//!
//! 1. `order` brings the trades into the order in which they happened.
//! 2. `pairs` finds rows that belong together: a split that is written as a sale and a purchase,
//!    and trades that a later row takes back.
//! 3. `securities` finds out which rows are about the same security.
//! 4. `lots` opens, closes and splits lots.
//! 5. `results` turns the lots into positions.
//!
//! `action` translates the brokers' words beforehand, and `ratio` reads the ratio of a split from a
//! description.

mod action;
mod changes;
mod ledger;
mod lots;
mod order;
mod pairs;
mod ratio;
mod results;
mod securities;
#[cfg(test)]
mod tests;
mod words;

use chrono::{NaiveDate, NaiveTime};

pub(crate) use action::{Action, action, action_by_sign};
pub(crate) use ratio::split_ratio;

use crate::content::{DraftOption, DraftPosition, FileWarning, LeftOutReason};

/// Largest number of shares of one trade.
const MAX_QUANTITY: f64 = 1e12;

/// Maximum share of an option's price that fees make up, to tell prices per contract from prices
/// per share.
const CONTRACT_TOLERANCE: f64 = 0.2;

/// The security of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Security {
    /// The symbol in upper case. It is ignored for an option, whose symbol follows from its terms.
    pub symbol: Option<String>,
    pub isin: Option<String>,
    pub option: Option<DraftOption>,
}

/// One row of a history.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trade {
    /// The line of the file.
    pub row: u64,
    /// The day of the trade: the "as of" date if the row has one.
    pub date: NaiveDate,
    pub time: Option<NaiveTime>,
    pub security: Security,
    pub action: Action,
    /// Shares or contracts with the sign of the file; zero if the row has none.
    pub quantity: f64,
    /// Price per share.
    pub price: Option<f64>,
    /// Money that the row moved, in the currency of the price. It replaces a missing price.
    pub amount: Option<f64>,
    /// Currency of the price.
    pub currency: Option<String>,
    /// The account, if the file has several. A sale closes lots of its own account only.
    pub account: Option<String>,
    /// Whether the row has an order number; `None` if the file has no column for it.
    pub has_order_id: Option<bool>,
    /// New shares per old share, if the row is a split and its description says so.
    pub ratio: Option<f64>,
}

impl Trade {
    /// Returns a trade of `quantity` shares; everything else is empty.
    pub(crate) fn new(row: u64, date: NaiveDate, security: Security, action: Action, quantity: f64) -> Self {
        Self {
            row,
            date,
            time: None,
            security,
            action,
            quantity,
            price: None,
            amount: None,
            currency: None,
            account: None,
            has_order_id: None,
            ratio: None,
        }
    }

    /// Replaces numbers that are not finite, and actions whose meaning depends on the row.
    fn resolved(mut self) -> Self {
        let is_empty = |text: &Option<String>| text.as_ref().is_some_and(String::is_empty);
        self.quantity = if self.quantity.abs() <= MAX_QUANTITY { self.quantity } else { 0.0 };
        self.price = self.price.filter(|price| price.is_finite()).map(f64::abs);
        self.amount = self.amount.filter(|amount| amount.is_finite());
        self.currency = self.currency.filter(|currency| !currency.is_empty() && !currency.eq_ignore_ascii_case("USD"));
        if is_empty(&self.security.symbol) {
            self.security.symbol = None;
        }
        if is_empty(&self.security.isin) {
            self.security.isin = None;
        }
        let has_shares = self.quantity != 0.0;
        let has_name = self.security != Security::default();
        let has_money = self.amount.is_some_and(|amount| amount != 0.0);
        let is_option = self.security.option.is_some();
        self.action = match self.action {
            Action::Transfer | Action::TransferIn | Action::TransferOut if !has_shares || !has_name => {
                Action::NotTrade(LeftOutReason::MoneyTransfer)
            }
            Action::Transfer | Action::TransferIn if self.quantity < 0.0 => Action::TransferOut,
            Action::Transfer => Action::TransferIn,
            Action::Reinvestment | Action::Distribution if !has_shares => Action::NotTrade(LeftOutReason::Dividend),
            Action::Distribution if has_money => Action::NotTrade(LeftOutReason::Dividend),
            // The trade of the shares of an option that was assigned or exercised.
            Action::Assigned | Action::Exercised if has_shares && !is_option && self.price.is_some() => {
                if self.quantity < 0.0 { Action::Sell } else { Action::Buy }
            }
            action => action,
        };
        self
    }

    /// Returns the price per share, from the amount if the row has no price.
    ///
    /// Some brokers state the price of a whole contract, which the amount reveals.
    fn price_per_share(&self) -> Option<f64> {
        let multiplier = self.security.option.as_ref().map_or(1.0, |option| option.multiplier);
        let shares = self.quantity.abs() * multiplier;
        let amount = self.amount.map(f64::abs).filter(|amount| *amount > 0.0 && shares > 0.0);
        let (Some(price), Some(amount)) = (self.price, amount) else {
            return self.price.or_else(|| amount.map(|amount| amount / shares));
        };
        let contracts = self.quantity.abs() * price;
        let is_price_of_contract = multiplier > 1.0 && (amount / contracts - 1.0).abs() < CONTRACT_TOLERANCE;
        Some(if is_price_of_contract { price / multiplier } else { price })
    }

    /// Returns whether the row can change how many shares are held.
    fn moves_shares(&self) -> bool {
        !matches!(self.action, Action::NotTrade(_))
    }
}

/// The positions of a history.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct History {
    /// Open lots and closed positions, by the day on which they were opened.
    pub positions: Vec<DraftPosition>,
    /// Rows that are part of no position, in ascending order of line.
    pub not_positions: Vec<(u64, LeftOutReason)>,
    pub warnings: Vec<FileWarning>,
}

/// Builds lots from trades, first in, first out.
///
/// The trades are in the order of the file, whether it is newest or oldest first. If neither dates
/// nor times tell which it is, the order is taken in which fewer shares are sold before they were
/// bought.
pub(crate) fn build_lots(trades: &[Trade]) -> History {
    let trades: Vec<Trade> = trades.iter().cloned().map(Trade::resolved).collect();
    if let Some(newest_first) = order::is_newest_first(&trades) {
        return apply(order::chronological(&trades, newest_first)).0;
    }
    let [forward, backward] = [false, true].map(|newest_first| apply(order::chronological(&trades, newest_first)));
    if backward.1 < forward.1 { backward.0 } else { forward.0 }
}

/// Applies trades that are in the order in which they happened. Returns how many rows are about
/// shares that are not held, too.
fn apply(mut trades: Vec<Trade>) -> (History, usize) {
    let securities = securities::Securities::new(&trades);
    pairs::cancel_reversed(&mut trades, &securities.of_trades);
    pairs::mark_splits(&mut trades, &securities.of_trades);
    let mut ledger = ledger::Ledger::default();
    ledger.apply(&trades, &securities.of_trades);
    let not_held = ledger.not_held.len();
    (results::history(ledger, &trades, &securities.names), not_held)
}
