//! The list of the nine phases, in the order in which they run.

use leptos::prelude::*;
use status::PhaseState;

use super::{phase_list_item::PhaseListItem, replay_button::ReplayButton};
use crate::live_page::state::PageState;

/// The list labeled *Phase progress*.
///
/// In a narrow window, the style sheet folds the pending phases of a run in progress into one line,
/// "8 to go". They stay in the list for screen readers.
#[component]
pub fn PhaseList(live: PageState) -> impl IntoView {
    let phases = live.phases.get_value();
    let items = phases.iter().map(|phase| view! { <PhaseListItem live phase=*phase/> }).collect_view();
    let pending = Memo::new(move |_| {
        phases.iter().filter(|phase| phase.with(|phase| phase.status == PhaseState::Pending)).count()
    });
    // The names are one line of text, so that nothing is repeated as a second list of phases.
    let names = move || {
        let phases = live.phases.get_value();
        let names: Vec<_> = phases.iter().map(|phase| phase.with_untracked(|phase| phase.phase_name.clone())).collect();
        names[names.len().saturating_sub(pending.get())..].join(", ")
    };
    view! {
        <section class="card phase-card" aria-labelledby="phases-title">
            <div class="line">
                <h2 id="phases-title">"Phase progress"</h2>
                <ReplayButton live/>
            </div>
            <ol class="phases" aria-labelledby="phases-title">{items}</ol>
            <details class="to-go small" hidden=move || pending.get() == 0>
                <summary>{move || format!("{} to go", pending.get())}</summary>
                <p>{names}</p>
            </details>
        </section>
    }
}
