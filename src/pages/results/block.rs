//! One block of the results page: title, data basis, CSV download, note and content.

use leptos::prelude::*;

use crate::server::results::csv::Table;

/// The date and the price source of a run, which every block names.
#[derive(Debug, Clone)]
pub struct Basis {
    pub portfolio_id: String,
    /// As-of date of the prices, such as "As of Dec 28, 2022", or "No prices".
    pub as_of: String,
    /// Source of the prices, such as "prices: sample data".
    pub source: String,
}

/// A block of the results page, without its content.
pub struct Block {
    /// The HTML id, which is the target of links such as `#positions`.
    pub id: &'static str,
    pub title: &'static str,
    /// The trading days that the block covers.
    pub window: String,
    /// Explains how to read the numbers; may be empty.
    pub note: String,
    /// The table that can be downloaded as CSV.
    pub table: Option<Table>,
}

impl Block {
    /// Renders this block around the given content.
    pub fn view(self, basis: &Basis, content: impl IntoView + 'static) -> AnyView {
        let Self { id, title, window, note, table } = self;
        let title_id = format!("{id}-title");
        let labelled = title_id.clone();
        let download = table.map(|table| {
            let address = format!("/api/v1/portfolios/{}/analytics/{}", basis.portfolio_id, table.file_name());
            view! { <a class="download" href=address download=table.file_name()>{format!("{title} as CSV")}</a> }
        });
        let basis = format!("{} \u{b7} {} \u{b7} {window}", basis.as_of, basis.source);
        view! {
            <section class="card block-of-results" id=id aria-labelledby=labelled>
                <div class="line">
                    <h2 id=title_id>{title}</h2>
                    {download}
                </div>
                <p class="small basis">{basis}</p>
                {(!note.is_empty()).then(|| view! { <p class="small">{note}</p> })}
                {content}
            </section>
        }
        .into_any()
    }
}
