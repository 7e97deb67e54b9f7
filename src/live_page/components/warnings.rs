//! The warnings of a run, grouped by cause. Each group lists the affected symbols and explains the
//! effect on the results.

use leptos::prelude::*;
use status::RunStatus;

use super::symbol_list::{first_symbols, other_symbols};
use crate::live_page::state::PageState;

/// The *Before you read the results* section. Renders nothing if there are no warnings.
#[component]
pub fn Warnings(live: PageState) -> impl IntoView {
    let groups = Memo::new(move |_| {
        let phases = live.phases.get_value();
        phases.into_iter().flat_map(|phase| phase.with(|phase| phase.warning_groups.clone())).collect::<Vec<_>>()
    });
    // The sentence accounts for all positions of a completed run.
    let gaps = Memo::new(move |_| {
        live.status.with(|status| {
            let summary = status.summary.as_ref().filter(|_| status.status == RunStatus::Completed)?;
            (summary.positions_unavailable > 0).then(|| summary.positions_sentence.clone())
        })
    });
    move || {
        let groups = groups.get();
        if groups.is_empty() {
            return None;
        }
        let items = groups
            .into_iter()
            .map(|group| {
                let (symbols, total) = (&group.symbols, group.symbols_total);
                let first = (!symbols.is_empty()).then(|| {
                    view! { <span class="symbols">{format!(": {}", first_symbols(symbols, total))}</span> }
                });
                let others = other_symbols(symbols, total);
                view! { <li><strong>{group.title}</strong>{first}{others}<p class="small">{group.effect}</p></li> }
            })
            .collect_view();
        Some(view! {
            <section class="card warnings" aria-labelledby="warnings-title">
                <h2 id="warnings-title">"Before you read the results"</h2>
                {move || gaps.get().map(|gaps| view! { <p>{gaps}</p> })}
                <ul>{items}</ul>
            </section>
        })
    }
}
