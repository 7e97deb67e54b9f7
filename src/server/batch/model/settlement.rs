//! Settlement of expired options: on the last session on or before its expiration, a contract is
//! exchanged for its exercise value in cash.

use analytics::black_scholes::Carry;
use chrono::NaiveDate;
use positions::{Exit, InvestmentClass, OptionContract, Position};

use super::{option_models::terms_on, panel::MarketPanel};

/// Settlement of one contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settlement {
    /// Calendar row of the last session on or before the expiration.
    pub row: usize,
    /// Exercise value in dollars per share.
    pub value: f64,
}

impl Settlement {
    /// Returns the settlement of an expired option, at the underlying's latest close up to its last
    /// session. Returns `None` if the option has not expired, or if the underlying has no such
    /// close in the calendar.
    pub fn of_contract(contract: &OptionContract, panel: &MarketPanel) -> Option<Self> {
        // If the calendar ends before the expiration, more sessions may follow, so the option is
        // not settled yet.
        panel.as_of().filter(|as_of| contract.expiration <= *as_of)?;
        let row = panel.row_on_or_before(contract.expiration)?;
        let closes = panel.series.get(&contract.underlying)?.close();
        let spot = closes[..=row].iter().rev().find_map(|close| *close)?;
        // With no time left to expiration, the price depends neither on the volatility nor on the
        // interest rate.
        let value = terms_on(contract, contract.expiration).price(spot, 0.0, Carry::default())?;
        Some(Self { row, value })
    }
}

/// Returns the trade with which the settlement closes an option, or `None` if it does not: the file
/// closes it on that session or before, or it was entered after that session.
pub(super) fn settling_exit(position: &Position, panel: &MarketPanel) -> Option<Exit> {
    let InvestmentClass::Options(contract) = &position.class else { return None };
    let Settlement { row, value } = Settlement::of_contract(contract, panel)?;
    let date: NaiveDate = *panel.calendar.get(row)?;
    let is_closed = position.exit.as_ref().is_some_and(|exit| exit.date <= date);
    (position.entry_date <= date && !is_closed).then_some(Exit { date, price: value })
}
