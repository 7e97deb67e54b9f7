//! Daily prices at which each position is valued: closes of its own symbol, model prices, or its
//! entry price.

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

/// Number of the underlying's most recent daily returns from which the option model computes the
/// volatility.
const OPTION_VOLATILITY_WINDOW: usize = 63;

/// Interest rate and dividend yield in the option model. Both are zero, because the data sources
/// provide neither.
pub const NO_CARRY: Carry = Carry { rate: 0.0, dividend_yield: 0.0 };

/// Daily prices of one position, one element per calendar row.
#[derive(Debug, Clone, PartialEq)]
pub enum PositionPrices<'a> {
    /// Closing prices of a listed position's symbol.
    Listed(&'a [Option<f64>]),
    /// An option's own closes, with model prices on the days before the first close. The last price
    /// is one of the option's own closes.
    Quoted(Vec<Option<f64>>),
    /// Either Black-Scholes prices computed from the underlying's prices, or an option's own closes
    /// followed by its settlement value. In both cases, the last price is not one of the option's
    /// own closes.
    Modelled(Vec<Option<f64>>),
    /// The position is private and not traded, so it is valued at its entry price.
    Private,
    /// The position has no prices, or its entry price is unknown. It is left out of every total.
    Unavailable,
}

impl<'a> PositionPrices<'a> {
    /// Returns the prices of every position, in file order.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub fn for_input(input: &Input, panel: &'a MarketPanel, reporter: &Reporter) -> Result<Vec<Self>, Stop> {
        let listed = panel.series_of_symbols(input);
        let quotes: BTreeMap<&str, &Series> = panel.option_quotes(input);
        let position_prices = |(index, position): (usize, &Position)| {
            let series = input.symbol_of()[index].and_then(|place| listed[place]);
            if input.entry_price(index).is_known() {
                Self::for_position(position, series, quotes.get(position.symbol.as_str()).copied(), panel)
            } else {
                Self::Unavailable
            }
        };
        let positions = input.positions().iter().enumerate();
        positions.map(|position| reporter.checkpoint().map(|()| position_prices(position))).collect()
    }

    /// Returns the daily prices of one position. `listed` is the series of a listed position, and
    /// `own` the series of an option that has prices of its own.
    pub(super) fn for_position(
        position: &Position,
        listed: Option<&'a Series>,
        own: Option<&Series>,
        panel: &MarketPanel,
    ) -> Self {
        match &position.class {
            InvestmentClass::Private => Self::Private,
            InvestmentClass::Public => listed.map_or(Self::Unavailable, |series| Self::Listed(series.close())),
            InvestmentClass::Options(contract) => Self::for_option(contract, own, panel),
        }
    }

    /// Returns the daily prices of an option: its own closes, and model prices before the first
    /// close. Later days without a close have no price, and the previous close is carried forward.
    ///
    /// An option is settled in its last session on or before the expiration date. From that session
    /// on, its price is its exercise value, except on days with a close of the option itself. If an
    /// option expired before the calendar starts, its settlement value is unknown, so the option is
    /// unavailable.
    fn for_option(contract: &OptionContract, own: Option<&Series>, panel: &MarketPanel) -> Self {
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

    /// Returns the position's daily prices, one per trading day of the calendar. The slice is empty
    /// for private positions and for positions without prices.
    pub fn series(&self) -> &[Option<f64>] {
        match self {
            Self::Listed(prices) => prices,
            Self::Quoted(prices) | Self::Modelled(prices) => prices,
            Self::Private | Self::Unavailable => &[],
        }
    }

    /// Returns whether the position counts toward the portfolio's value.
    pub fn is_available(&self) -> bool {
        !matches!(self, Self::Unavailable)
    }
}

/// Returns an option's own closes, one element per calendar row. Closes that the source reports
/// after the expiration are ignored.
pub fn quotes(contract: &OptionContract, own: &Series, panel: &MarketPanel) -> Vec<Option<f64>> {
    let on = |(date, close): (&NaiveDate, &Option<f64>)| close.filter(|_| *date <= contract.expiration);
    panel.calendar.iter().zip(own.close()).map(on).collect()
}

