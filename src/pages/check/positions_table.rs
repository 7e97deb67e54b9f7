//! The first positions as they were understood.

use std::collections::BTreeSet;

use leptos::prelude::*;
use positions::{DraftClass, DraftPosition, EntryDateAssumption, EntryPriceAssumption, FileContent};

use crate::pages::format::{self, count};

/// Number of positions that are shown at once. The rest are behind a disclosure.
const SHOWN: usize = 10;

/// Maximum number of positions on the page.
const MAX_SHOWN: usize = 100;

/// Renders the first positions, with their values as they were understood.
pub fn positions_table(content: &FileContent) -> impl IntoView + use<> {
    let has_exits = content.positions.iter().any(|position| position.exit_date.is_some());
    let (first, rest) = content.positions.split_at(content.positions.len().min(SHOWN));
    let (listed, beyond) = rest.split_at(rest.len().min(MAX_SHOWN - SHOWN));
    let more = (!rest.is_empty()).then(|| {
        let beyond = (!beyond.is_empty()).then(|| {
            view! { <p class="small">{format!("And {} more.", count(beyond.len()))}</p> }
        });
        view! {
            <details>
                <summary>{format!("{} more", count(rest.len()))}</summary>
                {table(listed, content, has_exits, "more-title")}
                <p class="visually-hidden" id="more-title">"More positions"</p>
                {beyond}
            </details>
        }
    });
    view! {
        {table(first, content, has_exits, "understood-title")}
        {more}
    }
}

/// Renders a table of positions. `title` is the id of the element that names it.
fn table(
    positions: &[DraftPosition],
    content: &FileContent,
    has_exits: bool,
    title: &'static str,
) -> impl IntoView + use<> {
    let rows = positions.iter().map(|position| row(position, content, has_exits)).collect_view();
    let exits = has_exits.then(|| view! { <th scope="col">"Sold on"</th><th scope="col">"Sold at"</th> });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-labelledby=title>
            <table class="positions" aria-labelledby=title>
                <thead>
                    <tr>
                        <th scope="col">"Symbol"</th>
                        <th scope="col">"Quantity"</th>
                        <th scope="col">"Price paid"</th>
                        <th scope="col">"Bought on"</th>
                        {exits}
                        <th scope="col">"Lines"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(position: &DraftPosition, content: &FileContent, has_exits: bool) -> impl IntoView + use<> {
    let exit = has_exits.then(|| {
        view! {
            <td>{position.exit_date.map_or_else(String::new, |date| date.to_string())}</td>
            <td>{position.exit_price.map_or_else(String::new, |price| in_currency(price, position))}</td>
        }
    });
    view! {
        <tr>
            <th scope="row">{symbol(position)}</th>
            <td>{format::quantity(position.quantity)}</td>
            <td>{entry_price(position, content)}</td>
            <td>{entry_date(position, content)}</td>
            {exit}
            <td>{lines(&position.rows)}</td>
        </tr>
    }
}

fn symbol(position: &DraftPosition) -> String {
    position.symbol.clone().or_else(|| position.isin.clone()).unwrap_or_else(|| format::MISSING.to_owned())
}

fn entry_price(position: &DraftPosition, content: &FileContent) -> String {
    let is_from_market = content.reading.assumptions.entry_price == Some(EntryPriceAssumption::Market);
    match position.entry_price {
        _ if is_from_market && lacks_dollars(position) => "market price".to_owned(),
        Some(price) => in_currency(price, position),
        None => format::MISSING.to_owned(),
    }
}

/// Returns whether the file lacks a price in dollars for a position. Shares received for $0 have no
/// price either.
pub fn lacks_dollars(position: &DraftPosition) -> bool {
    let is_free = |price: f64| price == 0.0 && position.class != DraftClass::Private;
    position.price_currency.is_some() || position.entry_price.is_none_or(is_free)
}

/// Formats a price with its currency, unless that is the dollar.
fn in_currency(price: f64, position: &DraftPosition) -> String {
    let price = format::price(Some(price));
    match &position.price_currency {
        Some(currency) => format!("{price} {currency}"),
        None => price,
    }
}

fn entry_date(position: &DraftPosition, content: &FileContent) -> String {
    match (position.entry_date, content.reading.assumptions.entry_date) {
        (Some(date), _) | (None, Some(EntryDateAssumption::On(date))) => date.to_string(),
        (None, Some(EntryDateAssumption::WholeWindow)) => "held throughout".to_owned(),
        (None, None) => format::MISSING.to_owned(),
    }
}

/// Lists lines of the file, each once: "4, 7, 9", at most four of them.
pub fn lines(rows: &[u64]) -> String {
    const NAMED: usize = 4;
    let mut seen = BTreeSet::new();
    let rows: Vec<u64> = rows.iter().copied().filter(|row| seen.insert(*row)).collect();
    let mut named: Vec<String> = rows.iter().take(NAMED).map(u64::to_string).collect();
    if rows.len() > NAMED {
        named.push(format!("and {} more", count(rows.len() - NAMED)));
    }
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn counts_lines_beyond_the_fourth() {
        assert_eq!(lines(&[4]), "4");
        assert_eq!(lines(&[9, 8, 8, 7]), "9, 8, 7");
        assert_eq!(lines(&[4, 5, 6, 7]), "4, 5, 6, 7");
        assert_eq!(lines(&[4, 5, 6, 7, 8, 9]), "4, 5, 6, 7, and 2 more");
    }
}
