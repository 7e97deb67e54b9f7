//! One block of the results page: a title, a line with the as-of date, the price source and the
//! period that the data covers, a link to the CSV file, a note, the terms to explain, and the
//! content.

use leptos::prelude::*;

use super::glossary;
use crate::server::results::csv::Table;

/// The as-of date and price source of a run, which are repeated in every block of the results page.
#[derive(Debug, Clone)]
pub struct Basis {
    pub portfolio_id: String,
    /// As-of date of the prices, such as "As of Dec 28, 2022", or "No prices".
    pub as_of: String,
    /// Where the prices come from, such as "prices: sample data".
    pub source: String,
}

/// A block of the results page, without its content.
pub struct Block {
    /// The HTML ID, which links such as `#positions` point to.
    pub id: &'static str,
    pub title: &'static str,
    /// The trading days that the block covers, in words.
    pub window: String,
    /// How to read the numbers; may be empty.
    pub note: String,
    /// The table that users can download as CSV, if any.
    pub table: Option<Table>,
}

impl Block {
    /// Renders this block around the given content.
    pub fn view(self, basis: &Basis, content: impl IntoView + 'static) -> AnyView {
        let Self { id, title, window, note, table } = self;
        let title_id = format!("{id}-title");
        let label_id = title_id.clone();
        let download = table.map(|table| {
            let address = format!("/api/v1/portfolios/{}/analytics/{}", basis.portfolio_id, table.file_name());
            view! { <a class="download" href=address download=table.file_name()>{format!("{title} as CSV")}</a> }
        });
        let basis = format!("{} \u{b7} {} \u{b7} {window}", basis.as_of, basis.source);
        view! {
            <section class="card block-of-results" id=id aria-labelledby=label_id>
                <div class="line">
                    <h2 id=title_id>{title}</h2>
                    {download}
                </div>
                <p class="small basis">{basis}</p>
                {(!note.is_empty()).then(|| view! { <p class="small">{note}</p> })}
                {glossary::line_of_block(id)}
                {content}
            </section>
        }
        .into_any()
    }
}
