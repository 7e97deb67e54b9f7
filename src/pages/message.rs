//! Pages that say one thing, and lead back to the start.

use leptos::prelude::*;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The heading.
    pub title: &'static str,
    /// One or two sentences.
    pub text: String,
}

impl Message {
    /// At an address that is no page.
    pub fn page_not_found() -> Self {
        Self { title: "Page Not Found", text: "There is nothing at this address.".to_owned() }
    }

    /// At the address of a portfolio that does not exist or is somebody else's.
    pub fn portfolio_not_found() -> Self {
        Self { title: "Portfolio Not Found", text: "There is no such portfolio, or it was deleted.".to_owned() }
    }
}

/// The message as a page.
#[component]
pub fn MessagePage(
    /// What it says.
    message: Message,
) -> impl IntoView {
    let Message { title, text } = message;
    view! {
        <main>
            <h1>{title}</h1>
            <p class="lead">{text}</p>
            <div class="actions"><a class="button primary" href="/">"All portfolios"</a></div>
        </main>
    }
}

/// The page at any address that is none of the application's routes.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <MessagePage message=Message::page_not_found()/> }
}
