//! What everything rests on: the prices, and the symbols that have none.

use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::{self, price},
    tables::{Shown, table},
};
use crate::server::{
    batch::{Outputs, model::panel::MarketPanel},
    results::csv::Table,
};

/// The prices of each symbol: how many days, from when to when, and the last one.
pub fn prices(basis: &Basis, market: &MarketPanel, out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::from_symbols(market.series.keys().map(String::as_str), out);
    let rows = market.series.iter().filter(|(symbol, _)| shown.has(symbol)).map(|(symbol, series)| {
        let known = || market.calendar.iter().zip(series.close()).filter_map(|(date, close)| Some((date, (*close)?)));
        let date = |found: Option<(&chrono::NaiveDate, f64)>| {
            found.map_or_else(|| format::MISSING.to_owned(), |(date, _)| date.to_string())
        };
        vec![
            symbol.clone(),
            known().count().to_string(),
            date(known().next()),
            date(known().next_back()),
            price(known().next_back().map(|(_, close)| close)),
        ]
    });
    let table = table("Market data", &["Symbol", "Days", "First", "Last", "Last price, $"], rows.collect());
    let block = Block {
        id: "market",
        title: "Market data",
        window: format!("{} trading days", market.calendar.len()),
        note: format!("Positions, options that have prices of their own, underlyings, and factors.{}", shown.note()),
        table: Some(Table::Prices),
    };
    block.view(basis, table)
}

/// The symbols without prices, and why.
pub fn unavailable(basis: &Basis, market: &MarketPanel, out: &Outputs) -> impl IntoView + use<> {
    let symbols = &market.unavailable;
    let rows = symbols.iter().map(|missing| vec![missing.symbol.clone(), missing.reason.clone()]).collect();
    let left_out = left_out(out).unwrap_or_else(|| "Positions in these symbols are left out.".to_owned());
    let block = Block {
        id: "unavailable",
        title: "Unavailable symbols",
        window: format!("asked for {} trading days", market.calendar.len()),
        note: format!(
            "{left_out} Nothing of that is in a value, beta or correlation on this page, not even the cash of its trades: the \
             equity is that of the rest."
        ),
        table: Some(Table::Unavailable),
    };
    block.view(basis, table("Unavailable symbols", &["Symbol", "Reason"], rows))
}

/// How many positions have no value; nothing where all have, or it is not known yet.
pub fn left_out(out: &Outputs) -> Option<String> {
    match out.values.as_ref()?.iter().filter(|value| value.market_value.is_none()).count() {
        0 => None,
        1 => Some("1 position could not be valued and is left out.".to_owned()),
        count => Some(format!("{count} positions could not be valued and are left out.")),
    }
}
