//! The document around every page.

use leptos::{nonce::use_nonce, prelude::*};

use super::Site;

/// The document: title, style, and for the live page its data and script.
#[component]
pub fn Shell(
    /// What all pages have in common.
    site: Site,
    /// Title of the window.
    title: String,
    /// Whether it stands in for what a session would show.
    #[prop(optional)]
    is_signed_out: bool,
    /// More for the head.
    #[prop(optional)]
    head: Option<AnyView>,
    /// The body.
    children: Children,
) -> impl IntoView {
    let Site { leptos, clerk, notice } = site;
    let style = format!("/{}/{}.css", leptos.site_pkg_dir, leptos.output_name);
    let renews = clerk.is_some();
    let clerk = clerk.map(|clerk| {
        view! {
            <script id="clerk" nonce=use_nonce() async crossorigin="anonymous" data-clerk-publishable-key=clerk.publishable_key src=clerk.url></script>
        }
    });
    let session = (renews || is_signed_out)
        .then(|| view! { <script type="module" nonce=use_nonce() src="/session.js"></script> });
    view! {
        <html lang="en" data-signed-out=is_signed_out.then_some("")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{format!("{title} \u{b7} Portfolio Setup")}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=style/>
                {clerk}
                {session}
                {head}
            </head>
            <body>{children()}{notice.map(|notice| view! { <footer class="small sample">{notice}</footer> })}</body>
        </html>
    }
}
