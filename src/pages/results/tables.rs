//! Renders the tables of the results page, and limits how many symbols a long table shows.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;

use super::format;
use crate::server::batch::Outputs;

/// Maximum number of symbols in a table. The CSV download contains all symbols.
const MAX_SYMBOLS: usize = 60;

/// Renders a table whose first column contains the row headings. On a narrow screen, only the table
/// scrolls sideways, not the page.
pub fn table(caption: &str, columns: &[&str], rows: Vec<Vec<String>>) -> impl IntoView + use<> {
    let head = columns.iter().map(|column| view! { <th scope="col">{(*column).to_owned()}</th> }).collect_view();
    table_with_head(caption, head, rows)
}

/// Renders a table like [`table`], but with custom header cells.
pub fn table_with_head<H: IntoView>(caption: &str, head: H, rows: Vec<Vec<String>>) -> impl IntoView + use<H> {
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
    frame(caption, head, body)
}

/// Renders a table like [`table`], whose rows are already rendered. Its cells may contain more than
/// text, such as bars.
pub fn wide_table(caption: &str, columns: &[&str], rows: Vec<AnyView>) -> AnyView {
    let head = columns.iter().map(|column| view! { <th scope="col">{(*column).to_owned()}</th> }).collect_view();
    frame(caption, head, rows).into_any()
}

fn frame<H: IntoView, B: IntoView>(caption: &str, head: H, body: B) -> impl IntoView + use<H, B> {
    // The element around the table has the role "group", not "region". The block that contains the
    // table is already a region, often with the same name, and no two landmarks may share both role
    // and name.
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

/// Explains the dashes of a table in a line below it. Returns `None` if no cell is a dash.
pub fn missing_note(rows: &[Vec<String>], reason: &str) -> Option<AnyView> {
    let has_gap = rows.iter().flatten().any(|cell| cell.starts_with(format::MISSING));
    let text = format!("{}: {reason}", format::MISSING);
    has_gap.then(|| view! { <p class="small">{text}</p> }.into_any())
}

/// The symbols that a table shows: all of them or, if there are too many, the largest holdings.
pub struct Shown {
    /// The symbols that the table shows, or `None` if it shows all of them.
    largest: Option<BTreeSet<String>>,
    total: usize,
    /// Whether the values of the positions are known. If not, the table shows the first symbols in
    /// alphabetical order instead of the largest holdings.
    has_values: bool,
}

impl Shown {
    /// Chooses at most `limit` symbols: all of them if they fit, or else those with the largest
    /// gross value. Ties are broken in alphabetical order.
    pub fn at_most<'a>(limit: usize, symbols: impl Iterator<Item = &'a str>, out: &Outputs) -> Self {
        let mut gross: BTreeMap<&str, f64> = symbols.map(|symbol| (symbol, 0.0)).collect();
        let (total, has_values) = (gross.len(), out.values.is_some());
        if total <= limit {
            return Self { largest: None, total, has_values };
        }
        for value in out.values.iter().flatten() {
            if let Some(gross) = gross.get_mut(value.symbol.as_str()) {
                *gross += value.market_value.unwrap_or(0.0).abs();
            }
        }
        let mut by_size: Vec<(&str, f64)> = gross.into_iter().collect();
        by_size.sort_by(|a, b| b.1.total_cmp(&a.1));
        let largest = by_size.into_iter().take(limit).map(|(symbol, _)| symbol.to_owned()).collect();
        Self { largest: Some(largest), total, has_values }
    }

    /// Chooses the symbols for a table, like [`Self::at_most`] with a limit of `MAX_SYMBOLS`.
    pub fn from_symbols<'a>(symbols: impl Iterator<Item = &'a str>, out: &Outputs) -> Self {
        Self::at_most(MAX_SYMBOLS, symbols, out)
    }

    /// Returns whether the table shows this symbol.
    pub fn has(&self, symbol: &str) -> bool {
        self.largest.as_ref().is_none_or(|largest| largest.contains(symbol))
    }

    /// Returns a sentence that says how many symbols the table shows, or an empty string if it
    /// shows all of them.
    pub fn note(&self) -> String {
        let Some(largest) = &self.largest else { return String::new() };
        let (shown, total) = (largest.len(), self.total);
        let shown = if self.has_values { format!("the {shown} largest") } else { shown.to_string() };
        format!(" Showing {shown} of {total} symbols; the CSV file has all of them.")
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::{Shown, missing_note};
    use crate::server::batch::Outputs;

    #[test]
    fn explains_dashes_only_where_there_are_any() {
        let rows = |cell: &str| vec![vec!["AAPL".to_owned(), cell.to_owned()]];
        let html = Owner::new().with(|| missing_note(&rows("\u{2013}"), "too short.").unwrap().to_html());
        assert!(html.contains("\u{2013}: too short."), "{html}");
        assert!(missing_note(&rows("-1.0%"), "too short.").is_none());
    }

    #[test]
    fn shows_first_names_before_values_are_known() {
        let shown = Shown::at_most(2, ["C", "A", "B"].into_iter(), &Outputs::default());
        assert_eq!(["A", "B", "C"].map(|symbol| shown.has(symbol)), [true, true, false]);
        assert_eq!(shown.note(), " Showing 2 of 3 symbols; the CSV file has all of them.");
    }

    #[test]
    fn says_that_largest_symbols_are_shown() {
        let out = Outputs { values: Some(Vec::new()), ..Outputs::default() };
        let shown = Shown::at_most(2, ["C", "A", "B"].into_iter(), &out);
        assert_eq!(shown.note(), " Showing the 2 largest of 3 symbols; the CSV file has all of them.");
    }

    #[test]
    fn shows_all_symbols_without_note() {
        let shown = Shown::at_most(3, ["C", "A", "B"].into_iter(), &Outputs::default());
        assert!(shown.has("C") && shown.note().is_empty());
    }
}
