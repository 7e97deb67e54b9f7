//! The list of the nine phases, in the order in which they run.

use leptos::prelude::*;

use super::phase_list_item::PhaseListItem;
use crate::live_page::state::PageState;

/// The list labeled *Phase progress*.
#[component]
pub fn PhaseList(live: PageState) -> impl IntoView {
    let items = live.phases.get_value().into_iter().map(|phase| view! { <PhaseListItem live phase/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="phases-title">
            <h2 id="phases-title" class="visually-hidden">"Phase progress"</h2>
            <ol class="phases" aria-labelledby="phases-title">{items}</ol>
        </section>
    }
}
