//! The *Retry Setup* and *Start over* buttons, each with its expected duration, and *Try missing
//! symbols again*. They are plain forms, so they work without scripts.
//!
//! Nothing in them changes, so they are strings of HTML, as are the other actions below the outcome
//! of a run. Views of as many elements would add several kilobytes to the WebAssembly.

use leptos::prelude::*;
use status::{RetryCost, counted, format_about, retry_key};

use crate::live_page::state::PageState;

/// Returns the *Retry Setup* and *Start over* buttons, or nothing for viewers who cannot retry the
/// run. If `is_primary` is set, *Retry Setup* is the recommended next step.
pub fn retry_html(live: &PageState, is_primary: bool) -> String {
    if !live.may_change() {
        return String::new();
    }
    let class = if is_primary { "button primary" } else { "button" };
    let (action, cost) = (retry_url(live), live.status.with_untracked(|status| status.retry));
    let (retry, start_over) = cost_labels(cost);
    let [key, start_key] = ["failed", "start"].map(|from| key_html(live, from));
    let start_over = start_over.map(|label| {
        format!(
            "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"from\" value=\"start\">{start_key}\
             <button class=\"button\" aria-describedby=\"start-over-cost\">Start over</button>\
             <span class=\"cost\" id=\"start-over-cost\">{label}</span></form>"
        )
    });
    format!(
        "<form method=\"post\" action=\"{action}\">{key}\
         <button class=\"{class}\" aria-describedby=\"retry-cost\">Retry Setup</button>\
         <span class=\"cost\" id=\"retry-cost\">{retry}</span></form>{}",
        start_over.unwrap_or_default()
    )
}

fn retry_url(live: &PageState) -> String {
    live.status.with_untracked(|status| format!("/api/v1/onboarding/portfolios/{}/retry", status.portfolio_id))
}

/// Returns the form field that makes a double click start one attempt only, even if that attempt
/// ends before the second click arrives.
fn key_html(live: &PageState, from: &str) -> String {
    let key = live.status.with_untracked(|status| retry_key(from, status.attempts));
    format!("<input type=\"hidden\" name=\"idempotency_key\" value=\"{key}\">")
}

/// Returns the *Try missing symbols again* button of a completed run, or nothing if a retry would
/// not ask for any symbol again, or for viewers who cannot retry the run.
pub fn try_missing_html(live: &PageState) -> String {
    let may_improve = live.status.with_untracked(|status| status.retry.is_some());
    if !may_improve || !live.may_change() {
        return String::new();
    }
    format!(
        "<form method=\"post\" action=\"{}\">{}\
         <button class=\"button\" aria-describedby=\"missing-cost\">Try missing symbols again</button>\
         <span class=\"cost\" id=\"missing-cost\">Asks only for what's missing</span></form>",
        retry_url(live),
        key_html(live, "failed")
    )
}

/// Returns the notes next to *Retry Setup* and *Start over*. The second note is `None` if a retry
/// reuses no phases, because starting over would then do the same.
fn cost_labels(cost: Option<RetryCost>) -> (String, Option<String>) {
    let time = |seconds: Option<u64>| seconds.map(|seconds| format!(", {}", format_about(seconds))).unwrap_or_default();
    match cost {
        Some(RetryCost { reused_phases, failed_seconds, start_seconds }) if reused_phases > 0 => (
            format!("Keeps {}{}", counted(reused_phases.into(), "finished phase"), time(failed_seconds)),
            Some(format!("Redo everything{}", time(start_seconds))),
        ),
        cost => (format!("From the beginning{}", time(cost.and_then(|cost| cost.start_seconds))), None),
    }
}

#[cfg(test)]
mod tests {
    use status::RetryCost;

    use super::cost_labels;

    #[test]
    fn names_duration_of_retry_and_start_over() {
        let cost = RetryCost { reused_phases: 3, failed_seconds: Some(100), start_seconds: Some(480) };
        let (retry, start_over) = cost_labels(Some(cost));
        assert_eq!(retry, "Keeps 3 finished phases, about 2 min");
        assert_eq!(start_over.as_deref(), Some("Redo everything, about 8 min"));
    }

    #[test]
    fn omits_start_over_without_finished_phases() {
        let cost = RetryCost { reused_phases: 0, failed_seconds: Some(5), start_seconds: Some(5) };
        assert_eq!(cost_labels(Some(cost)), ("From the beginning, a few seconds".to_owned(), None));
    }

    #[test]
    fn omits_unknown_durations() {
        let cost = RetryCost { reused_phases: 1, failed_seconds: None, start_seconds: None };
        assert_eq!(cost_labels(Some(cost)).0, "Keeps 1 finished phase");
        assert_eq!(cost_labels(None), ("From the beginning".to_owned(), None));
    }
}
