//! The activity log: every line in the page, in blocks, following the newest unless the reader looks elsewhere.

use leptos::{html, prelude::*};

use super::{activity_log_entry::ActivityLogEntry, live::Live};
use crate::pages::progress::browser::{is_at_end, scroll_to_end};

/// The region labelled *Activity log*.
#[component]
pub fn ActivityLog(
    /// The page's state.
    live: Live,
) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    // Whether the reader is at the end, decided when they scroll: lines that arrive later do not change it.
    let following = RwSignal::new(true);
    let seen = RwSignal::new(live.last_seq());
    let total = Memo::new(move |_| {
        live.blocks.with(|blocks| {
            blocks.last().map_or(0, |block| block.entries.with(|entries| entries.last().map_or(0, |e| e.seq)))
        })
    });
    Effect::new(move |_| {
        let newest = total.get();
        if following.get() {
            seen.set(newest);
            scroll_to_end(scroller);
        }
    });
    let unseen = Memo::new(move |_| total.get().saturating_sub(seen.get()));
    let more = move || match unseen.get() {
        0 => None,
        1 => Some("1 new line".to_owned()),
        count => Some(format!("{count} new lines")),
    };
    let jump = move || {
        more().map(|words| {
            view! {
                <button type="button" class="button jump" on:click=move |_| following.set(true)>{words}</button>
            }
        })
    };
    let count = move || match total.get() {
        1 => "1 line".to_owned(),
        count => format!("{count} lines"),
    };
    view! {
        <section class="card" aria-labelledby="log-title">
            <h2 id="log-title">"Activity log"</h2>
            <div
                class="log"
                role="log"
                aria-live="off"
                aria-labelledby="log-title"
                tabindex="0"
                node_ref=scroller
                on:scroll=move |_| following.set(is_at_end(scroller))
            >
                <For each=move || live.blocks.get() key=|block| block.key let:block>
                    <ol class="block">
                        <For each=move || block.entries.get() key=|entry| entry.seq let:entry>
                            <ActivityLogEntry entry local_time=live.local_time/>
                        </For>
                    </ol>
                </For>
            </div>
            <div class="line small">
                <p>{count}</p>
                {jump}
            </div>
        </section>
    }
}
