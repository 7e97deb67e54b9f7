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
mod words;

use chrono::{NaiveDate, NaiveTime};

pub(crate) use action::{Action, action, action_by_sign};

use crate::content::{DraftOption, DraftPosition, FileWarning, LeftOutReason};

/// What a row of a history is about.
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
}

/// What a history of trades comes to.
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
/// The trades are in the order of the file, whether it is newest or oldest first.
pub(crate) fn build_lots(trades: &[Trade]) -> History {
    let _ = trades;
    History::default()
}

/// Returns the number of new shares per old share that a description of a split states, such as
/// "4 for 1" or "1:8".
pub(crate) fn split_ratio(description: &str, action: Action) -> Option<f64> {
    let _ = (description, action);
    None
}
