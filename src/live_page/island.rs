//! The island: the part of the live page that the browser hydrates.

use leptos::prelude::*;

use super::{browser, view::LiveView};

/// The live page. The children of this island are the log lines that the server rendered
/// ([`super::components::server_lines`]), as HTML that the browser does not hydrate.
///
/// The status is not a parameter, because a parameter would add a second JSON parser to the
/// WebAssembly. The browser reads the status from the element [`super::DATA_ELEMENT`], and the
/// server from the Leptos context.
#[island]
pub fn LivePage() -> impl IntoView {
    browser::page_data().map(|data| view! { <LiveView data/> })
}
