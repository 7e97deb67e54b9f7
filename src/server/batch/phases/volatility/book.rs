//! The positions held on the as-of date, by symbol: those whose risk can be measured, and those
//! that are left out.

use std::collections::BTreeMap;

use analytics::{exposure::weight, returns::Returns};
use positions::{InvestmentClass, Position};

use super::book_risk::LeftOut;
use crate::server::batch::{
    model::{input::Input, panel::MarketPanel},
    phases::{
        exposed::{exposed_dollars, return_symbol},
        position_values::{PositionValue, Pricing},
    },
};

/// Number of trading days over which the risk is measured.
const WINDOW: usize = 252;
/// Minimum number of returns of a symbol in the last 252 rows of the calendar.
const MIN_RETURNS: usize = 60;

const TOO_FEW_RETURNS: &str = "fewer than 60 daily returns in the last year";
const NO_MARKET_PRICES: &str = "no market prices";
const NO_MODEL_VALUE: &str = "no model value";

/// The positions held on the as-of date, by symbol.
pub(super) struct Book<'a> {
    /// In alphabetical order. Empty if the equity is not positive.
    pub members: Vec<Member<'a>>,
    /// In alphabetical order.
    pub left_out: Vec<LeftOut>,
    calendar_rows: usize,
}

/// A symbol whose risk is measured.
pub(super) struct Member<'a> {
    pub symbol: &'a str,
    /// Returns of the symbol or, for an option, of its underlying.
    pub returns: &'a Returns,
    /// Exposure value of all lots, as a signed share of the equity.
    pub weight: f64,
}

/// Sums over the lots of one symbol, in dollars.
#[derive(Clone, Copy, Default)]
struct Sums {
    exposed: f64,
    market_value: f64,
}

impl<'a> Book<'a> {
    /// Groups the positions by symbol. `values` must be in the order of the input's positions.
    pub(super) fn new(input: &'a Input, panel: &'a MarketPanel, values: &[PositionValue], equity: f64) -> Self {
        // The keys are a position's symbol and the symbol of its returns. Only contracts that share
        // their symbol have several of the latter.
        let mut held: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
        let mut left_out: BTreeMap<(&str, &str), f64> = BTreeMap::new();
        for (position, value) in input.positions().iter().zip(values).filter(|(_, value)| is_held(value)) {
            let market_value = value.market_value.unwrap_or(0.0);
            if let Some(of_returns) = return_symbol(position, value) {
                let sums = held.entry((&position.symbol, of_returns)).or_default();
                sums.exposed += exposed_dollars(value).unwrap_or(0.0);
                sums.market_value += market_value;
            } else {
                *left_out.entry((&position.symbol, reason_left_out(position))).or_default() += market_value;
            }
        }
        let first_row = panel.last_rows(WINDOW).start;
        let is_recent = |returns: &Returns| {
            returns.rows().len() - returns.rows().partition_point(|row| *row < first_row) >= MIN_RETURNS
        };
        let mut members = Vec::with_capacity(held.len());
        for ((symbol, of_returns), sums) in held {
            let is_option = symbol != of_returns;
            // Long and short lots of a listed symbol may cancel out.
            if sums.exposed == 0.0 && !is_option {
                continue;
            }
            match panel.returns(of_returns).filter(|returns| is_recent(returns)) {
                Some(returns) => {
                    members.extend(weight(sums.exposed, equity).map(|weight| Member { symbol, returns, weight }));
                }
                None => *left_out.entry((symbol, TOO_FEW_RETURNS)).or_default() += sums.market_value,
            }
        }
        let left_out = left_out.into_iter().map(|((symbol, reason), market_value)| LeftOut {
            symbol: symbol.to_owned(),
            weight: weight(market_value, equity),
            reason: reason.to_owned(),
        });
        Self { members, left_out: left_out.collect(), calendar_rows: panel.calendar.len() }
    }

    /// Returns the last 252 calendar rows on which every member has a return.
    pub(super) fn common_rows(&self) -> Vec<u32> {
        let mut counts = vec![0; self.calendar_rows];
        for row in self.members.iter().flat_map(|member| member.returns.rows()) {
            if let Some(count) = counts.get_mut(*row as usize) {
                *count += 1;
            }
        }
        let is_common = |(_, count): &(u32, usize)| *count == self.members.len() && !self.members.is_empty();
        let mut rows: Vec<u32> = (0..).zip(counts).filter(is_common).map(|(row, _)| row).collect();
        rows.split_off(rows.len().saturating_sub(WINDOW))
    }
}

/// Returns whether a position is part of today's book.
fn is_held(value: &PositionValue) -> bool {
    match value.pricing {
        Pricing::Market | Pricing::Modelled | Pricing::Entry => value.market_value.is_some(),
        Pricing::Closed | Pricing::NotYetHeld | Pricing::Unavailable => false,
    }
}

/// Returns why no returns move a position.
fn reason_left_out(position: &Position) -> &'static str {
    match position.class {
        InvestmentClass::Options(_) => NO_MODEL_VALUE,
        InvestmentClass::Public | InvestmentClass::Private => NO_MARKET_PRICES,
    }
}
