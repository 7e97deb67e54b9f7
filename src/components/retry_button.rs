//! *Retry Setup*, and starting over. Plain forms: they work without scripts.

use leptos::prelude::*;

use super::live::Live;
use crate::status::PhaseState;

/// The two ways to try again, with what each of them does.
#[component]
pub fn RetryButton(
    /// The page's state.
    live: Live,
) -> impl IntoView {
    let completed = live
        .phases
        .get_value()
        .iter()
        .filter(|phase| phase.with_untracked(|phase| phase.status == PhaseState::Completed))
        .count();
    let action =
        live.status.with_untracked(|status| format!("/api/v1/onboarding/portfolios/{}/retry", status.portfolio_id));
    let reuses = match completed {
        0 => "Starts from the first phase".to_owned(),
        1 => "Reuses 1 finished phase".to_owned(),
        count => format!("Reuses {count} finished phases"),
    };
    let start_over = (completed > 0).then(|| {
        view! {
            <form method="post" action=action.clone()>
                <input type="hidden" name="from" value="start"/>
                <button class="button" aria-describedby="start-over-cost">"Start over"</button>
                <span class="cost" id="start-over-cost">"Computes all nine phases anew"</span>
            </form>
        }
    });
    view! {
        <form method="post" action=action.clone()>
            <button class="button primary" aria-describedby="retry-cost">"Retry Setup"</button>
            <span class="cost" id="retry-cost">{reuses}</span>
        </form>
        {start_over}
    }
}
