//! A page that says one thing, and leads back to the start.

use leptos::{config::LeptosOptions, prelude::*};

use super::{Page, shell::Shell};

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The heading.
    pub title: &'static str,
    /// One or two sentences.
    pub text: String,
}

/// Renders the message.
pub fn render(options: &LeptosOptions, message: Message) -> Page {
    let options = options.clone();
    super::render(move || {
        let Message { title, text } = message;
        view! {
            <Shell options title=title.to_owned()>
                <main>
                    <h1>{title}</h1>
                    <p class="lead">{text}</p>
                    <div class="actions"><a class="button primary" href="/">"All portfolios"</a></div>
                </main>
            </Shell>
        }
    })
}
