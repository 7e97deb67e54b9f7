//! Warnings that mean something: by cause, with the symbols and what it changes in the results.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The section *What to know about the results*; nothing where there is nothing to know.
#[component]
pub fn Warnings(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let groups = Memo::new(move |_| {
        let phases = live.phases.get_value();
        phases.into_iter().flat_map(|phase| phase.with(|phase| phase.warning_groups.clone())).collect::<Vec<_>>()
    });
    move || {
        let groups = groups.get();
        if groups.is_empty() {
            return None;
        }
        let items = groups
            .into_iter()
            .map(|group| {
                let symbols = (!group.symbols.is_empty()).then(|| {
                    view! { <span class="symbols">{format!(": {}", group.symbols.join(", "))}</span> }
                });
                view! { <li><strong>{group.title}</strong>{symbols}<p class="small">{group.effect}</p></li> }
            })
            .collect_view();
        Some(view! {
            <section class="card warnings" aria-labelledby="warnings-title">
                <h2 id="warnings-title">"What to know about the results"</h2>
                <ul>{items}</ul>
            </section>
        })
    }
}
