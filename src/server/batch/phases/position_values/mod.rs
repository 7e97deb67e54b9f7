//! Phase 5, Position Values: the value of each position on the last date, and its unrealized profit
//! or loss.

mod totals;

use analytics::exposure::weight;
use chrono::NaiveDate;
use positions::{EntryPriceSource, InvestmentClass, Position};
use serde::{Deserialize, Serialize};

pub use self::totals::{SymbolTotal, SymbolTotals};
use super::snapshots::Snapshots;
use crate::server::{
    batch::{
        PhaseResult, Reporter,
        model::{
            entry_prices::EntryPrice, holdings::Holdings, input::Input, option_models::OptionModels,
            panel::MarketPanel, prices::PositionPrices, skipped::without_value,
        },
    },
    tracker::Cause,
};

/// Where a position's price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pricing {
    /// Last close of the position's own symbol.
    Market,
    /// Black-Scholes price from the underlying, for an option without a price of its own, or the
    /// exercise value of an option that was entered after it expired.
    Modelled,
    /// Entry price of a private position.
    Entry,
    /// The position was closed on or before the last date, or is an option that was settled, so it
    /// is worth nothing.
    Closed,
    /// The position was entered after the last date with prices, so it is worth nothing on that
    /// date.
    NotYetHeld,
    /// The position has no price, or its entry price is unknown. It is left out, along with the
    /// cash from its trades, whether it is open or closed.
    Unavailable,
}

/// Value of one position, in dollars. Fields that need a price are null if there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionValue {
    pub symbol: String,
    /// The user's own label, such as a sector, from the column *Investment Subtype*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
    pub quantity: f64,
    pub multiplier: f64,
    pub pricing: Pricing,
    pub price: Option<f64>,
    pub price_date: Option<NaiveDate>,
    pub market_value: Option<f64>,
    pub cost_basis: Option<f64>,
    pub unrealized_pnl: Option<f64>,
    /// Signed share of the equity; null if the equity is not positive.
    pub weight: Option<f64>,
    pub stale: bool,
    /// Price per share at which the position was opened; null if it is unknown, and in results that
    /// an older version stored.
    #[serde(default)]
    pub entry_price: Option<f64>,
    /// Where the entry price comes from.
    #[serde(default)]
    pub entry_price_source: EntryPriceSource,
    /// Date of the market price that was taken as the entry price; null for a stated one.
    #[serde(default)]
    pub entry_price_date: Option<NaiveDate>,
    /// Change in an option's price per dollar of change in the underlying's price; null for other
    /// positions, and if the option has no model value.
    #[serde(default)]
    pub delta: Option<f64>,
    /// Dollars that move with the position's symbol, or with an option's underlying: the market
    /// value or, for options, `delta · multiplier · quantity · price of the underlying`.
    #[serde(default)]
    pub exposure_value: Option<f64>,
    /// Dividends of this position over the calendar, in dollars.
    #[serde(default)]
    pub income: Option<f64>,
}

#[cfg(test)]
impl PositionValue {
    /// Creates the value of one listed share, without anything that the value does not need.
    pub fn of_one_share(symbol: &str, market_value: Option<f64>) -> Self {
        Self {
            symbol: symbol.to_owned(),
            subtype: None,
            quantity: 1.0,
            multiplier: 1.0,
            pricing: Pricing::Market,
            price: market_value,
            price_date: None,
            market_value,
            cost_basis: None,
            unrealized_pnl: None,
            weight: None,
            stale: false,
            entry_price: None,
            entry_price_source: EntryPriceSource::default(),
            entry_price_date: None,
            delta: None,
            exposure_value: None,
            income: None,
        }
    }
}

