//! The page of those who are not signed in. It knows nothing of any portfolio.

use leptos::prelude::*;

use super::{Page, Site, shell::Shell};

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

/// Renders the page, with a link to where one signs in, and with what has to be done before that
/// helps.
pub fn render(site: &Site, place: SignedOutFrom, sign_in_url: Option<String>, cause: Option<String>) -> Page {
    let site = site.clone();
    super::render(&site.clone(), move || {
        let sign_in = sign_in_url.map(|url| {
            view! { <div class="actions"><a class="button primary" href=url>"Sign In"</a></div> }
        });
        view! {
            <Shell site title="Sign In".to_owned() is_signed_out=true>
                <main>
                    <h1>"Sign In to Continue"</h1>
                    <p class="lead">{place.lead()}</p>
                    <p>"Nothing is shown without a session. Sign in here or in another tab; this page goes on by itself."</p>
                    {cause.map(|cause| view! { <p>{cause}</p> })}
                    {sign_in}
                </main>
            </Shell>
        }
    })
}
