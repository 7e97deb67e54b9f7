//! The live page: an island, with the log's lines in it as plain HTML.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use status::{LogEntry, RunStatus};

use super::{
    Loaded, NotFoundPage,
    document::{Head, PageScript},
};
use crate::live_page::{LivePage, PageData, components::server_lines::ServerLog};

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
