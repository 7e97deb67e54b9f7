//! The activity log: every line in the page, in blocks, following the newest unless the reader looks elsewhere.

use leptos::{html, prelude::*};
use status::{LogEntry, counted};

use super::{activity_log_entry::ActivityLogEntry, log_toolbar::LogToolbar, server_lines::server_lines};
use crate::live_page::{
    browser,
    log_view::{LogView, TimeMode, count_words},
    state::PageState,
};

/// Every setup writes lines; they are kept for a while after its end.
const NO_LONGER_KEPT: &str = "The log of this setup is no longer kept";

/// The region labelled *Activity log*.
#[component]
pub fn ActivityLog(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let LogView { level, time, wraps, follows, .. } = live.log;
    let scroller = NodeRef::<html::Div>::new();
    let seen = RwSignal::new(live.last_seq());
    let newest = Memo::new(move |_| live.newest_seq());
    // Whether the reader is at the end was decided when they scrolled: lines that arrive later do not change it.
    Effect::new(move |_| {
        let newest = newest.get();
        if !follows.get() {
            return;
        }
        // Whoever copies a line is not moved away from it.
        if browser::is_selecting(scroller) {
            follows.set(false);
            return;
        }
        seen.set(newest);
        browser::scroll_to_end(scroller);
    });
    let stay_at_the_end = move || {
        if follows.get_untracked() {
            browser::scroll_to_end(scroller);
        }
    };
    // Other lines, or other line breaks: who was at the end is at the end of them.
    Effect::new(move |_| {
        level.track();
        wraps.track();
        stay_at_the_end();
    });
    // A window that is turned or made smaller breaks lines anew.
    browser::on_resize(stay_at_the_end);
    Effect::new(move |is_first: Option<()>| {
        let mode = time.get();
        // As the server wrote them they are in UTC.
        if is_first.is_some() || mode != TimeMode::Utc {
            browser::set_clocks(scroller, mode, &live.started_at.get_value());
        }
    });
    let more = move || {
        let unseen = newest.get().saturating_sub(seen.get());
        if follows.get() || unseen == 0 {
            return None;
        }
        let words = counted(unseen, "new line");
        let jump = move |_| {
            // The button is gone then.
            browser::focus_log(scroller);
            follows.set(true);
        };
        Some(view! { <button type="button" class="button jump" on:click=jump>{words}</button> })
    };
    let clock_of = move |entry: &LogEntry| {
        let mode = time.get_untracked();
        live.started_at.with_value(|start| browser::clock_words(&entry.timestamp, mode, start))
    };
    let count = Memo::new(move |_| {
        let (count, missing) = live.count_lines();
        let is_over = live.status.with(status::Status::is_over);
        if is_over && count == 0 { NO_LONGER_KEPT.to_owned() } else { count_words(count, missing) }
    });
    let following = move || match (live.status.with(status::Status::is_over), follows.get()) {
        (false, true) => "Following the newest line",
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
