//! The log's lines that the server renders: the island's children.
//!
//! They exist as HTML only, so the browser neither parses five thousand lines as data nor hydrates
//! them. `IslandChildren` is used directly instead of a parameter `children` of the island, because
//! that would bring `AnyView` into the WebAssembly: 2.7 KB of brotli.

use leptos::tachys::html::islands::IslandChildren;

/// What stands in for the lines in the browser.
#[cfg(feature = "hydrate")]
pub fn server_lines() -> IslandChildren<()> {
    IslandChildren::new(())
}

#[cfg(not(feature = "hydrate"))]
pub use on_server::{ServerLog, server_lines};

#[cfg(not(feature = "hydrate"))]
mod on_server {
    use std::sync::Arc;

    use leptos::prelude::*;

    use super::IslandChildren;
    use crate::live_page::{components::activity_log_entry::ActivityLogEntry, state::BLOCK};
    use status::LogEntry;

    /// The entries, as a context of the page.
    #[derive(Clone)]
    pub struct ServerLog(pub Arc<Vec<LogEntry>>);

    /// The lines, in blocks. Their clocks are in UTC: the reader's zone is not known here.
    pub fn server_lines() -> IslandChildren<impl IntoView> {
        let entries = use_context::<ServerLog>().map(|log| log.0).unwrap_or_default();
        let line = |entry: &LogEntry| {
            let clock = entry.timestamp.get(11..19).unwrap_or_default().to_owned();
            view! { <ActivityLogEntry clock entry=entry.clone()/> }
        };
        let block = |entries: &[LogEntry]| {
            view! { <ol class="block">{entries.iter().map(line).collect_view()}</ol> }
        };
        IslandChildren::new(entries.chunks(BLOCK).map(block).collect_view())
    }
}
