//! What values a position day by day: its own closes, a model, its entry price, or nothing.

use std::collections::BTreeMap;

use analytics::{
    black_scholes::{self, Carry, EuropeanOption},
    volatility::realized_volatility,
};
use chrono::NaiveDate;
use positions::{InvestmentClass, OptionContract, OptionKind, Position};

use super::{
    input::Input,
    panel::{MarketPanel, Series},
};
use crate::server::batch::{Reporter, Stop};

/// The volatility that values an option is measured over this many returns of its underlying.
const OPTION_VOLATILITY_WINDOW: usize = 63;

/// No interest and no dividends: the sources have neither.
pub const NO_CARRY: Carry = Carry { rate: 0.0, dividend_yield: 0.0 };

/// The prices of one position, one element a calendar row.
#[derive(Debug, Clone, PartialEq)]
pub enum PositionPrices<'a> {
    /// Closes of its own symbol.
    Listed(&'a [Option<f64>]),
    /// An option's own closes, modelled before the first of them; the last price is its own.
    Quoted(Vec<Option<f64>>),
    /// Black-Scholes prices on its underlying, or an option's own closes until it expired; the last price is modelled.
    Modelled(Vec<Option<f64>>),
    /// Not traded: it stays at its entry price.
    Private,
    /// None: it is left out of every value.
    Unavailable,
}

impl<'a> PositionPrices<'a> {
    /// The prices of every position, in the order of the file.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub fn of_all(input: &Input, panel: &'a MarketPanel, reporter: &Reporter) -> Result<Vec<Self>, Stop> {
        let listed = panel.of_symbols(input);
        let quotes: BTreeMap<&str, &Series> = panel.option_quotes(input);
        let prices_of = |(position, place): (&Position, &Option<usize>)| match &position.class {
            InvestmentClass::Private => Self::Private,
            InvestmentClass::Public => {
                place.and_then(|place| listed[place]).map_or(Self::Unavailable, |series| Self::Listed(series.close()))
            }
            InvestmentClass::Options(contract) => {
                Self::of_option(contract, quotes.get(position.symbol.as_str()).copied(), panel)
            }
        };
        let positions = input.positions().iter().zip(input.symbol_of());
        positions.map(|position| reporter.checkpoint().map(|()| prices_of(position))).collect()
    }

    /// An option's own price where it has one, carried until the next; the model before the first.
    /// From its last session on, the contract is worth what exercising it then would have brought,
    /// whatever it cost before. One that expired before all prices was settled at a close that is
    /// not known.
    fn of_option(contract: &OptionContract, own: Option<&Series>, panel: &MarketPanel) -> Self {
        if panel.starts_after_expiration(contract) {
            return Self::Unavailable;
        }
        let modelled = modelled(contract, panel);
        let quotes = own.map(|own| quotes(contract, own, panel)).unwrap_or_default();
        let Some(first) = quotes.iter().position(Option::is_some) else {
            return modelled.map_or(Self::Unavailable, Self::Modelled);
        };
        let settled = settlement(contract, panel);
        let settled_on = |row: usize| settled.filter(|(at, _)| row >= *at).map(|(_, value)| value);
        let modelled_on = |row: usize| modelled.as_ref().filter(|_| row < first).and_then(|prices| prices[row]);
        let price_on =
            |(row, quote): (usize, &Option<f64>)| quote.or_else(|| settled_on(row)).or_else(|| modelled_on(row));
        let prices: Vec<Option<f64>> = quotes.iter().enumerate().map(price_on).collect();
        let is_settled = settled.is_some() && quotes.last().is_none_or(Option::is_none);
        if is_settled { Self::Modelled(prices) } else { Self::Quoted(prices) }
    }

    /// The prices as a series; empty for a position that stays at its entry price.
    pub fn series(&self) -> &[Option<f64>] {
        match self {
            Self::Listed(prices) => prices,
            Self::Quoted(prices) | Self::Modelled(prices) => prices,
            Self::Private | Self::Unavailable => &[],
        }
    }

    /// Whether it is part of the portfolio's value at all.
    pub fn is_available(&self) -> bool {
        !matches!(self, Self::Unavailable)
    }
}

/// The own closes of an option, one element a calendar row. After its expiration there are none, whatever a source says.
pub fn quotes(contract: &OptionContract, own: &Series, panel: &MarketPanel) -> Vec<Option<f64>> {
    let on = |(date, close): (&NaiveDate, &Option<f64>)| close.filter(|_| *date <= contract.expiration);
    panel.calendar.iter().zip(own.close()).map(on).collect()
}

/// The contract as it stands on this date.
pub fn terms_on(contract: &OptionContract, date: NaiveDate) -> EuropeanOption {
    EuropeanOption {
        kind: match contract.kind {
            OptionKind::Call => black_scholes::OptionKind::Call,
            OptionKind::Put => black_scholes::OptionKind::Put,
        },
        strike: contract.strike,
        years: (contract.expiration - date).num_days().max(0) as f64 / CALENDAR_DAYS_PER_YEAR,
    }
}

/// Black-Scholes prices on every row, at the underlying's 63-day volatility as of today and no interest, so
/// that what changes from day to day is the underlying and the time left; from its settlement on, what that brought.
/// `None` without a volatility.
fn modelled(contract: &OptionContract, panel: &MarketPanel) -> Option<Vec<Option<f64>>> {
    let series = panel.series.get(&contract.underlying)?;
    let volatility = realized_volatility(series.returns().values(), OPTION_VOLATILITY_WINDOW)?;
    let settled = settlement(contract, panel);
    let price_on = |(row, (date, spot)): (usize, (&NaiveDate, &Option<f64>))| match settled {
        Some((at, value)) if row >= at => Some(value),
        // A close after the expiration settles nothing.
        None if *date > contract.expiration => None,
        _ => terms_on(contract, *date).price((*spot)?, volatility, NO_CARRY),
    };
    Some(panel.calendar.iter().zip(series.close()).enumerate().map(price_on).collect())
}

/// What exercising an option brought, and the row it is known from: the last session on or before
/// its expiration, at the underlying's last close on or before that session. `None` while it has
/// not expired.
fn settlement(contract: &OptionContract, panel: &MarketPanel) -> Option<(usize, f64)> {
    // On a calendar that ends before the expiration, sessions may still follow.
    panel.as_of().filter(|as_of| contract.expiration <= *as_of)?;
    let session = panel.row_on_or_before(contract.expiration)?;
    let closes = panel.series.get(&contract.underlying)?.close();
    let spot = closes[..=session].iter().rev().find_map(|close| *close)?;
    // Without time left no volatility matters.
    Some((session, terms_on(contract, contract.expiration).price(spot, 0.0, NO_CARRY)?))
}

/// Time to expiration runs on calendar days, as contracts do; volatility on trading days.
const CALENDAR_DAYS_PER_YEAR: f64 = 365.0;
