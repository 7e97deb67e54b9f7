//! A link that downloads the log as a file. It is a plain link, so it works without scripts.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The download link. Its label is *Download Full Log* during a run and *Download Log* afterward.
#[component]
pub fn DownloadLogButton(live: PageState, label: &'static str) -> impl IntoView {
    let href = live.status.with_untracked(|status| {
        // Without an attempt number, the URL downloads the log of the newest attempt.
        let attempt = if live.is_earlier() { format!("&attempt={}", status.attempt) } else { String::new() };
        format!("/api/v1/onboarding/status/{}/logs?format=txt{attempt}", status.portfolio_id)
    });
    view! { <a class="button" href=href download="">{label}</a> }
}
