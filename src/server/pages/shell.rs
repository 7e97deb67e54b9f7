//! The document around every page.

use leptos::{config::LeptosOptions, prelude::*};

/// The document: title, style, and for the live page its data and script.
#[component]
pub fn Shell(
    /// Where the browser's files are.
    options: LeptosOptions,
    /// Title of the window.
    title: String,
    /// More for the head.
    #[prop(optional)]
    head: Option<AnyView>,
    /// The body.
    children: Children,
) -> impl IntoView {
    let style = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{format!("{title} \u{b7} Portfolio Setup")}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=style/>
                {head}
            </head>
            <body>{children()}</body>
        </html>
    }
}
