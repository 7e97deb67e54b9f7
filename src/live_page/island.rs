//! The Leptos island of the live page: the part that the browser hydrates.

use leptos::prelude::*;

use super::{browser, view::LiveView};

/// The live page. The children of this island are the server-rendered log lines (see
/// [`super::components::server_lines`]) and findings (see [`super::components::found`]), which the
/// browser does not hydrate.
///
/// The status is not a parameter of the island, because Leptos would add its own JSON parser for it
/// to the WebAssembly file. The browser reads it from the [`super::DATA_ELEMENT`] element, and the
/// server from the Leptos context.
#[island]
pub fn LivePage() -> impl IntoView {
    browser::page_data().map(|data| view! { <LiveView data/> })
}
