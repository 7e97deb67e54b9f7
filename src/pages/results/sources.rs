//! Renders two blocks of the results page: the prices from which the results were computed, and the
//! symbols without prices.

use leptos::prelude::*;
use status::{LISTED_SYMBOLS, SHOWN_SYMBOLS, UnavailableSymbol};

use super::{
    block::{Basis, Block},
    format::{self, price},
    tables::{Shown, table},
};
use crate::server::{
    batch::{Outputs, model::panel::MarketPanel},
    results::csv::Table,
    tracker::RunState,
};

/// Renders the block about the price histories: for each symbol, the number of days, the first and
/// last date, and the last price.
pub fn prices(basis: &Basis, market: &MarketPanel, out: &Outputs) -> impl IntoView + use<> {
    let shown = Shown::from_symbols(market.series.keys().map(String::as_str), out);
    let rows = market.series.iter().filter(|(symbol, _)| shown.has(symbol)).map(|(symbol, series)| {
        let known = || market.calendar.iter().zip(series.close()).filter_map(|(date, close)| Some((date, (*close)?)));
        let date = |day: Option<(&chrono::NaiveDate, f64)>| {
            day.map_or_else(|| format::MISSING.to_owned(), |(date, _)| date.to_string())
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
        note: format!("Prices of positions, quoted options, underlyings and factors.{}", shown.note()),
        table: Some(Table::Prices),
    };
    block.view(basis, table)
}

/// Renders the block that lists the symbols without prices, each with the reason: the first twelve,
/// and the next few hundred behind *Show all*.
pub fn unavailable(basis: &Basis, market: &MarketPanel, run: &RunState, out: &Outputs) -> impl IntoView + use<> {
    let symbols = &market.unavailable;
    let rows = |symbols: &[UnavailableSymbol]| {
        symbols.iter().map(|missing| vec![missing.symbol.clone(), missing.reason.clone()]).collect()
    };
    let note = match (left_out(run, out), &out.values) {
        (Some(positions), _) => format!("{positions} {EXCLUDED}"),
        (None, None) => format!("Positions in these symbols are left out. {EXCLUDED}"),
        (None, Some(_)) => "No position had to be left out.".to_owned(),
    };
    let block = Block {
        id: "unavailable",
        title: "Unavailable symbols",
        window: format!("requested for {} trading days", market.calendar.len()),
        note,
        table: Some(Table::Unavailable),
    };
    let (first, rest) = symbols.split_at(symbols.len().min(SHOWN_SYMBOLS));
    let (listed, more) = rest.split_at(rest.len().min(LISTED_SYMBOLS - SHOWN_SYMBOLS));
    let more = (!more.is_empty()).then(|| {
        view! { <p class="small">{format!("and {} more in the CSV file", format::count(more.len()))}</p> }
    });
    let columns = &["Symbol", "Reason"];
    let rest = (!listed.is_empty()).then(|| {
        view! {
            <details>
                <summary>{format!("Show all {}", format::count(symbols.len()))}</summary>
                {table("More unavailable symbols", columns, rows(listed))}
                {more}
            </details>
        }
    });
    block.view(basis, view! { {table("Unavailable symbols", columns, rows(first))}{rest} })
}

/// Sentence that is appended to the note about the positions that were left out.
const EXCLUDED: &str = "None of the figures on this page include them, or the cash from trading them.";

/// Returns a sentence that accounts for all positions, such as "18 of 20 positions analyzed; 2 left
/// out because HZNP and SGEN have no prices." Returns `None` if every position has a value.
///
/// Runs of earlier versions have no such sentence. For them, the positions without a value are
/// counted.
pub fn left_out(run: &RunState, out: &Outputs) -> Option<String> {
    let facts = run.facts.as_ref().filter(|facts| !facts.positions_sentence.is_empty());
    if let Some(facts) = facts {
        return (facts.positions_unavailable > 0).then(|| facts.positions_sentence.clone());
    }
    match out.values.as_ref()?.iter().filter(|value| value.market_value.is_none()).count() {
        0 => None,
        1 => Some("1 position left out (no prices).".to_owned()),
        count => Some(format!("{} positions left out (no prices).", format::count(count))),
    }
}
