//! A page that says one thing, and leads back to the start.

use leptos::prelude::*;

use super::{Page, Site, shell::Shell};

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The heading.
    pub title: &'static str,
    /// One or two sentences.
    pub text: String,
}

/// Renders the message.
pub fn render(site: &Site, message: Message) -> Page {
    let site = site.clone();
    super::render(&site.clone(), move || {
        let Message { title, text } = message;
        view! {
            <Shell site title=title.to_owned()>
                <main>
                    <h1>{title}</h1>
                    <p class="lead">{text}</p>
                    <div class="actions"><a class="button primary" href="/">"All portfolios"</a></div>
                </main>
            </Shell>
        }
    })
}
