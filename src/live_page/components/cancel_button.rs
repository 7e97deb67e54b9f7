//! The *Cancel Setup* button with its confirmation dialog. The dialog is a popover that contains a
//! plain form, so it works without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

const FINISHED_KEPT: &str = "Finished phases are kept and you can resume later.";
const NOTHING_FINISHED: &str = "No phase has finished yet, so a retry would start from the beginning.";

/// The button and its confirmation dialog. Renders nothing for viewers who cannot cancel the run.
#[component]
pub fn CancelButton(live: PageState) -> impl IntoView {
    let portfolio_id = live.status.with_untracked(|status| status.portfolio_id.clone());
    let kept = move || {
        let completed = live.status.with(|status| status.overall_progress.as_ref().map(|all| all.phases_completed));
        if completed == Some(0) { NOTHING_FINISHED } else { FINISHED_KEPT }
    };
    live.may_change().then(|| view! {
        <button class="button quiet" type="button" popovertarget="cancel-question">"Cancel Setup"</button>
        <div id="cancel-question" class="question card" popover="auto" role="dialog" aria-modal="true" aria-labelledby="cancel-title">
            <h2 id="cancel-title">"Cancel setup?"</h2>
            <p>{kept}</p>
            <div class="actions">
                <form method="post" action=format!("/api/v1/onboarding/portfolios/{portfolio_id}/cancel")>
                    <button class="button danger">"Cancel setup"</button>
                </form>
                // `autofocus` moves the focus into the dialog, so that screen readers read it out.
                <button class="button" type="button" autofocus popovertarget="cancel-question" popovertargetaction="hide">
                    "Keep running"
                </button>
            </div>
        </div>
    })
}
