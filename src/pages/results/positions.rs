//! The positions table. Query parameters in the URL determine how it is sorted and filtered and
//! which page of it is shown.

use std::{cmp::Ordering, collections::BTreeMap};

use leptos::prelude::*;

use super::{
    block::{Basis, Block},
    format::{self, dollars, percent, price},
    query::{PER_PAGE, PositionsQuery, SortColumn},
    tables::{missing_note, table_with_head},
    weights,
};
use crate::server::{
    batch::{
        Outputs,
        phases::position_values::{PositionValue, Pricing},
    },
    results::csv::Table,
};

/// A row of the positions table: the value of a position, with the beta and the volatility that
/// other phases computed for it.
struct Row<'a> {
    value: &'a PositionValue,
    beta: Option<f64>,
    volatility: Option<f64>,
}

/// Renders the block with the search form, the positions table and links to its other pages.
pub fn block(basis: &Basis, values: &[PositionValue], out: &Outputs, query: &PositionsQuery) -> impl IntoView + use<> {
    let found = rows(values, out, query);
    let pages = found.len().div_ceil(PER_PAGE).max(1);
    let page = query.page.min(pages);
    let first = (page - 1) * PER_PAGE;
    let shown: Vec<Vec<String>> = found.iter().skip(first).take(PER_PAGE).map(cells).collect();
    let range = format!(
        "Positions {} to {} of {}",
        format::count(first + 1),
        format::count(first + shown.len()),
        format::count(found.len())
    );
    let count = match (query.find.as_str(), found.len()) {
        ("", 0) => "No positions.".to_owned(),
        ("", 1) => "1 position.".to_owned(),
        ("", total) if total <= PER_PAGE => format!("{total} positions."),
        ("", _) => format!("{range}."),
        (find, 0) => format!("No positions match “{find}”."),
        (find, 1) => format!("1 position matches “{find}”."),
        (find, _) => format!("{range} match “{find}”."),
    };
    let head = SortColumn::ALL.into_iter().map(|column| heading(column, query)).collect_view();
    let head = view! { {head}<th scope="col">"Dividends, $"</th><th scope="col">"Note"</th> };
    let taken = values.iter().filter(|value| value.entry_price_date.is_some()).count();
    let block = Block {
        id: "positions",
        title: "Holdings",
        window: "values at the last close, beta over 90 and volatility over 252 trading days".to_owned(),
        note: format!(
            "Weight is the share of equity. Shorts are shown as negative. {}Click a heading to sort.{}",
            dividends_note(values, out),
            entry_prices_note(taken)
        ),
        table: Some(Table::Positions),
    };
    let missing = missing_note(&shown, MISSING_FIGURES);
    let today = out.snapshots.as_ref().and_then(|snapshots| snapshots.days.last());
    let content = view! {
        {today.and_then(|today| weights::picture(values, today.equity, today.cash))}
        {search(query)}
        <p class="small" role="status">{count}</p>
        {(!shown.is_empty()).then(|| table_with_head("Positions", head, shown))}
        {missing}
        {(pages > 1).then(|| pager(query, page, pages))}
    };
    block.view(basis, content)
}

fn rows<'a>(values: &'a [PositionValue], out: &Outputs, query: &PositionsQuery) -> Vec<Row<'a>> {
    let analyzed = out.volatility.iter().flat_map(|analysis| &analysis.positions);
    let volatility: BTreeMap<&str, Option<f64>> =
        analyzed.map(|symbol| (symbol.symbol.as_str(), symbol.volatility.day_252)).collect();
    let betas = out.betas.as_deref().unwrap_or_default();
    let row = |(index, value): (usize, &'a PositionValue)| Row {
        value,
        beta: betas.get(index).and_then(|beta| beta.market_beta.day_90.as_ref()).map(|beta| beta.beta),
        // An option without a quoted price may have the same symbol as a stock. The stock's
        // volatility must not be shown for the option.
        volatility: volatility
            .get(value.symbol.as_str())
            .copied()
            .flatten()
            .filter(|_| value.pricing == Pricing::Market),
    };
    let mut rows: Vec<Row<'a>> =
        values.iter().enumerate().filter(|(_, value)| query.matches(&value.symbol)).map(row).collect();
    // The sort is stable, so positions with equal values stay in the order of the uploaded file.
    rows.sort_by(|a, b| compare(a, b, query));
    rows
}

