//! The summary of a completed run.

use leptos::{either::Either, prelude::*};
use status::{LEFT_OUT, Summary, counted, format_took};

use super::download_log_button::DownloadLogButton;
use crate::live_page::state::PageState;

/// The summary of a completed run, with links to the results and the log.
#[component]
pub fn Complete(live: PageState) -> impl IntoView {
    let (elapsed, summary) = live.status.with_untracked(|status| {
        (format_took(status.elapsed_seconds, status.elapsed_ms), status.summary.clone().unwrap_or_default())
    });
    // A warning that names no symbols affects the whole portfolio, so some results may be missing.
    let has_all_results =
        live.phases.get_value().iter().all(|phase| {
            phase.with_untracked(|phase| phase.warning_groups.iter().all(|group| !group.symbols.is_empty()))
        });
    let ready = if has_all_results {
        "Risk metrics, factor exposures, and correlations ready"
    } else {
        "Your results are ready, except for the parts listed below."
    };
    let days = counted(summary.trading_days, "trading day");
    let dashboard = (!live.is_earlier()).then(|| {
        view! { <a class="button primary" href=live.dashboard_url.get_value()>"View Portfolio Dashboard"</a> }
    });
    view! {
        <section class="card" aria-labelledby="summary-title">
            <h2 id="summary-title">"Summary"</h2>
            <ul class="tiles">
                <li><Positions summary/></li>
                <li>{number_and_text(&days, "of history")}</li>
                <li>"Total time: "<span class="number">{elapsed}</span></li>
            </ul>
            <p>{ready}</p>
        </section>
        <div class="actions">
            {dashboard}
            <DownloadLogButton live label="Download Log"/>
        </div>
    }
}

/// The number of analyzed positions, such as "18 positions analyzed (2 unavailable symbols)". If
/// there are unavailable symbols, it expands to list them with the reasons.
#[component]
fn Positions(summary: Summary) -> impl IntoView {
    let positions = counted(summary.positions_analyzed, "position");
    if summary.unavailable_symbols.is_empty() {
        return Either::Left(number_and_text(&positions, "analyzed"));
    }
    let unavailable = counted(summary.unavailable_symbols.len() as u64, "unavailable symbol");
    let title = number_and_text(&positions, &format!("analyzed ({unavailable})"));
    let reasons = summary
        .unavailable_symbols
        .into_iter()
        .map(|missing| view! { <li>{format!("{}: {}", missing.symbol, missing.reason)}</li> })
        .collect_view();
    Either::Right(view! {
        <details>
            <summary>{title}</summary>
            <ul>{reasons}</ul>
            <p>{LEFT_OUT}</p>
        </details>
    })
}

/// Renders `counted`, such as "18 positions", followed by `text`. The number is set in large type,
/// but screen readers read the number and the words as one phrase.
fn number_and_text(counted: &str, text: &str) -> impl IntoView + use<> {
    let (number, noun) = counted.split_once(' ').unwrap_or((counted, ""));
    let (number, text) = (number.to_owned(), format!(" {noun} {text}"));
    view! { <span class="number">{number}</span>{text} }
}
