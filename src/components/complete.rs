//! What is ready once every phase completed.

use leptos::{either::Either, prelude::*};

use super::{download_log_button::DownloadLogButton, live::Live};
use crate::status::{Summary, format_duration};

/// The summary and the way on.
#[component]
pub fn Complete(
    /// The page's state.
    live: Live,
) -> impl IntoView {
    let (id, elapsed, summary) = live.status.with_untracked(|status| {
        (status.portfolio_id.clone(), status.elapsed_seconds, status.summary.clone().unwrap_or_default())
    });
    let days = summary.trading_days;
    view! {
        <section class="card" aria-labelledby="summary-title">
            <h2 id="summary-title">"Summary"</h2>
            <ul class="summary">
                <li><Positions summary/></li>
                <li>{format!("{days} trading days of history")}</li>
                <li>"Risk metrics, factor exposures, and correlations ready"</li>
                <li>{format!("Total time: {}", format_duration(elapsed))}</li>
            </ul>
        </section>
        <div class="actions">
            <a class="button primary" href=live.dashboard_url.get_value()>"View Portfolio Dashboard"</a>
            <DownloadLogButton portfolio_id=id label="Download Log"/>
        </div>
    }
}

/// "18 positions analyzed (2 unavailable symbols)", which opens to say which and why.
#[component]
fn Positions(summary: Summary) -> impl IntoView {
    let analyzed = match summary.positions_analyzed {
        1 => "1 position analyzed".to_owned(),
        count => format!("{count} positions analyzed"),
    };
    let unavailable = match summary.unavailable_symbols.len() {
        0 => return Either::Left(analyzed),
        1 => "1 unavailable symbol".to_owned(),
        count => format!("{count} unavailable symbols"),
    };
    let reasons = summary
        .unavailable_symbols
        .into_iter()
        .map(|missing| view! { <li>{format!("{}: {}", missing.symbol, missing.reason)}</li> })
        .collect_view();
    Either::Right(view! {
        <details>
            <summary>{format!("{analyzed} ({unavailable})")}</summary>
            <ul>{reasons}</ul>
            <p>"They are left out of values, betas and correlations."</p>
        </details>
    })
}
