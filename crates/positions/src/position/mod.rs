//! What a position is, once it is known to be right.
//!
//! Only data and what follows from it alone; checking is done where positions are read. The JSON form
//! goes into the store: renaming a field or a variant here needs a migration there.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One lot of one security: a row of the positions CSV.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The position's own symbol, upper case. For an option the contract's, not the underlying's.
    pub symbol: String,
    /// Shares or contracts; negative for a short position, never zero.
    pub quantity: f64,
    /// Price paid (or received, for a short) per share, above zero.
    pub entry_price: f64,
    /// The day the position was opened.
    pub entry_date: NaiveDate,
    /// What kind of security it is, with what only that kind has.
    pub class: InvestmentClass,
    /// The person's own label, for display only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
    /// How the position was closed; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<Exit>,
}

/// How a position was closed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// The day it was closed, not before the entry date.
    pub date: NaiveDate,
    /// Price per share at which it was closed, above zero.
    pub price: f64,
}

/// The kinds of security.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InvestmentClass {
    /// Has market prices under its own symbol.
    Public,
    /// An option contract on a public security.
    Options(OptionContract),
    /// Has no market price; valued at its entry price.
    Private,
}

/// The terms of an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionContract {
    /// Symbol of the security the option is on, upper case.
    pub underlying: String,
    /// Strike price per share, above zero.
    pub strike: f64,
    /// Last day of the option, not before the entry date.
    pub expiration: NaiveDate,
    /// The right it gives.
    pub kind: OptionKind,
}

/// The right an option gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// To buy at the strike price.
    Call,
    /// To sell at the strike price.
    Put,
}

impl Position {
    /// Shares per unit of quantity: 100 for options, 1 for everything else.
    pub fn multiplier(&self) -> f64 {
        match self.class {
            InvestmentClass::Options(_) => 100.0,
            InvestmentClass::Public | InvestmentClass::Private => 1.0,
        }
    }

    /// Whether it is open at the close of this day.
    pub fn is_open_on(&self, date: NaiveDate) -> bool {
        self.entry_date <= date && self.exit.as_ref().is_none_or(|exit| exit.date > date)
    }

    /// The symbol whose market prices this position needs: the underlying's for an option, none for a
    /// private position.
    pub fn market_symbol(&self) -> Option<&str> {
        match &self.class {
            InvestmentClass::Public => Some(&self.symbol),
            InvestmentClass::Options(contract) => Some(&contract.underlying),
            InvestmentClass::Private => None,
        }
    }
}

#[cfg(test)]
mod tests;
