//! *What we assume*: what the person decided about values that the file lacks, each with a button
//! that takes it back.

use leptos::prelude::*;
use positions::{DraftPosition, EntryDateAssumption, EntryPriceAssumption, FileContent};

use super::positions_table::lacks_dollars;
use crate::pages::format::{self, count};

/// Renders the assumptions in words, or nothing if none applies to a position.
pub fn assumptions(content: &FileContent) -> Option<impl IntoView + use<>> {
    let date = content.reading.assumptions.entry_date.and_then(|date| dates(date, content));
    let price = content.reading.assumptions.entry_price.and_then(|price| prices(price, content));
    if date.is_none() && price.is_none() {
        return None;
    }
    let item = |name: &'static str, text: Option<String>| {
        text.map(|text| {
            view! {
                <li class="line">
                    <span>{text}</span>
                    <button class="button" name=name value="">"Change"</button>
                </li>
            }
        })
    };
    Some(view! {
        <section class="card" aria-labelledby="assumptions-title">
            <h2 id="assumptions-title">"What we assume"</h2>
            <ul class="questions">{item("entry_date", date)}{item("entry_price", price)}</ul>
        </section>
    })
}

fn dates(assumption: EntryDateAssumption, content: &FileContent) -> Option<String> {
    let undated = number(content, |position| position.entry_date.is_none())?;
    Some(match assumption {
        EntryDateAssumption::WholeWindow => format!("We count {undated} without a date as held throughout."),
        EntryDateAssumption::On(date) => {
            format!("We count {undated} without a date as bought on {}.", format::date(date))
        }
    })
}

fn prices(assumption: EntryPriceAssumption, content: &FileContent) -> Option<String> {
    let unpriced = number(content, lacks_dollars)?;
    (assumption == EntryPriceAssumption::Market)
        .then(|| format!("We take the market's price for {unpriced} without a price in dollars."))
}

/// Returns "1 position" or "7 positions". Returns `None` if no position is counted.
fn number(content: &FileContent, is_counted: impl Fn(&DraftPosition) -> bool) -> Option<String> {
    match content.positions.iter().filter(|position| is_counted(position)).count() {
        0 => None,
        1 => Some("1 position".to_owned()),
        several => Some(format!("{} positions", count(several))),
    }
}
