//! Where a run ended early, why, and what can be done.

use leptos::{either::Either, prelude::*};
use status::{RunError, completed_phases, failed_phase};

use super::{download_log_button::DownloadLogButton, retry_button::RetryButton};
use crate::live_page::state::PageState;

/// The failure, or the cancellation, and the ways on.
#[component]
pub fn Error(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let phases: Vec<_> = live.phases.get_value().iter().map(|phase| phase.get_untracked()).collect();
    let (error, code, retry) =
        live.status.with_untracked(|status| (status.error.clone(), status.support_code.clone(), status.retry));
    let completed = completed_phases(&phases);
    let is_newest = !live.is_earlier();
    // Prices that were incomplete or old are not reused.
    let is_reused = retry.is_some_and(|retry| retry.reused_phases > 0);
    let partial = match (is_newest, completed.is_some()) {
        (false, _) => "A later attempt took its place.",
        (true, true) => "Your portfolio is available with what these phases produced.",
        (true, false) => "Nothing is computed yet. Your positions are kept.",
    };
    let is_retried = is_newest && live.may_change() && error.as_ref().is_none_or(RunError::is_worth_retrying);
    let retrying = is_retried.then_some(if is_reused {
        " Retrying goes on from there."
    } else {
        " Retrying starts from the first phase."
    });
    let is_cancelled = error.as_ref().is_some_and(RunError::is_cancelled);
    let failed = failed_phase(&phases).filter(|_| !is_cancelled);
    let remedy = error.as_ref().map(RunError::remedy).filter(|remedy| is_newest && !remedy.is_empty());
    let upload_again = (is_newest && live.may_change() && !error.as_ref().is_none_or(RunError::is_worth_retrying))
        .then(|| view! { <a class="button primary" href="/">"Upload Again"</a> });
    let is_primary = error.as_ref().is_none_or(RunError::is_best_retried);
    let facts = view! {
        {failed.map(|failed| view! { <p class="strong">{format!("Failed at: {failed}")}</p> })}
        {error.map(|error| if is_cancelled { error.message } else { format!("Error: {}", error.message) }).map(|error| view! { <p>{error}</p> })}
        {remedy.map(|remedy| view! { <p>{remedy}</p> })}
        {completed.clone().map(|completed| view! { <p>{format!("Completed: {completed}")}</p> })}
        <p>{partial}{retrying}{code.map(|code| format!(" Support code {code}."))}</p>
    };
    // A cancellation is what the person asked for: nothing to alarm anybody with.
    let panel = if is_cancelled {
        Either::Left(view! { <section class="cancellation">{facts}</section> })
    } else {
        Either::Right(view! { <section class="failure" role="alert">{facts}</section> })
    };
    let ways_on = is_newest.then(|| {
        view! {
            {upload_again}
            {is_retried.then(|| view! { <RetryButton live is_primary/> })}
            {completed.map(|_| view! { <a class="button" href=live.dashboard_url.get_value()>"View Portfolio Anyway"</a> })}
        }
    });
    view! {
        {panel}
        <div class="actions">
            {ways_on}
            <DownloadLogButton live label="Download Log"/>
        </div>
    }
}
