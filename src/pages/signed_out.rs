//! The page for users who are not signed in. It shows no portfolio data.

use leptos::prelude::*;

use crate::live_page::components::signed_out::sign_in_note;

/// Which page a user without a session requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOutFrom {
    /// The live page of a run.
    LivePage,
    /// Any page other than the live page.
    Elsewhere,
}

impl SignedOutFrom {
    fn lead(self) -> &'static str {
        match self {
            Self::LivePage => "Your setup keeps running.",
            Self::Elsewhere => "Sign in to see your portfolios.",
        }
    }
}

/// The page that users without a session see instead of a page that requires one.
#[component]
pub fn SignedOutPage(
    place: SignedOutFrom,
    /// URL of the sign-in page, if one is configured.
    sign_in_url: Option<String>,
    /// A step that the user must take before signing in, such as deleting conflicting cookies.
    cause: Option<String>,
) -> impl IntoView {
    let how = sign_in_note(sign_in_url.is_some());
    let sign_in = sign_in_url.map(|url| {
        view! { <div class="actions"><a class="button primary" href=url>"Sign In"</a></div> }
    });
    view! {
        <main>
            <h1>"Sign In to Continue"</h1>
            <p class="lead">{place.lead()}</p>
            <p>{how}</p>
            {cause.map(|cause| view! { <p>{cause}</p> })}
            {sign_in}
        </main>
    }
}
