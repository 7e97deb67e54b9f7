//! What is ready once every phase completed.

use leptos::{either::Either, prelude::*};
use status::{Summary, counted, format_duration};

use super::download_log_button::DownloadLogButton;
use crate::live_page::state::PageState;

/// The summary and the way on.
#[component]
pub fn Complete(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let (elapsed, summary) =
        live.status.with_untracked(|status| (status.elapsed_seconds, status.summary.clone().unwrap_or_default()));
    // A warning without symbols is one about the whole portfolio: a part of the results may not exist.
    let is_whole =
        live.phases.get_value().iter().all(|phase| {
            phase.with_untracked(|phase| phase.warning_groups.iter().all(|group| !group.symbols.is_empty()))
        });
    let ready = if is_whole {
        "Risk metrics, factor exposures, and correlations ready"
    } else {
        "What could be computed is ready; what could not stands below."
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
                <li>{number_and_words(&days, "of history")}</li>
                <li>"Total time: "<span class="number">{format_duration(elapsed)}</span></li>
            </ul>
            <p>{ready}</p>
        </section>
        <div class="actions">
            {dashboard}
            <DownloadLogButton live label="Download Log"/>
        </div>
    }
}

/// "18 positions analyzed (2 unavailable symbols)", which opens to say which and why.
#[component]
fn Positions(summary: Summary) -> impl IntoView {
    let positions = counted(summary.positions_analyzed, "position");
    if summary.unavailable_symbols.is_empty() {
        return Either::Left(number_and_words(&positions, "analyzed"));
    }
    let unavailable = counted(summary.unavailable_symbols.len() as u64, "unavailable symbol");
    let words = number_and_words(&positions, &format!("analyzed ({unavailable})"));
    let reasons = summary
        .unavailable_symbols
        .into_iter()
        .map(|missing| view! { <li>{format!("{}: {}", missing.symbol, missing.reason)}</li> })
        .collect_view();
    Either::Right(view! {
        <details>
            <summary>{words}</summary>
            <ul>{reasons}</ul>
            <p>"They are left out of values, betas and correlations."</p>
        </details>
    })
}

/// "18 positions" and what is said of them: the number stands out, and all of it is read as one.
fn number_and_words(counted: &str, more: &str) -> impl IntoView + use<> {
    let (number, noun) = counted.split_once(' ').unwrap_or((counted, ""));
    let (number, words) = (number.to_owned(), format!(" {noun} {more}"));
    view! { <span class="number">{number}</span>{words} }
}
