//! The page for people who are not signed in. It shows nothing about any portfolio.

use leptos::prelude::*;

/// Where somebody is who is not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOutFrom {
    /// The live page of a setup.
    LivePage,
    /// Any other page, on which no setup is followed.
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

/// The page.
#[component]
pub fn SignedOutPage(
    /// Where somebody was.
    place: SignedOutFrom,
    /// Where one signs in, where there is such a place.
    sign_in_url: Option<String>,
    /// What has to be done before signing in helps.
    cause: Option<String>,
) -> impl IntoView {
    let sign_in = sign_in_url.map(|url| {
        view! { <div class="actions"><a class="button primary" href=url>"Sign In"</a></div> }
    });
    view! {
        <main>
            <h1>"Sign In to Continue"</h1>
            <p class="lead">{place.lead()}</p>
            <p>"Nothing is shown without a session. Sign in here or in another tab; this page goes on by itself."</p>
            {cause.map(|cause| view! { <p>{cause}</p> })}
            {sign_in}
        </main>
    }
}
