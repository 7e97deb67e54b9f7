//! The page of those who are not signed in. It knows nothing of any portfolio.

use leptos::{config::LeptosOptions, prelude::*};

use super::{Page, shell::Shell};

/// Renders the page, with the way to where one signs in.
pub fn render(options: &LeptosOptions, sign_in_url: Option<String>) -> Page {
    let options = options.clone();
    super::render(move || {
        let sign_in = sign_in_url.map(|url| {
            view! { <div class="actions"><a class="button primary" href=url>"Sign In"</a></div> }
        });
        view! {
            <Shell options title="Sign In".to_owned()>
                <main>
                    <h1>"Sign In to Continue"</h1>
                    <p class="lead">"Your setup keeps running."</p>
                    <p>"Nothing is shown without a session. Sign in, then open this page again."</p>
                    {sign_in}
                </main>
            </Shell>
        }
    })
}
