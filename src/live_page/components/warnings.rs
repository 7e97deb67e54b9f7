//! The warnings of a run, grouped by cause. Each group lists the affected symbols and explains the
//! effect on the results.

use leptos::prelude::*;
use status::{PhaseState, PhaseStatus, RunStatus, WarningGroup};

use super::symbol_list::{first_symbols, other_symbols};
use crate::live_page::{
    html::{escaped, paragraph},
    state::PageState,
};

/// The *Before you read the results* section, or *Warnings* if the run ended without results.
/// Renders nothing if there are no warnings.
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
    let title = Memo::new(move |_| {
        let is_completed = |phase: RwSignal<PhaseStatus>| phase.with(|phase| phase.status == PhaseState::Completed);
        let has_results = live.phases.get_value().into_iter().any(is_completed);
        title(live.status.with(|status| status.status), has_results)
    });
    move || {
        let groups = groups.get();
        if groups.is_empty() {
            return None;
        }
        let item = |group: &WarningGroup| {
            let (symbols, total) = (&group.symbols, group.symbols_total);
            let first = if symbols.is_empty() {
                String::new()
            } else {
                format!("<span class=\"symbols\">: {}</span>", escaped(&first_symbols(symbols, total)))
            };
            format!(
                "<li><strong>{}</strong>{first}{}<p class=\"small\">{}</p></li>",
                escaped(&group.title),
                other_symbols(symbols, total),
                escaped(&group.effect)
            )
        };
        let items: String = groups.iter().map(item).collect();
        let html = format!("<h2 id=\"warnings-title\">{}</h2>{}<ul>{items}</ul>", title.get(), paragraph(gaps.get()));
        Some(view! { <section class="card warnings" aria-labelledby="warnings-title" inner_html=html></section> })
    }
}

/// Returns the heading of the section. A run that ended without results has none to read.
fn title(status: RunStatus, has_results: bool) -> &'static str {
    if status == RunStatus::Failed && !has_results { "Warnings" } else { "Before you read the results" }
}

#[cfg(test)]
mod tests {
    use status::RunStatus;

    use super::title;

    #[test]
    fn promises_results_only_if_there_are_some() {
        assert_eq!(title(RunStatus::Failed, false), "Warnings");
        assert_eq!(title(RunStatus::Failed, true), "Before you read the results");
        assert_eq!(title(RunStatus::Running, false), "Before you read the results");
        assert_eq!(title(RunStatus::Completed, true), "Before you read the results");
    }
}
