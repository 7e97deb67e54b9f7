//! The live page's content after a run has failed or been cancelled. It says in which phase the run
//! stopped, why, and what the user can do.

use leptos::prelude::*;
use status::{Fixer, PhaseState, PhaseStatus, RunError, completed_phases, failed_phase};

use super::{
    correct_button::correct_html,
    outcome_actions::{actions_html, link_html},
    retry_button::retry_html,
};
use crate::live_page::{
    html::{escaped, paragraph},
    state::PageState,
};

/// A panel that explains the failure or cancellation of the run, followed by buttons for the next
/// steps.
#[component]
pub fn Error(live: PageState) -> impl IntoView {
    let phases: Vec<_> = live.phases.get_value().iter().map(|phase| phase.get_untracked()).collect();
    let (error, code, retry) =
        live.status.with_untracked(|status| (status.error.clone(), status.support_code.clone(), status.retry));
    let completed = completed_phases(&phases);
    let is_newest = !live.is_earlier();
    // A retry does not always reuse every completed phase: it fetches prices again if they are
    // incomplete or old.
    let is_reused = retry.is_some_and(|retry| retry.reused_phases > 0);
    let partial = match (is_newest, completed.is_some()) {
        (false, _) => String::new(),
        (true, true) => "The results of the finished phases are available.".to_owned(),
        (true, false) => format!("No results yet. {} positions are saved.", live.words().your_first),
    };
    let is_retried = is_newest && live.may_change() && error.as_ref().is_none_or(RunError::is_worth_retrying);
    let retrying = is_retried.then_some(if is_reused {
        " A retry continues from there."
    } else {
        " A retry starts from the beginning."
    });
    let is_cancelled = error.as_ref().is_some_and(RunError::is_cancelled);
    let failed = failed_phase(&phases).filter(|_| !is_cancelled);
    // An admin who reads the page is not the one who can correct the file.
    let who = error.as_ref().map(|error| error.who);
    let advice = error.as_ref().map(|error| error.advice.clone());
    let advice =
        advice.filter(|advice| is_newest && !advice.is_empty() && (who != Some(Fixer::You) || live.may_change()));
    let fix_file = match (is_newest && live.may_change() && !is_retried, live.can_correct) {
        (false, _) => String::new(),
        (true, true) => correct_html(&live, "button primary"),
        (true, false) => link_html("button primary", "/", "Upload Again"),
    };
    // Advice for the operator contains the code.
    let code = code.filter(|_| advice.is_none() || who != Some(Fixer::Operator));
    let is_primary = error.as_ref().is_none_or(RunError::is_best_retried);
    let reason = if is_cancelled {
        phases.iter().find(|phase| phase.status == PhaseState::Failed).map(stopped_label)
    } else {
        error.map(|error| format!("Error: {}", error.message))
    };
    let failed = failed.map(|failed| format!("<p class=\"strong\">Failed at: {}</p>", escaped(&failed)));
    let last = format!(
        "{partial}{}{}",
        retrying.unwrap_or_default(),
        code.map(|code| format!(" Support code {code}.")).unwrap_or_default()
    );
    let facts = [
        failed.unwrap_or_default(),
        paragraph(reason),
        paragraph(advice),
        paragraph(completed.as_ref().map(|completed| format!("Completed: {completed}"))),
        paragraph(Some(last)),
    ];
    let class = if is_cancelled { "cancellation" } else { "failure" };
    // Only a failure is an alert. A cancellation comes as no surprise, because the user requested
    // it.
    let role = (!is_cancelled).then_some("alert");
    let panel = view! { <section class=class role=role inner_html=facts.concat()></section> };
    let retry = if is_retried { retry_html(&live, is_primary) } else { String::new() };
    let view_anyway = completed
        .filter(|_| is_newest)
        .map(|_| link_html("button", &live.dashboard_url.get_value(), "View Portfolio Anyway"))
        .unwrap_or_default();
    let actions = actions_html(&live, &format!("{fix_file}{retry}{view_anyway}"));
    view! {
        {panel}
        <div class="actions" inner_html=actions></div>
    }
}

/// Returns a sentence that says where a cancelled run stopped, such as "Stopped during Market Data
/// Collection (2 of 20 symbols)."
fn stopped_label(phase: &PhaseStatus) -> String {
    let PhaseStatus { phase_name, current, total, unit, .. } = phase;
    let count = if *total > 0 { format!(" ({current} of {total} {unit})") } else { String::new() };
    format!("Stopped during {phase_name}{count}.")
}
