//! One block of the results: its title, what it rests on, where to get it as a file, and what it shows.

use leptos::prelude::*;

use crate::server::results::csv::Table;

/// What every number of a run rests on.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The portfolio, as addresses have it.
    pub portfolio_id: String,
    /// "As of 2022-12-28", or that there are no prices.
    pub as_of: String,
    /// Where the prices are from.
    pub source: String,
}

/// A block before it has its content.
pub struct Block {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Which days it is about.
    pub window: String,
    /// How to read it.
    pub note: String,
    /// The same as a file.
    pub table: Option<Table>,
}

impl Block {
    /// The block with its content.
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
