//! Renders the live page of a run on the server: an island that the browser hydrates, and inside it
//! the log lines and the findings as plain HTML.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use status::{Found, LogEntry};

use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
};
use crate::{
    live_page::{
        LivePage, PageData,
        components::{
            found::{FoundPanel, ServerFound},
            server_lines::ServerLog,
        },
    },
    server::findings::Panel,
};

/// The data that a request handler loads for the live page.
pub struct ProgressView {
    /// The data from which the browser hydrates the page.
    pub data: PageData,
    /// The log entries, which are rendered on the server only.
    pub entries: Vec<LogEntry>,
    /// The findings, which are rendered on the server only, in the order in which they are shown.
    pub found: Vec<Found>,
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
        Some(ProgressView { data, entries, found }) => {
            provide_context(server_found(data.status.is_over(), &found));
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

/// Sorts the findings into their panels. An ended run without any has no panels: it was computed
/// before findings were kept.
fn server_found(is_over: bool, found: &[Found]) -> ServerFound {
    let panel = |panel: Panel| {
        let start = format!("{}-", panel.id());
        let html = found.iter().filter(|found| found.id.starts_with(&start)).map(|found| found.html.as_str()).collect();
        FoundPanel { id: panel.id(), title: panel.title(), is_list: panel == Panel::Prices, html }
    };
    let has_none = is_over && found.iter().all(|found| found.html.is_empty());
    let mut panels: Vec<_> = if has_none { Vec::new() } else { Panel::ALL.map(panel).into() };
    if is_over && !has_none {
        // After the end, what the phases computed is of more interest than the prices they used.
        panels.rotate_left(1);
    }
    ServerFound { is_over, panels }
}
