//! The live page: an island, with the log's lines in it as plain HTML.

use leptos::{either::Either, prelude::*};

use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
};
use crate::{
    live_page::{LivePage, PageData, components::activity_log_entry::ActivityLogEntry, state::BLOCK},
    status::{LogEntry, RunStatus},
};

/// What the page shows.
pub struct ProgressView {
    /// What the browser goes on from.
    pub data: PageData,
    /// The log's lines.
    pub entries: Vec<LogEntry>,
}

impl ProgressView {
    /// The head of the page.
    pub fn head(&self) -> Head {
        let status = &self.data.status;
        let data = serde_json::to_string(&self.data).unwrap_or_default();
        let script = PageScript::Live { data, reloads: status.status == RunStatus::Running };
        Head { script, ..Head::new(&status.portfolio_name) }
    }
}

/// The page.
#[component]
pub fn ProgressPage() -> impl IntoView {
    match Loaded::<ProgressView>::take() {
        Some(ProgressView { data, entries }) => {
            provide_context(data);
            provide_context(ServerLog(Arc::new(entries)));
            Either::Left(view! { <LivePage/> })
        }
        None => Either::Right(view! { <NotFoundPage/> }),
    }
}

/// The lines, in UTC: the reader's zone is not known here.
#[component]
fn LogBlocks(entries: Vec<LogEntry>) -> impl IntoView {
    let mut entries = entries.into_iter().peekable();
    let mut blocks = Vec::new();
    while entries.peek().is_some() {
        let lines = entries.by_ref().take(BLOCK).map(|entry| {
            let clock = entry.timestamp.get(11..19).unwrap_or_default().to_owned();
            view! { <ActivityLogEntry clock entry/> }
        });
        blocks.push(view! { <ol class="block">{lines.collect_view()}</ol> });
    }
    blocks
}
