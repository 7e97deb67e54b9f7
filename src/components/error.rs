//! Where a run ended early, why, and what can be done.

use leptos::prelude::*;

use super::{download_log_button::DownloadLogButton, live::Live, retry_button::RetryButton};
use crate::status::{completed_phases, failed_phase};

/// The failure and the ways on.
#[component]
pub fn Error(
    /// The page's state.
    live: Live,
) -> impl IntoView {
    let phases: Vec<_> = live.phases.get_value().iter().map(|phase| phase.get_untracked()).collect();
    let (error, code, retry) =
        live.status.with_untracked(|status| (status.error.clone(), status.support_code.clone(), status.retry));
    let error = error.map(|error| format!("Error: {}", error.message));
    let completed = completed_phases(&phases);
    let is_newest = !live.is_earlier();
    // Prices that were not all there, or not the newest, are no ground to go on from.
    let is_reused = retry.is_some_and(|retry| retry.reused_phases > 0);
    let partial = match (is_newest, completed.is_some()) {
        (false, _) => "A later attempt took its place.",
        (true, true) => "Your portfolio is available with what these phases produced.",
        (true, false) => "Nothing is computed yet. Your positions are kept.",
    };
    let retrying = if is_reused { " Retrying goes on from there." } else { " Retrying starts from the first phase." };
    let retrying = (is_newest && live.may_change()).then_some(retrying);
    let ways_on = is_newest.then(|| {
        view! {
            <RetryButton live/>
            <a class="button" href=live.dashboard_url.get_value()>"View Portfolio Anyway"</a>
        }
    });
    view! {
        <section class="failure" role="alert">
            {failed_phase(&phases).map(|failed| view! { <p class="strong">{format!("Failed at: {failed}")}</p> })}
            {error.map(|error| view! { <p>{error}</p> })}
            {completed.map(|completed| view! { <p>{format!("Completed: {completed}")}</p> })}
            <p>{partial}{retrying}{code.map(|code| format!(" Support code {code}."))}</p>
        </section>
        <div class="actions">
            {ways_on}
            <DownloadLogButton live label="Download Log"/>
        </div>
    }
}
