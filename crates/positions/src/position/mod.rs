//! A validated position.
//!
//! The store keeps positions as JSON, so renaming a field or a variant in this file requires a
//! migration of the store.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One lot of one security: a row of the positions CSV.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The symbol in upper case. For an option, this is the symbol of the contract, not of the
    /// underlying.
    pub symbol: String,
    /// Number of shares or contracts; negative for a short position, never zero.
    pub quantity: f64,
    /// Price per share at which the position was opened. It is always above zero, unless
    /// `price_source` says that the price comes from the market: then it is zero until the batch
    /// has the prices.
    pub entry_price: f64,
    /// Where the entry price comes from.
    #[serde(default, skip_serializing_if = "EntryPriceSource::is_stated")]
    pub price_source: EntryPriceSource,
    /// The day on which the position was opened.
    pub entry_date: NaiveDate,
    /// The kind of security, with any data specific to that kind.
    pub class: InvestmentClass,
    /// The user's own label, for display only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
    /// Date and price of the closing trade; `None` for an open position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<Exit>,
}

/// Where the entry price of a position comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryPriceSource {
    /// The file, or the person who uploaded it.
    #[default]
    Stated,
    /// The market's close on the entry date, or on the next day with a price.
    EntryClose,
    /// The market's last close, so that the position has no unrealized profit or loss.
    LastClose,
}

impl EntryPriceSource {
    /// Returns whether the entry price was stated, and so is known before any price is fetched.
    pub fn is_stated(&self) -> bool {
        *self == Self::Stated
    }
}

/// The closing trade of a position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// The day on which the position was closed. It is never before the entry date.
    pub date: NaiveDate,
    /// Price per share of the closing trade. It is above zero, except that an option may end at
    /// zero on or after its expiration.
    pub price: f64,
}

/// The kind of a security.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InvestmentClass {
    /// A security with market prices under its own symbol.
    Public,
    /// An option contract on a public security.
    Options(OptionContract),
    /// A security without a market price. It is valued at its entry price.
    Private,
}

/// The terms of an option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionContract {
    /// Symbol of the underlying security, in upper case.
    pub underlying: String,
    /// Strike price per share. It is always above zero.
    pub strike: f64,
    /// The day on which the option expires. It is never before the entry date.
    pub expiration: NaiveDate,
    pub kind: OptionKind,
    /// Shares per contract.
    #[serde(default = "standard_contract", skip_serializing_if = "is_standard_contract")]
    pub multiplier: f64,
}

/// Shares per contract of an option, unless the contract says otherwise.
pub const SHARES_PER_CONTRACT: f64 = 100.0;

fn standard_contract() -> f64 {
    SHARES_PER_CONTRACT
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_standard_contract(multiplier: &f64) -> bool {
    *multiplier == SHARES_PER_CONTRACT
}

/// The right that an option gives its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// The right to buy at the strike price.
    Call,
    /// The right to sell at the strike price.
    Put,
}

impl Position {
    /// Returns the number of shares per unit of quantity: usually 100 for options, otherwise 1.
    pub fn multiplier(&self) -> f64 {
        match &self.class {
            InvestmentClass::Options(contract) => contract.multiplier,
            InvestmentClass::Public | InvestmentClass::Private => 1.0,
        }
    }

    /// Returns whether the position is open at the close of the given day.
    pub fn is_open_on(&self, date: NaiveDate) -> bool {
        self.entry_date <= date && self.exit.as_ref().is_none_or(|exit| exit.date > date)
    }

    /// Returns the symbol whose market prices this position needs. For an option, that is the
    /// underlying. A private position needs no market prices, so it returns `None`.
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
