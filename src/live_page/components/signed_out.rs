//! Replaces the progress on the live page while the user is signed out. The run continues on the
//! server, and the page resumes its updates once the user has signed in.

use leptos::prelude::*;

use crate::live_page::state::PageState;

/// The *Sign In* link, if a sign-in page is configured, and a note on how to continue.
#[component]
pub fn SignedOut(live: PageState) -> impl IntoView {
    let url = live.sign_in_url.get_value();
    let has_link = url.is_some();
    let sign_in = url.map(|url| view! { <a class="button primary" href=url>"Sign In"</a> });
    view! {
        <div class="actions">{sign_in}</div>
        <p>{sign_in_note(has_link)}</p>
    }
}

/// Returns how the user can sign in. The page has a link for it if `has_link` is true.
pub fn sign_in_note(has_link: bool) -> &'static str {
    if has_link {
        "Sign in here or in another tab \u{2013} this page picks up automatically."
    } else {
        "Sign in in another tab \u{2013} this page picks up automatically."
    }
}

#[cfg(test)]
mod tests {
    use super::sign_in_note;

    #[test]
    fn says_here_only_with_a_link() {
        assert!(sign_in_note(true).starts_with("Sign in here or in another tab"));
        assert!(sign_in_note(false).starts_with("Sign in in another tab"));
    }
}
