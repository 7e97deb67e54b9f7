//! The lines of the activity log that the server renders. They are the children of the live page's
//! island.
//!
//! These lines exist only as HTML, so the browser neither parses thousands of lines as data nor
//! hydrates them. This module uses `IslandChildren` directly, because a `children` parameter of the
//! island would pull `AnyView` into the WebAssembly and add 2.7 KB after Brotli compression.

use leptos::tachys::html::islands::IslandChildren;

/// Returns an empty placeholder. The browser hydrates this placeholder instead of the log lines.
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
    use crate::live_page::{
        browser, components::activity_log_entry::ActivityLogEntry, log_view::TimeMode, state::BLOCK,
    };
    use status::LogEntry;

    /// The log entries to render. `ProgressPage` puts them into the Leptos context.
    #[derive(Clone)]
    pub struct ServerLog(pub Arc<Vec<LogEntry>>);

    /// Renders the log lines in blocks. Times are in UTC, because the server does not know the
    /// user's time zone.
    pub fn server_lines() -> IslandChildren<impl IntoView> {
        let entries = use_context::<ServerLog>().map(|log| log.0).unwrap_or_default();
        let line = |entry: &LogEntry| {
            let clock = browser::format_clock(&entry.timestamp, TimeMode::Utc, "");
            view! { <ActivityLogEntry clock entry=entry.clone()/> }
        };
        let block = |entries: &[LogEntry]| {
            view! { <ol class="block">{entries.iter().map(line).collect_view()}</ol> }
        };
        IslandChildren::new(entries.chunks(BLOCK).map(block).collect_view())
    }
}
