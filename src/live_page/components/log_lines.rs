//! A block of log lines that polls have added to the page.

use leptos::prelude::*;
use status::LogEntry;

use super::{activity_log_entry::ActivityLogEntry, fold_button::FoldButton};
use crate::live_page::{
    browser,
    log_view::phase_number,
    state::{BLOCK, LogBlock, PageState},
};

/// The lines of a block, after the button that folds their phase if they are the first of it.
#[component]
pub fn LogLines(live: PageState, block: LogBlock) -> impl IntoView {
    let LogBlock { key, phase, entries } = block;
    let is_start = live.starts_phase(phase, key.1);
    let is_full = Memo::new(move |_| entries.with(Vec::len) == BLOCK);
    let clock_of = move |entry: &LogEntry| {
        let mode = live.log.time.get_untracked();
        live.started_at.with_value(|start| browser::format_clock(&entry.timestamp, mode, start))
    };
    view! {
        {phase.filter(|_| is_start).map(|phase| view! { <FoldButton phase/> })}
        <ol class="block" class:start=is_start class:full=move || is_full.get() data-phase=phase.map(phase_number)>
            <For each=move || entries.get() key=|entry| entry.seq let:entry>
                <ActivityLogEntry clock=clock_of(&entry) entry/>
            </For>
        </ol>
    }
}