fn compare(a: &Row<'_>, b: &Row<'_>, query: &PositionsQuery) -> Ordering {
    let by = |key: fn(&Row<'_>) -> Option<f64>| query.compare(key(a), key(b));
    match query.column {
        SortColumn::Symbol if query.descends() => b.value.symbol.cmp(&a.value.symbol),
        SortColumn::Symbol => a.value.symbol.cmp(&b.value.symbol),
        SortColumn::Quantity => by(|row| Some(row.value.quantity)),
        SortColumn::Price => by(|row| row.value.price),
        SortColumn::Value => by(|row| row.value.market_value.map(f64::abs)),
        SortColumn::Weight => by(|row| row.value.weight),
        SortColumn::Pnl => by(|row| row.value.unrealized_pnl),
        SortColumn::Beta => by(|row| row.beta),
        SortColumn::Volatility => by(|row| row.volatility),
    }
}

/// Explains missing figures.
const MISSING_FIGURES: &str = "not available. A beta needs 30 daily returns and a volatility 252; private positions have \
                               neither. The note says why a position has no price. Dividends need a price source that \
                               has them.";

/// Returns a sentence on the days that the column *Dividends* covers, or an empty string if no
/// dividend is known.
fn dividends_note(values: &[PositionValue], out: &Outputs) -> String {
    let first = out.market.as_ref().and_then(|market| market.calendar.first());
    match first.filter(|_| values.iter().any(|value| value.income.is_some())) {
        Some(first) => format!("Dividends are those since {}. ", format::date(*first)),
        None => String::new(),
    }
}

/// Returns a sentence about the positions whose entry price is the market's, or an empty string if
/// there are none.
fn entry_prices_note(taken: usize) -> String {
    match taken {
        0 => String::new(),
        1 => " Entry price taken from the market for 1 position, because the file states none in dollars.".to_owned(),
        _ => format!(
            " Entry price taken from the market for {} positions, because the file states none in dollars.",
            format::count(taken)
        ),
    }
}

fn cells(row: &Row<'_>) -> Vec<String> {
    let value = row.value;
    let note = match (value.pricing, value.price_date) {
        (Pricing::Market, Some(date)) if value.stale => format!("last price {date}"),
        (Pricing::Market, _) => String::new(),
        (Pricing::Modelled, Some(date)) if value.stale => format!("modeled, last price {date}"),
        (Pricing::Modelled, _) => "modeled".to_owned(),
        (Pricing::Entry, _) => "at entry price".to_owned(),
        (Pricing::Closed, _) => "closed".to_owned(),
        (Pricing::NotYetHeld, _) => "entered after the last price".to_owned(),
        (Pricing::Unavailable, _) if value.entry_price.is_none() && !value.entry_price_source.is_stated() => {
            "no entry price, left out".to_owned()
        }
        (Pricing::Unavailable, _) => "no prices, left out".to_owned(),
    };
    let entry = value.entry_price_date.map(|date| format!("Entry price taken from the market, {date}"));
    let delta = value.delta.map(|delta| format!("delta {}", format::number(Some(delta))));
    let notes = [Some(note).filter(|note| !note.is_empty()), delta, entry];
    let note = notes.into_iter().flatten().collect::<Vec<_>>().join("; ");
    vec![
        value.symbol.clone(),
        format::quantity(value.quantity),
        price(value.price),
        dollars(value.market_value),
        percent(value.weight),
        dollars(value.unrealized_pnl),
        format::beta(row.beta),
        percent(row.volatility),
        dollars(value.income),
        note,
    ]
}

/// Renders a column heading as a link that sorts the table by that column.
fn heading(column: SortColumn, query: &PositionsQuery) -> impl IntoView + use<> {
    let sorted = (query.column == column).then_some(if query.descends() { "descending" } else { "ascending" });
    let address = query.sorted_by(column).to_string();
    view! { <th scope="col" aria-sort=sorted><a href=address>{column.title()}</a></th> }
}

fn search(query: &PositionsQuery) -> impl IntoView + use<> {
    let order = query.reversed.then(|| view! { <input type="hidden" name="order" value="reversed"/> });
    let all = (!query.find.is_empty()).then(|| {
        let address = PositionsQuery { find: String::new(), page: 1, ..query.clone() }.to_string();
        view! { <a href=address>"Show all"</a> }
    });
    view! {
        <form class="search find" role="search" method="get" action="#positions">
            <label for="find">"Find a symbol"</label>
            <input id="find" type="search" name="find" value=query.find.clone() maxlength="40" autocomplete="off"/>
            <input type="hidden" name="sort" value=query.column.key()/>
            {order}
            <button class="button tool" type="submit">"Find"</button>
            {all}
        </form>
    }
}

fn pager(query: &PositionsQuery, page: usize, pages: usize) -> impl IntoView + use<> {
    let to = |page: usize, name: &'static str| {
        let address = query.on_page(page).to_string();
        view! { <a class="button tool" href=address>{name}</a> }
    };
    view! {
        <nav class="pager" aria-label="Pages of positions">
            {(page > 1).then(|| view! { {to(1, "First page")}{to(page - 1, "Previous page")} })}
            <span class="small">{format!("Page {page} of {pages}")}</span>
            {(page < pages).then(|| view! { {to(page + 1, "Next page")}{to(pages, "Last page")} })}
        </nav>
    }
}
