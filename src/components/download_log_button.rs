//! The link to the log as a file. A plain link: it works in every state, and without scripts.

use leptos::prelude::*;

/// *Download Full Log* while a run goes on, *Download Log* after it.
#[component]
pub fn DownloadLogButton(
    /// Which portfolio.
    portfolio_id: String,
    /// The words on it.
    label: &'static str,
) -> impl IntoView {
    view! {
        <a class="button" href=format!("/api/v1/onboarding/status/{portfolio_id}/logs?format=txt") download="">{label}</a>
    }
}
