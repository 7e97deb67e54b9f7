//! The button that replays a finished run. The replay itself is the script `public/replay.js`,
//! which the browser loads at the first click, so that it costs a first visit nothing.

use leptos::prelude::*;
use status::{Status, format_replayed};

use crate::live_page::state::PageState;

/// The *Replay* button with the true duration of the run. Renders nothing until the run is over,
/// and nothing for a run that ended before its first phase.
#[component]
pub fn ReplayButton(live: PageState) -> impl IntoView {
    let label = Memo::new(move |_| {
        let has_begun = live.phases.get_value().iter().any(|phase| phase.with(|phase| phase.started_at.is_some()));
        live.status.with(|status| (has_begun && status.is_over()).then(|| replay_label(status)))
    });
    // The script takes over the button once it has run. It is an element of the page instead of an
    // import, because the page's security policy allows only elements that its own code inserts.
    let is_requested = RwSignal::new(false);
    let script = move || is_requested.get().then(|| view! { <script type="module" src="/replay.js"></script> });
    let button = move || {
        label.get().map(|label| {
            view! {
                <button type="button" class="button tool scripted" id="replay" on:click=move |_| is_requested.set(true)>
                    {label}
                </button>
            }
        })
    };
    view! { {button} {script} }
}

fn replay_label(status: &Status) -> String {
    format!("Replay, {}", format_replayed(status.elapsed_ms))
}
