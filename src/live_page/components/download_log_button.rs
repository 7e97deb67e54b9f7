//! The link to the log as a file. A plain link: it works in every state, and without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// *Download Full Log* while a run goes on, *Download Log* after it.
#[component]
pub fn DownloadLogButton(
    /// The page's state.
    live: PageState,
    /// The words on it.
    label: &'static str,
) -> impl IntoView {
    let href = live.status.with_untracked(|status| {
        // The newest is what there is without a number.
        let attempt = if live.is_earlier() { format!("&attempt={}", status.attempt) } else { String::new() };
        format!("/api/v1/onboarding/status/{}/logs?format=txt{attempt}", status.portfolio_id)
    });
    view! { <a class="button" href=href download="">{label}</a> }
}
