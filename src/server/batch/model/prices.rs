//! Daily prices at which each position is valued: closes of its own symbol, model prices, or its
//! entry price.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use positions::{InvestmentClass, OptionContract, Position};

use super::{
    input::Input,
    option_models::{OptionModel, OptionModels},
    panel::{MarketPanel, Series},
    settlement::Settlement,
};
use crate::server::batch::{Reporter, Stop};

/// Daily prices of one position, one element per calendar row.
#[derive(Debug, Clone, PartialEq)]
pub enum PositionPrices<'a> {
    /// Closing prices of a listed position's symbol.
    Listed(&'a [Option<f64>]),
    /// An option's own closes, with model prices on the days before the first close. The last price
    /// is one of the option's own closes.
    Quoted(Vec<Option<f64>>),
    /// Either model prices computed from the underlying's prices, or an option's own closes
    /// followed by its exercise value. In both cases, the last price is not one of the option's own
    /// closes.
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
        let models = OptionModels::new(input, panel);
        let position_prices = |(index, position): (usize, &Position)| {
            let series = input.symbol_of()[index].and_then(|place| listed[place]);
            if input.entry_price(index).is_known() {
                Self::for_position(position, series, quotes.get(position.symbol.as_str()).copied(), &models, panel)
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
        models: &OptionModels,
        panel: &MarketPanel,
    ) -> Self {
        match &position.class {
            InvestmentClass::Private => Self::Private,
            InvestmentClass::Public => listed.map_or(Self::Unavailable, |series| Self::Listed(series.close())),
            InvestmentClass::Options(contract) => Self::for_option(contract, own, models, panel),
        }
    }

    /// Returns the daily prices of an option: its own closes, and model prices before the first
    /// close. Later days without a close have no price, and the previous close is carried forward.
    ///
    /// From its last session on, an expired option is worth its exercise value. Only an option that
    /// was entered after that session is still held then; see [`Input::with_market_prices`]. If an
    /// option expired before the calendar starts, its settlement value is unknown, so the option is
    /// unavailable.
    fn for_option(contract: &OptionContract, own: Option<&Series>, models: &OptionModels, panel: &MarketPanel) -> Self {
        if panel.starts_after_expiration(contract) {
            return Self::Unavailable;
        }
        let settled = Settlement::of_contract(contract, panel);
        let modelled = models.for_contract(contract).and_then(|model| modelled(contract, model, settled, panel));
        let quotes = own.map(|own| quotes(contract, own, panel)).unwrap_or_default();
        let Some(first) = quotes.iter().position(Option::is_some) else {
            return modelled.map_or(Self::Unavailable, Self::Modelled);
        };
        let price_on = |(row, quote): (usize, &Option<f64>)| match settled {
            Some(settled) if row >= settled.row => Some(settled.value),
            _ => quote.or_else(|| modelled.as_ref().filter(|_| row < first).and_then(|prices| prices[row])),
        };
        let prices: Vec<Option<f64>> = quotes.iter().enumerate().map(price_on).collect();
        if settled.is_some() { Self::Modelled(prices) } else { Self::Quoted(prices) }
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
pub(super) fn option_values(
    contract: &OptionContract,
    own: Option<&Series>,
    models: &OptionModels,
    panel: &MarketPanel,
) -> Vec<Option<f64>> {
    let settled = Settlement::of_contract(contract, panel);
    let modelled = models.for_contract(contract).and_then(|model| modelled(contract, model, settled, panel));
    let modelled = modelled.unwrap_or_else(|| vec![None; panel.calendar.len()]);
    let Some(own) = own else { return modelled };
    quotes(contract, own, panel).into_iter().zip(modelled).map(|(quote, modelled)| quote.or(modelled)).collect()
}

/// Computes an option's model price for every calendar row. Returns `None` if the underlying's
/// volatility is unknown. From the settlement on, the price is the exercise value.
fn modelled(
    contract: &OptionContract,
    model: &OptionModel,
    settled: Option<Settlement>,
    panel: &MarketPanel,
) -> Option<Vec<Option<f64>>> {
    let price_on = |(row, date): (usize, &NaiveDate)| match settled {
        Some(settled) if row >= settled.row => Some(settled.value),
        // Closes of the underlying after the expiration must not price the option.
        None if *date > contract.expiration => None,
        _ => model.price(contract, row, *date),
    };
    model.has_volatility().then(|| panel.calendar.iter().enumerate().map(price_on).collect())
}
