//! What stands in for the progress while nobody is signed in. The setup goes on, and so does the page afterwards.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The way back in.
#[component]
pub fn SignedOut(
    /// The page's state.
    live: PageState,
) -> impl IntoView {
    let sign_in = live.sign_in_url.get_value().map(|url| view! { <a class="button primary" href=url>"Sign In"</a> });
    view! {
        <div class="actions">{sign_in}</div>
        <p>"Sign in here or in another tab; this page goes on by itself."</p>
    }
}
