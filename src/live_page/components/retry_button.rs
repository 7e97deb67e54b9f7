//! *Retry Setup*, and starting over, each with what it costs. Plain forms: they work without scripts.

use leptos::prelude::*;
use status::{RetryCost, counted, format_about};

use crate::live_page::state::PageState;

/// The two ways to try again, for those who may.
#[component]
pub fn RetryButton(
    /// The page's state.
    live: PageState,
    /// Whether it is what a person should do now.
    is_primary: bool,
) -> impl IntoView {
    let class = if is_primary { "button primary" } else { "button" };
    let (action, cost) = live.status.with_untracked(|status| {
        (format!("/api/v1/onboarding/portfolios/{}/retry", status.portfolio_id), status.retry)
    });
    let (retry, start_over) = cost_labels(cost);
    let start_over = start_over.map(|words| {
        view! {
            <form method="post" action=action.clone()>
                <input type="hidden" name="from" value="start"/>
                <button class="button" aria-describedby="start-over-cost">"Start over"</button>
                <span class="cost" id="start-over-cost">{words}</span>
            </form>
        }
    });
    live.may_change().then(|| {
        view! {
            <form method="post" action=action.clone()>
                <button class=class aria-describedby="retry-cost">"Retry Setup"</button>
                <span class="cost" id="retry-cost">{retry}</span>
            </form>
            {start_over}
        }
    })
}

/// What each of them costs; `None` for starting over where a retry does the same.
fn cost_labels(cost: Option<RetryCost>) -> (String, Option<String>) {
    let time = |seconds: Option<u64>| seconds.map(|seconds| format!("; {}", format_about(seconds))).unwrap_or_default();
    match cost {
        Some(RetryCost { reused_phases, failed_seconds, start_seconds }) if reused_phases > 0 => (
            format!("Reuses {}{}", counted(reused_phases.into(), "finished phase"), time(failed_seconds)),
            Some(format!("Computes all nine phases anew{}", time(start_seconds))),
        ),
        Some(RetryCost { start_seconds, .. }) => (format!("Starts from the first phase{}", time(start_seconds)), None),
        None => ("Starts from the first phase".to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use status::RetryCost;

    use super::cost_labels;

    #[test]
    fn a_retry_says_what_it_reuses_and_how_long_both_ways_take() {
        let cost = RetryCost { reused_phases: 3, failed_seconds: Some(100), start_seconds: Some(480) };
        let (retry, start_over) = cost_labels(Some(cost));
        assert_eq!(retry, "Reuses 3 finished phases; about 2 min");
        assert_eq!(start_over.as_deref(), Some("Computes all nine phases anew; about 8 min"));
    }

    #[test]
    fn with_nothing_finished_there_is_one_way() {
        let cost = RetryCost { reused_phases: 0, failed_seconds: Some(5), start_seconds: Some(5) };
        assert_eq!(cost_labels(Some(cost)), ("Starts from the first phase; a few seconds".to_owned(), None));
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let cost = RetryCost { reused_phases: 1, failed_seconds: None, start_seconds: None };
        assert_eq!(cost_labels(Some(cost)).0, "Reuses 1 finished phase");
        assert_eq!(cost_labels(None), ("Starts from the first phase".to_owned(), None));
    }
}
