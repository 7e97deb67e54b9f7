//! Pages that show a single message and a link to the home page, such as "Page Not Found".

use leptos::prelude::*;

/// The heading and text of a page that shows a single message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub title: &'static str,
    /// One or two sentences, shown below the heading.
    pub text: String,
}

/// The sentence about a portfolio that does not exist or belongs to another user.
pub const PORTFOLIO_NOT_FOUND: &str = "This portfolio doesn't exist or was deleted.";

/// The sentence about a preview that does not exist, has expired or belongs to another user.
pub const PREVIEW_NOT_FOUND: &str = "This file is no longer kept here; files wait for a day. Choose it again.";

impl Message {
    /// Creates the message for a URL that matches no page of the application.
    pub fn page_not_found() -> Self {
        Self { title: "Page Not Found", text: "There's no page at this address.".to_owned() }
    }

    /// Creates the message for a preview that does not exist, has expired or belongs to another
    /// user.
    pub fn preview_not_found() -> Self {
        Self { title: "File Not Found", text: PREVIEW_NOT_FOUND.to_owned() }
    }

    /// Creates the message for a portfolio that does not exist or belongs to another user.
    pub fn portfolio_not_found() -> Self {
        Self { title: "Portfolio Not Found", text: PORTFOLIO_NOT_FOUND.to_owned() }
    }
}

/// A page that shows one message.
#[component]
pub fn MessagePage(message: Message) -> impl IntoView {
    let Message { title, text } = message;
    view! {
        <main>
            <h1>{title}</h1>
            <p class="lead">{text}</p>
            <div class="actions"><a class="button primary" href="/">"All portfolios"</a></div>
        </main>
    }
}

/// The page shown at every URL that matches none of the application's routes.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <MessagePage message=Message::page_not_found()/> }
}
