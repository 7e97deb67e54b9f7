//! What values a position day by day: its own closes, a model, its entry price, or nothing.

use chrono::NaiveDate;

use super::{Input, panel::MarketPanel};
use crate::server::{
    analytics::{
        black_scholes::{self, Carry, EuropeanOption},
        returns::last_window,
        volatility::realised_volatility,
    },
    portfolio::{InvestmentClass, OptionContract, OptionKind, Position},
};

/// The volatility that values an option is measured over this many returns of its underlying.
const OPTION_VOLATILITY_WINDOW: usize = 63;

/// The prices of one position, one element a calendar row.
#[derive(Debug, Clone, PartialEq)]
pub enum PositionPrices<'a> {
    /// Closes of its own symbol.
    Listed(&'a [Option<f64>]),
    /// Black-Scholes prices on its underlying.
    Modelled(Vec<Option<f64>>),
    /// Not traded: it stays at its entry price.
    Private,
    /// None: it is left out of every value.
    Unavailable,
}

impl<'a> PositionPrices<'a> {
    /// The prices of every position, in the order of the file.
    pub fn of_all(input: &Input, panel: &'a MarketPanel) -> Vec<Self> {
        let listed: Vec<_> = input.symbols().iter().map(|symbol| panel.series.get(symbol)).collect();
        let of = |(position, place): (&Position, &Option<usize>)| match &position.class {
            InvestmentClass::Private => Self::Private,
            InvestmentClass::Public => {
                place.and_then(|place| listed[place]).map_or(Self::Unavailable, |series| Self::Listed(&series.close))
            }
            InvestmentClass::Options(contract) => modelled(contract, panel).map_or(Self::Unavailable, Self::Modelled),
        };
        input.positions.iter().zip(input.symbol_of()).map(of).collect()
    }

    /// The prices as a series; empty for a position that stays at its entry price.
    pub fn series(&self) -> &[Option<f64>] {
        match self {
            Self::Listed(prices) => prices,
            Self::Modelled(prices) => prices,
            Self::Private | Self::Unavailable => &[],
        }
    }

    /// Whether it is part of the portfolio's value at all.
    pub fn is_available(&self) -> bool {
        *self != Self::Unavailable
    }
}

/// Black-Scholes prices on every row, at the underlying's 63-day volatility as of today and no interest, so
/// that what changes from day to day is the underlying and the time left. From its expiration on, the contract
/// is worth what exercising it then would have brought. `None` without a volatility.
fn modelled(contract: &OptionContract, panel: &MarketPanel) -> Option<Vec<Option<f64>>> {
    let series = panel.series.get(&contract.underlying)?;
    let returns = last_window(&series.returns(), OPTION_VOLATILITY_WINDOW);
    let volatility = realised_volatility(&returns, OPTION_VOLATILITY_WINDOW)?;
    let carry = Carry { rate: 0.0, dividend_yield: 0.0 };
    let mut settled = None;
    let price_on = |(date, spot): (&NaiveDate, &Option<f64>)| {
        if *date > contract.expiration && settled.is_some() {
            return settled;
        }
        let days = (contract.expiration - *date).num_days().max(0);
        let option = EuropeanOption {
            kind: match contract.kind {
                OptionKind::Call => black_scholes::OptionKind::Call,
                OptionKind::Put => black_scholes::OptionKind::Put,
            },
            strike: contract.strike,
            years: days as f64 / CALENDAR_DAYS_PER_YEAR,
        };
        let price = option.price((*spot)?, volatility, carry);
        if *date >= contract.expiration {
            settled = price;
        }
        price
    };
    Some(panel.calendar.iter().zip(&series.close).map(price_on).collect())
}

/// Time to expiration runs on calendar days, as contracts do; volatility on trading days.
const CALENDAR_DAYS_PER_YEAR: f64 = 365.0;
