//! Tables, and which symbols a long one shows.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;

use crate::server::batch::Outputs;

/// Symbols that a table shows: more than that nobody reads, and the file has them all.
const SYMBOLS_SHOWN: usize = 60;

/// A table whose first column names its rows. It scrolls sideways by itself where the window is narrow.
pub fn table(caption: &str, columns: &[&str], rows: Vec<Vec<String>>) -> impl IntoView + use<> {
    let head = columns.iter().map(|column| view! { <th scope="col">{(*column).to_owned()}</th> }).collect_view();
    framed(caption, head, rows)
}

/// The same with a head of its own.
pub fn framed<H: IntoView>(caption: &str, head: H, rows: Vec<Vec<String>>) -> impl IntoView + use<H> {
    let body = rows
        .into_iter()
        .map(|cells| {
            let mut cells = cells.into_iter();
            let name = cells.next().unwrap_or_default();
            view! {
                <tr><th scope="row">{name}</th>{cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr>
            }
        })
        .collect_view();
    // A group, not a region: the block around the table is the landmark, often of the same name.
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=caption.to_owned()>
            <table>
                <caption class="visually-hidden">{caption.to_owned()}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

/// The largest symbols of a portfolio, where a table has more than it shows.
pub struct Shown {
    /// Those shown; all for `None`.
    largest: Option<BTreeSet<String>>,
    total: usize,
}

impl Shown {
    /// Of these symbols, at most so many: those with the largest values held, names deciding among equals.
    pub fn at_most<'a>(limit: usize, symbols: impl Iterator<Item = &'a str>, out: &Outputs) -> Self {
        let mut gross: BTreeMap<&str, f64> = symbols.map(|symbol| (symbol, 0.0)).collect();
        let total = gross.len();
        if total <= limit {
            return Self { largest: None, total };
        }
        for value in out.values.iter().flatten() {
            if let Some(gross) = gross.get_mut(value.symbol.as_str()) {
                *gross += value.market_value.unwrap_or(0.0).abs();
            }
        }
        let mut by_size: Vec<(&str, f64)> = gross.into_iter().collect();
        by_size.sort_by(|a, b| b.1.total_cmp(&a.1));
        let largest = by_size.into_iter().take(limit).map(|(symbol, _)| symbol.to_owned()).collect();
        Self { largest: Some(largest), total }
    }

    /// Of these symbols, as a table shows them.
    pub fn from_symbols<'a>(symbols: impl Iterator<Item = &'a str>, out: &Outputs) -> Self {
        Self::at_most(SYMBOLS_SHOWN, symbols, out)
    }

    /// Whether this one is shown.
    pub fn has(&self, symbol: &str) -> bool {
        self.largest.as_ref().is_none_or(|largest| largest.contains(symbol))
    }

    /// What is said of those that are not.
    pub fn note(&self) -> String {
        let Some(largest) = &self.largest else { return String::new() };
        format!(" Shown are the {} largest of {} symbols; the file has all.", largest.len(), self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use crate::server::batch::Outputs;

    #[test]
    fn before_anything_has_a_value_the_first_names_are_shown() {
        let shown = Shown::at_most(2, ["C", "A", "B"].into_iter(), &Outputs::default());
        assert_eq!(["A", "B", "C"].map(|symbol| shown.has(symbol)), [true, true, false]);
        assert_eq!(shown.note(), " Shown are the 2 largest of 3 symbols; the file has all.");
    }

    #[test]
    fn a_table_that_has_room_shows_all_and_says_nothing() {
        let shown = Shown::at_most(3, ["C", "A", "B"].into_iter(), &Outputs::default());
        assert!(shown.has("C") && shown.note().is_empty());
    }
}
