//! The island: the part of the page that comes to life in the browser.

use leptos::prelude::*;

use super::{browser, view::LiveView};

/// The live page. Its children are the log's lines as the server renders them
/// ([`super::components::server_lines`]): HTML that the browser does not hydrate.
///
/// The status is not a parameter, because a parameter would bring a second JSON reader into the
/// WebAssembly. It comes from [`super::DATA_ELEMENT`], and on the server from the context.
#[island]
pub fn LivePage() -> impl IntoView {
    browser::page_data().map(|data| view! { <LiveView data/> })
}
