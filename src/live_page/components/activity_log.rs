//! The activity log. It scrolls to each new line unless the user has scrolled up or selected text.
//! Lines are rendered in blocks.

use leptos::{html, prelude::*};
use status::{LogEntry, counted};

use super::{activity_log_entry::ActivityLogEntry, log_toolbar::LogToolbar, server_lines::server_lines};
use crate::live_page::{
    browser,
    log_view::{LogView, TimeMode, count_label},
    state::PageState,
};

/// Shown in place of the line count if a finished run has no log lines. Every run writes log lines,
/// so they must have been deleted at the end of their retention period.
const LOG_EXPIRED: &str = "This log is no longer available";

/// The region labeled *Activity log*.
#[component]
pub fn ActivityLog(live: PageState) -> impl IntoView {
    let LogView { level, time, wraps, follows, .. } = live.log;
    let scroller = NodeRef::<html::Div>::new();
    let seen = RwSignal::new(live.last_seq());
    let newest = Memo::new(move |_| live.newest_seq());
    // Scroll to new lines only if the log was at its end before they arrived.
    Effect::new(move |_| {
        let newest = newest.get();
        if !follows.get() {
            return;
        }
        // Scrolling to new lines would move the selected text out of view.
        if browser::is_selecting(scroller) {
            follows.set(false);
            return;
        }
        seen.set(newest);
        browser::scroll_to_end(scroller);
    });
    let keep_at_end = move || {
        if follows.get_untracked() {
            browser::scroll_to_end(scroller);
        }
    };
    // The level filter and line wrapping change the height of the log, so scroll to its end again.
    Effect::new(move |_| {
        level.track();
        wraps.track();
        keep_at_end();
    });
    // Resizing the window also changes the height of the log, because long lines wrap differently.
    browser::on_resize(keep_at_end);
    Effect::new(move |is_first: Option<()>| {
        let mode = time.get();
        // The server renders times in UTC, so the first run of this effect has nothing to do if UTC
        // is selected.
        if is_first.is_some() || mode != TimeMode::Utc {
            browser::set_clocks(scroller, mode, &live.started_at.get_value());
        }
    });
    let more = move || {
        let unseen = newest.get().saturating_sub(seen.get());
        if follows.get() || unseen == 0 {
            return None;
        }
        let label = counted(unseen, "new line");
        let jump = move |_| {
            // Clicking this button removes it, so the focus moves to the log.
            browser::focus_log(scroller);
            follows.set(true);
        };
        Some(view! { <button type="button" class="button jump" on:click=jump>{label}</button> })
    };
    let clock_of = move |entry: &LogEntry| {
        let mode = time.get_untracked();
        live.started_at.with_value(|start| browser::format_clock(&entry.timestamp, mode, start))
    };
    let count = Memo::new(move |_| {
        let (count, missing) = live.count_lines();
        let is_over = live.status.with(status::Status::is_over);
        if is_over && count == 0 { LOG_EXPIRED.to_owned() } else { count_label(count, missing) }
    });
    let following = move || match (live.status.with(status::Status::is_over), follows.get()) {
        (false, true) => "Auto-scrolling",
        _ => "",
    };
    view! {
        <section class="card" aria-labelledby="log-title">
            <div class="line">
                <h2 id="log-title">"Activity log"</h2>
                <LogToolbar live scroller/>
            </div>
            <div
                class="log"
                class:nowrap=move || !wraps.get()
                data-level=move || level.get().id()
                id="log"
                role="log"
                aria-live="off"
                aria-labelledby="log-title"
                tabindex="0"
                node_ref=scroller
                on:scroll=move |_| follows.set(browser::is_at_end(scroller))
            >
                {server_lines()}
                <For each=move || live.blocks.get() key=|block| block.key let:block>
                    <ol class="block">
                        <For each=move || block.entries.get() key=|entry| entry.seq let:entry>
                            <ActivityLogEntry clock=clock_of(&entry) entry/>
                        </For>
                    </ol>
                </For>
            </div>
            <div class="line small">
                <p>{move || count.get()}</p>
                <p class="scripted">{following}</p>
                {more}
            </div>
        </section>
    }
}
