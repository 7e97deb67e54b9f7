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

    use leptos::{either::Either, prelude::*};
    use status::{LogEntry, LogLevel};

    use super::IslandChildren;
    use crate::live_page::{
        PageData, browser,
        components::{
            activity_log_entry::{ActivityLogEntry, full_time},
            fold_button::FoldButton,
        },
        log_view::{TimeMode, phase_number},
        state::BLOCK,
    };

    /// The log entries to render. `ProgressPage` puts them into the Leptos context.
    #[derive(Clone)]
    pub struct ServerLog(pub Arc<Vec<LogEntry>>);

    /// Renders the log lines in blocks. Times are in UTC, because the server does not know the
    /// user's time zone.
    pub fn server_lines() -> IslandChildren<impl IntoView> {
        let entries = use_context::<ServerLog>().map(|log| log.0).unwrap_or_default();
        let phases = use_context::<PageData>().and_then(|data| data.status.phases).unwrap_or_default();
        let line = |entry: &LogEntry| {
            let clock = browser::format_clock(&entry.timestamp, TimeMode::Utc, "");
            if entry.level == LogLevel::Debug {
                Either::Left(view! { <DebugLine clock entry=entry.clone()/> })
            } else {
                Either::Right(view! { <ActivityLogEntry clock entry=entry.clone()/> })
            }
        };
        let block = |entries: &[LogEntry]| {
            let phase = entries.first().and_then(|entry| entry.phase_id);
            let first_seq = phase.and_then(|phase| phases.get(phase.index())).and_then(|phase| phase.first_seq);
            // A debug entry has the number of the visible entry before it.
            let is_first = |entry: &LogEntry| Some(entry.seq) == first_seq && entry.level != LogLevel::Debug;
            let is_start = first_seq.is_some() && entries.iter().any(is_first);
            view! {
                {phase.filter(|_| is_start).map(|phase| view! { <FoldButton phase/> })}
                <ol class="block" class:start=is_start class:full=entries.len() == BLOCK data-phase=phase.map(phase_number)>
                    {entries.iter().map(line).collect_view()}
                </ol>
            }
        };
        let same_phase = |a: &LogEntry, b: &LogEntry| a.phase_id == b.phase_id;
        let blocks = entries.chunk_by(same_phase).flat_map(|entries| entries.chunks(BLOCK)).map(block).collect_view();
        IslandChildren::new(blocks)
    }

    /// A debug line. It has no number of its own, so nothing links to it.
    #[component]
    fn DebugLine(
        /// The time of the entry, already formatted.
        clock: String,
        entry: LogEntry,
    ) -> impl IntoView {
        let LogEntry { timestamp, message, .. } = entry;
        let title = full_time(&timestamp);
        view! {
            <li class="entry debug">
                <time datetime=timestamp title=title>{clock}</time>
                "\u{a0} "
                <span class="message"><span class="word">"Debug: "</span>{message}</span>
            </li>
        }
    }
}
