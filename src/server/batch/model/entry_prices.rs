//! Takes entry prices from the market, for positions whose file does not state them.
//!
//! This happens once, when phase 1 has collected the prices ([`Input::with_market_prices`]). Until
//! then, such a position has an entry price of 0, and [`Input::entry_price`] says that the price is
//! unknown.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use positions::{EntryPriceSource, InvestmentClass, Position};
use serde::{Deserialize, Serialize};

use super::{
    input::Input,
    option_models::OptionModels,
    panel::{MarketPanel, Series},
    prices::{PositionPrices, option_values},
};
use crate::server::market_data::Bar;

/// Maximum number of calendar days between an entry date before the calendar and the price that is
/// taken for it. No exchange is closed for longer, so a later price means that the source's history
/// does not reach back to the entry date.
const MAX_DAYS_TO_PRICE: u64 = 10;

/// Why the entry price of a position without any price is unknown.
pub const NO_PRICES: &str = "no prices";

/// Knowledge about the entry price of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryPrice {
    /// The price was stated by the person or the file.
    Stated,
    /// The price was taken from the market on this day.
    Taken(NaiveDate),
    /// The price is unknown, for this reason. The position is left out of every figure.
    Unknown(&'static str),
}

impl EntryPrice {
    /// Returns the knowledge about a position's entry price before any price is collected.
    pub(super) fn before_prices(position: &Position) -> Self {
        if position.price_source.is_stated() { Self::Stated } else { Self::Unknown("no prices yet") }
    }

    /// Returns the day on which the price was taken from the market.
    pub fn date(self) -> Option<NaiveDate> {
        match self {
            Self::Taken(date) => Some(date),
            Self::Stated | Self::Unknown(_) => None,
        }
    }

    pub fn is_known(self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

/// The close on an entry date before the calendar starts, or on the next day with a price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EntryClose {
    pub date: NaiveDate,
    pub close: f64,
}

/// Closes on entry dates before the calendar starts: by symbol, then by entry date.
pub type EntryCloses = BTreeMap<String, BTreeMap<NaiveDate, EntryClose>>;

/// Returns the entry dates on which closes are needed, by symbol. For an option, both its own
/// symbol and its underlying are listed.
pub fn entry_dates(input: &Input) -> BTreeMap<&str, BTreeSet<NaiveDate>> {
    let mut dates: BTreeMap<&str, BTreeSet<NaiveDate>> = BTreeMap::new();
    let taken = |position: &&Position| position.price_source == EntryPriceSource::EntryClose;
    for position in input.positions().iter().filter(taken) {
        let own = Some(position.symbol.as_str()).filter(|_| position.class != InvestmentClass::Private);
        for symbol in own.into_iter().chain(position.market_symbol()) {
            dates.entry(symbol).or_default().insert(position.entry_date);
        }
    }
    dates
}

/// Finds the close on each of the given dates that are before `first`, or on the next day with a
/// price. Dates without a price in the following days are left out.
pub fn closes_before(first: NaiveDate, dates: &BTreeSet<NaiveDate>, bars: &[Bar]) -> BTreeMap<NaiveDate, EntryClose> {
    let close_on = |date: &NaiveDate| {
        let bar = bars.get(bars.partition_point(|bar| bar.date < *date))?;
        let latest = date.checked_add_days(Days::new(MAX_DAYS_TO_PRICE))?;
        (bar.date <= latest).then_some((*date, EntryClose { date: bar.date, close: bar.close }))
    };
    dates.range(..first).filter_map(close_on).collect()
}

/// Prices under the symbol of an option.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnPrices<'a> {
    /// Whether the symbol stands for this contract alone, so that prices under it are the option's.
    pub is_unique: bool,
    pub series: Option<&'a Series>,
}

/// Takes the entry price of one position from its prices in the panel. Returns the reason if the
/// panel has no price for it.
pub(super) fn take(
    position: &Position,
    prices: &PositionPrices<'_>,
    own: OwnPrices<'_>,
    models: &OptionModels,
    panel: &MarketPanel,
) -> Result<(NaiveDate, f64), &'static str> {
    if position.class == InvestmentClass::Private {
        return Err("a private position needs a stated entry price");
    }
    if !prices.is_available() {
        return Err(NO_PRICES);
    }
    let in_panel = |found: Option<(usize, f64)>| found.map(|(row, price)| (panel.calendar[row], price));
    match position.price_source {
        EntryPriceSource::LastClose => {
            let last = prices.series().iter().enumerate().rev();
            in_panel(last.into_iter().find_map(|(row, price)| Some((row, (*price)?)))).ok_or(NO_PRICES)
        }
        EntryPriceSource::Stated | EntryPriceSource::EntryClose => {
            let date = position.entry_date;
            if panel.calendar.first().is_some_and(|first| date < *first) {
                let before = before_calendar(position, own.is_unique, models, panel);
                return before.ok_or("no price near its entry date");
            }
            let values = match &position.class {
                InvestmentClass::Options(contract) => option_values(contract, own.series, models, panel),
                InvestmentClass::Public | InvestmentClass::Private => prices.series().to_vec(),
            };
            let from = panel.row_on_or_after(date).unwrap_or(values.len());
            let known = values.iter().enumerate().skip(from);
            in_panel(known.into_iter().find_map(|(row, price)| Some((row, (*price)?))))
                .ok_or("no price on or after its entry date")
        }
    }
}

/// Returns the price of a position on its entry date, which is before the calendar starts. An
/// option has its own close of that date, or a modeled value.
fn before_calendar(
    position: &Position,
    is_unique: bool,
    models: &OptionModels,
    panel: &MarketPanel,
) -> Option<(NaiveDate, f64)> {
    let date = position.entry_date;
    let close_of = |symbol: &str| panel.entry_closes.get(symbol)?.get(&date).copied();
    match &position.class {
        InvestmentClass::Options(contract) => {
            let own = close_of(&position.symbol).filter(|own| own.date == date && is_unique);
            own.map(|own| (own.date, own.close)).or_else(|| {
                let spot = close_of(&contract.underlying)?;
                let model = models.for_contract(contract)?;
                Some((spot.date, model.price_before_calendar(contract, spot.date, spot.close)?))
            })
        }
        InvestmentClass::Public | InvestmentClass::Private => {
            close_of(&position.symbol).map(|close| (close.date, close.close))
        }
    }
}
