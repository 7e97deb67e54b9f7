//! The *Correct positions* button, which leads to the check page with the portfolio's file. It is a
//! plain form, so it works without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The *Correct positions* button. Renders nothing if the viewer may not correct them, or if their
/// file is not stored.
#[component]
pub fn CorrectButton(live: PageState, class: &'static str) -> impl IntoView {
    let action = live.status.with_untracked(|status| format!("/portfolios/{}/correct", status.portfolio_id));
    live.can_correct.then(|| {
        view! { <form method="post" action=action><button class=class>"Correct positions"</button></form> }
    })
}
