//! The warnings of a run, grouped by cause. Each group lists the affected symbols and explains the
//! effect on the results.

use leptos::prelude::*;

use super::symbol_list::symbol_list;
use crate::live_page::state::PageState;

/// The *Before you read the results* section. Renders nothing if there are no warnings.
#[component]
pub fn Warnings(live: PageState) -> impl IntoView {
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
                let symbols = (!group.symbols.is_empty())
                    .then(|| view! { ": "{symbol_list(&group.symbols, group.symbols_total)} });
                view! { <li><strong>{group.title}</strong>{symbols}<p class="small">{group.effect}</p></li> }
            })
            .collect_view();
        Some(view! {
            <section class="card warnings" aria-labelledby="warnings-title">
                <h2 id="warnings-title">"Before you read the results"</h2>
                <ul>{items}</ul>
            </section>
        })
    }
}
