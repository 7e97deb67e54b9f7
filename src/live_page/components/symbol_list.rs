//! A long list of symbols: the first twelve, the rest behind *Show all*, and how many more are in
//! the log file only.

use status::{SHOWN_SYMBOLS, format_count};

use crate::live_page::html::{escaped, paragraph};

/// Returns the first symbols as text. `total` is the number of symbols, of which the page may know
/// only the first.
pub fn first_symbols(symbols: &[String], total: u64) -> String {
    let first = symbols[..symbols.len().min(SHOWN_SYMBOLS)].join(", ");
    let more = more_in_log(symbols, total).filter(|_| symbols.len() <= SHOWN_SYMBOLS);
    more.map_or(first.clone(), |more| format!("{first} {more}"))
}

/// Returns *Show all* with the symbols that [`first_symbols`] leaves out, as HTML. Returns nothing
/// if the page knows no others.
pub fn other_symbols(symbols: &[String], total: u64) -> String {
    if symbols.len() <= SHOWN_SYMBOLS {
        return String::new();
    }
    format!(
        "<details><summary>Show all {}</summary><p class=\"symbols\">{}</p>{}</details>",
        format_count(total.max(symbols.len() as u64)),
        escaped(&symbols[SHOWN_SYMBOLS..].join(", ")),
        paragraph(more_in_log(symbols, total))
    )
}

fn more_in_log(symbols: &[String], total: u64) -> Option<String> {
    let unknown = total.saturating_sub(symbols.len() as u64);
    (unknown > 0).then(|| format!("and {} more in the log file", format_count(unknown)))
}
