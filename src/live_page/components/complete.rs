//! The summary of a completed run.

use leptos::prelude::*;
use status::{LEFT_OUT, SHOWN_SYMBOLS, Summary, counted, format_took};

use super::{
    correct_button::correct_html,
    outcome_actions::{actions_html, link_html},
    retry_button::try_missing_html,
    symbol_list::other_symbols,
};
use crate::live_page::{html::list_items, state::PageState};

/// The summary of a completed run, with links to the results and the log.
#[component]
pub fn Complete(live: PageState) -> impl IntoView {
    let (elapsed, summary) = live
        .status
        .with_untracked(|status| (format_took(status.elapsed_seconds, status.elapsed_ms), status.summary.clone()));
    // A warning that names no symbols affects the whole portfolio, so some results may be missing.
    let has_all_results =
        live.phases.get_value().iter().all(|phase| {
            phase.with_untracked(|phase| phase.warning_groups.iter().all(|group| !group.symbols.is_empty()))
        });
    let ready = if has_all_results {
        "Risk metrics, factor exposures, and correlations ready".to_owned()
    } else {
        format!("{} results are ready, except for the parts listed below.", live.words().your_first)
    };
    let has_gaps = summary.as_ref().is_some_and(|summary| summary.positions_unavailable > 0);
    let next_steps = if live.is_earlier() {
        String::new()
    } else {
        let link = link_html("button primary", &live.dashboard_url.get_value(), "View Portfolio Dashboard");
        let correct = if has_gaps { correct_html(&live, "button") } else { String::new() };
        format!("{link}{}{correct}", try_missing_html(&live))
    };
    let actions = actions_html(&live, &next_steps);
    let html = format!(
        "<h2 id=\"summary-title\">Summary</h2><ul class=\"tiles\">{}\
         <li>Total time: <span class=\"number\">{elapsed}</span></li></ul><p>{ready}</p>",
        summary.map(counts_html).unwrap_or_default()
    );
    view! {
        <section class="card" aria-labelledby="summary-title" inner_html=html></section>
        <div class="actions" inner_html=actions></div>
    }
}

/// Returns the numbers of positions and of days as list items. A status without a summary has no
/// such numbers, and the page must not show them as zero.
fn counts_html(summary: Summary) -> String {
    let days = number_and_text(&counted(summary.trading_days, "trading day"), "of history");
    format!("<li>{}</li><li>{days}</li>", positions_html(summary))
}

/// Returns the number of analyzed positions, such as "18 positions analyzed (2 unavailable
/// symbols)". If there are unavailable symbols, it expands to list them with the reasons.
fn positions_html(summary: Summary) -> String {
    let positions = counted(summary.positions_analyzed, "position");
    let symbols = summary.unavailable_symbols;
    if symbols.is_empty() {
        return number_and_text(&positions, "analyzed");
    }
    let total = summary.unavailable_total.max(symbols.len() as u64);
    let unavailable = counted(total, "unavailable symbol");
    let title = number_and_text(&positions, &format!("analyzed ({unavailable})"));
    let reasons: Vec<String> =
        symbols.iter().map(|missing| format!("{}: {}", missing.symbol, missing.reason)).collect();
    let others = other_symbols(&reasons, total);
    let first = list_items(&reasons[..reasons.len().min(SHOWN_SYMBOLS)]);
    format!("<details><summary>{title}</summary><ul>{first}</ul>{others}<p>{LEFT_OUT}</p></details>")
}

/// Returns `counted`, such as "18 positions", followed by `text`. The number is set in large type,
/// but screen readers read the number and the words as one phrase.
fn number_and_text(counted: &str, text: &str) -> String {
    let (number, noun) = counted.split_once(' ').unwrap_or((counted, ""));
    format!("<span class=\"number\">{number}</span> {noun} {text}")
}
