//! A long list of symbols: the first twelve, the rest behind *Show all*, and how many more are in
//! the log file only.

use leptos::prelude::*;
use status::{SHOWN_SYMBOLS, format_count};

/// Renders the symbols of a list with `total` symbols, of which the page may know only the first.
pub fn symbol_list(symbols: &[String], total: u64) -> impl IntoView + use<> {
    let (first, rest) = symbols.split_at(symbols.len().min(SHOWN_SYMBOLS));
    let unknown = total.saturating_sub(symbols.len() as u64);
    let more = if unknown > 0 { format!(" and {} more in the log file", format_count(unknown)) } else { String::new() };
    let (more, hidden) = if rest.is_empty() { (more, None) } else { (String::new(), Some((rest.join(", "), more))) };
    let hidden = hidden.map(|(rest, more)| {
        view! {
            <details>
                <summary>{format!("Show all {}", format_count(total))}</summary>
                <p class="symbols">{rest}{more}</p>
            </details>
        }
    });
    view! { <span class="symbols">{first.join(", ")}{more}</span>{hidden} }
}
