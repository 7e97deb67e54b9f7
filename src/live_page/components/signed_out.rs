//! Replaces the progress on the live page while the user is signed out. The run continues on the
//! server, and the page resumes its updates once the user has signed in.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The *Sign In* link, if a sign-in page is configured, and a note on how to continue.
#[component]
pub fn SignedOut(live: PageState) -> impl IntoView {
    let sign_in = live.sign_in_url.get_value().map(|url| view! { <a class="button primary" href=url>"Sign In"</a> });
    view! {
        <div class="actions">{sign_in}</div>
        <p>"Sign in here or in another tab \u{2013} this page picks up automatically."</p>
    }
}
