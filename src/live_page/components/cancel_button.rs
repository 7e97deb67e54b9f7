//! *Cancel Setup*, which asks once. A popover and a plain form: it works without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The button and its question, for those who may press it.
#[component]
pub fn CancelButton(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let portfolio_id = live.status.with_untracked(|status| status.portfolio_id.clone());
    live.may_change().then(|| view! {
        <button class="button" type="button" popovertarget="cancel-question">"Cancel Setup"</button>
        <div id="cancel-question" class="question card" popover="auto" role="dialog" aria-labelledby="cancel-title">
            <h2 id="cancel-title">"Cancel this setup?"</h2>
            <p>"What is finished is kept, and you can retry later."</p>
            <div class="actions">
                <form method="post" action=format!("/api/v1/onboarding/portfolios/{portfolio_id}/cancel")>
                    <button class="button danger">"Yes, cancel it"</button>
                </form>
                // The focus moves into the question with it, so that it is read.
                <button class="button" type="button" autofocus popovertarget="cancel-question" popovertargetaction="hide">
                    "Keep going"
                </button>
            </div>
        </div>
    })
}
