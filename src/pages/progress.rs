//! Renders the live page of a run on the server: an island that the browser hydrates, and inside it
//! the log lines as plain HTML.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use status::LogEntry;

use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
};
use crate::live_page::{LivePage, PageData, components::server_lines::ServerLog};

/// The data that a request handler loads for the live page.
pub struct ProgressView {
    /// The data from which the browser hydrates the page.
    pub data: PageData,
    /// The log entries, which are rendered on the server only.
    pub entries: Vec<LogEntry>,
}

impl ProgressView {
    /// Returns the document head of the live page, with the page data in it.
    pub fn head(&self) -> Head {
        let status = &self.data.status;
        let data = serde_json::to_string(&self.data).unwrap_or_default();
        let script = PageScript::Live { data, reloads: !status.is_over() };
        Head { script, ..Head::new(&status.portfolio_name) }
    }
}

/// The live page, or "Page Not Found" if no data was loaded.
#[component]
pub fn ProgressPage() -> impl IntoView {
    match Loaded::<ProgressView>::take() {
        Some(ProgressView { data, entries }) => {
            provide_context(data);
            provide_context(ServerLog(Arc::new(entries)));
            // The script in the page says here that live updates do not work, or that the page was
            // updated. The element is outside the island, which must stay as the server rendered it
            // until it is hydrated.
            Either::Left(view! { <p id="page-note" class="page-note" role="status"></p><LivePage/> })
        }
        None => Either::Right(view! { <NotFoundPage/> }),
    }
}