/// Returns an option's value on every calendar row: its own close, or else its modeled value.
pub(super) fn option_values(contract: &OptionContract, own: Option<&Series>, panel: &MarketPanel) -> Vec<Option<f64>> {
    let modelled = modelled(contract, panel).unwrap_or_else(|| vec![None; panel.calendar.len()]);
    let Some(own) = own else { return modelled };
    quotes(contract, own, panel).into_iter().zip(modelled).map(|(quote, modelled)| quote.or(modelled)).collect()
}

/// Computes an option's Black-Scholes price on a date on which its underlying closed at `spot`.
/// Returns `None` if the underlying's volatility is unknown.
pub(super) fn model_price(contract: &OptionContract, panel: &MarketPanel, date: NaiveDate, spot: f64) -> Option<f64> {
    let series = panel.series.get(&contract.underlying)?;
    let volatility = realized_volatility(series.returns().values(), OPTION_VOLATILITY_WINDOW)?;
    terms_on(contract, date).price(spot, volatility, NO_CARRY)
}

/// Returns the contract's terms as of `date`, with the time to expiration in years.
pub fn terms_on(contract: &OptionContract, date: NaiveDate) -> EuropeanOption {
    EuropeanOption {
        kind: match contract.kind {
            OptionKind::Call => black_scholes::Payoff::Call,
            OptionKind::Put => black_scholes::Payoff::Put,
        },
        strike: contract.strike,
        years: (contract.expiration - date).num_days().max(0) as f64 / CALENDAR_DAYS_PER_YEAR,
    }
}

/// Computes an option's Black-Scholes price for every calendar row. Returns `None` if the
/// underlying's volatility is unknown. All rows use zero interest and the current 63-day volatility
/// of the underlying, so daily changes come only from the underlying's price and the time to
/// expiration. From the settlement on, the price is the exercise value.
fn modelled(contract: &OptionContract, panel: &MarketPanel) -> Option<Vec<Option<f64>>> {
    let series = panel.series.get(&contract.underlying)?;
    let volatility = realized_volatility(series.returns().values(), OPTION_VOLATILITY_WINDOW)?;
    let settled = settlement(contract, panel);
    let price_on = |(row, (date, spot)): (usize, (&NaiveDate, &Option<f64>))| match settled {
        Some((at, value)) if row >= at => Some(value),
        // Closes of the underlying after the expiration must not settle the option.
        None if *date > contract.expiration => None,
        _ => terms_on(contract, *date).price((*spot)?, volatility, NO_CARRY),
    };
    Some(panel.calendar.iter().zip(series.close()).enumerate().map(price_on).collect())
}

/// Returns the settlement of an expired option: a calendar row and the exercise value, which is the
/// price from that row on. The row is that of the last session on or before the expiration date.
/// The value uses the underlying's most recent close up to that session. Returns `None` if the
/// option has not expired or the underlying has no such close.
fn settlement(contract: &OptionContract, panel: &MarketPanel) -> Option<(usize, f64)> {
    // If the calendar ends before the expiration, more sessions may follow, so the option is not
    // settled yet.
    panel.as_of().filter(|as_of| contract.expiration <= *as_of)?;
    let session = panel.row_on_or_before(contract.expiration)?;
    let closes = panel.series.get(&contract.underlying)?.close();
    let spot = closes[..=session].iter().rev().find_map(|close| *close)?;
    // With no time left to expiration, the price does not depend on the volatility.
    Some((session, terms_on(contract, contract.expiration).price(spot, 0.0, NO_CARRY)?))
}

/// Days per year used to convert an option's time to expiration to years. Option contracts count
/// calendar days, whereas volatility is annualized with trading days.
const CALENDAR_DAYS_PER_YEAR: f64 = 365.0;