/// Computes the value of every position, in file order.
///
/// # Errors
/// Returns [`crate::server::batch::Stop`] if the run is cancelled or the server is shutting down.
pub fn value(
    input: &Input,
    panel: &MarketPanel,
    snapshots: &Snapshots,
    reporter: &Reporter,
) -> PhaseResult<Vec<PositionValue>> {
    let total = input.positions().len();
    reporter.start(total);
    let prices = PositionPrices::for_input(input, panel, reporter)?;
    let available = prices.iter().filter(|prices| prices.is_available()).count();
    let income = Holdings::new(input, panel, &prices).income(input);
    let models = OptionModels::new(input, panel);
    reporter.activity(format!("Updating market values of {available} positions..."));
    let mut values = Vec::with_capacity(total);
    let mut items = reporter.items(total);
    for (index, (position, prices)) in input.positions().iter().zip(&prices).enumerate() {
        let entry = input.entry_price(index);
        let value = PositionValue {
            income: income[index].filter(|_| !panel.lacks_dividends),
            ..value_one(position, entry, prices, panel, snapshots.equity())
        };
        let value = with_delta(value, position, &models, panel);
        match (value.market_value, entry) {
            (Some(_), _) => items.done(|| format!("{}: value updated", position.symbol))?,
            (None, EntryPrice::Unknown(reason)) => {
                items.skipped(&position.symbol, format!("its entry price is unknown: {reason}"))?;
            }
            (None, _) => items.skipped(&position.symbol, without_value(&position.class))?,
        }
        values.push(value);
    }
    let private = symbols_in_class(input, |class| *class == InvestmentClass::Private);
    if !private.is_empty() {
        let list = private.join(", ");
        let message = format!(
            "Limited data for PRIVATE positions: {list} valued at entry price, without betas, volatility or correlations"
        );
        reporter.warning(Cause::PrivatePositions, &private, message);
    }
    let modelled: Vec<_> =
        values.iter().filter(|value| value.pricing == Pricing::Modelled).map(|value| value.symbol.as_str()).collect();
    if !modelled.is_empty() {
        reporter
            .activity(format!("Valued by a model because they have no price of their own: {}", modelled.join(", ")));
    }
    Ok((values, "Values updated".to_owned()))
}

fn symbols_in_class(input: &Input, is_in_class: impl Fn(&InvestmentClass) -> bool) -> Vec<&str> {
    input
        .positions()
        .iter()
        .filter(|position| is_in_class(&position.class))
        .map(|position| position.symbol.as_str())
        .collect()
}

fn value_one(
    position: &Position,
    entry: EntryPrice,
    prices: &PositionPrices<'_>,
    panel: &MarketPanel,
    equity: f64,
) -> PositionValue {
    let units = position.quantity * position.multiplier();
    let last_row = panel.calendar.len().saturating_sub(1);
    let closed = position.exit.as_ref().is_some_and(|exit| panel.as_of().is_some_and(|as_of| exit.date <= as_of));
    let not_yet = panel.as_of().is_some_and(|as_of| position.entry_date > as_of);
    let last = prices.series().iter().enumerate().rev().find_map(|(row, price)| price.map(|price| (row, price)));
    let (pricing, price, row) = match prices {
        // This case must come first, because a position without prices is left out completely, even
        // if it is closed. The cash from its trades is not counted either.
        PositionPrices::Unavailable => (Pricing::Unavailable, None, None),
        _ if closed => (Pricing::Closed, None, None),
        _ if not_yet => (Pricing::NotYetHeld, None, None),
        PositionPrices::Private => (Pricing::Entry, Some(position.entry_price), None),
        PositionPrices::Listed(_) | PositionPrices::Quoted(_) => {
            (Pricing::Market, last.map(|(_, price)| price), last.map(|(row, _)| row))
        }
        PositionPrices::Modelled(_) => (Pricing::Modelled, last.map(|(_, price)| price), last.map(|(row, _)| row)),
    };
    let is_worthless = closed || not_yet;
    let market_value = match pricing {
        Pricing::Closed | Pricing::NotYetHeld => Some(0.0),
        _ => price.map(|price| units * price),
    };
    let entry_price = Some(position.entry_price).filter(|_| entry.is_known());
    let cost_basis = entry_price.map(|price| if is_worthless { 0.0 } else { units * price });
    PositionValue {
        symbol: position.symbol.clone(),
        subtype: position.subtype.clone(),
        quantity: position.quantity,
        multiplier: position.multiplier(),
        pricing,
        price,
        price_date: row.map(|row| panel.calendar[row]),
        market_value,
        cost_basis,
        unrealized_pnl: market_value.zip(cost_basis).map(|(value, cost)| value - cost),
        weight: market_value.and_then(|value| weight(value, equity)),
        stale: row.is_some_and(|row| row < last_row),
        entry_price,
        entry_price_source: position.price_source,
        entry_price_date: entry.date(),
        delta: None,
        exposure_value: market_value,
        income: None,
    }
}

/// Adds the delta of an open option, and the exposure to its underlying that follows from it.
fn with_delta(value: PositionValue, position: &Position, models: &OptionModels, panel: &MarketPanel) -> PositionValue {
    let InvestmentClass::Options(contract) = &position.class else { return value };
    if matches!(value.pricing, Pricing::Closed | Pricing::Unavailable) {
        return value;
    }
    let as_of = panel.as_of().filter(|_| value.pricing != Pricing::NotYetHeld);
    let latest = as_of.and_then(|as_of| models.for_contract(contract)?.latest_delta(contract, as_of));
    let exposure = latest.map(|(delta, spot)| delta * value.multiplier * value.quantity * spot);
    PositionValue {
        delta: latest.map(|(delta, _)| delta),
        exposure_value: exposure.filter(|exposure| exposure.is_finite()),
        ..value
    }
}
