//! The document around every page.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

use super::Site;
use crate::live_page::DATA_ELEMENT;

/// What differs in the head of each page.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Title of the window, before the product's name.
    pub title: String,
    /// Whether the page stands in for what a session would show.
    pub is_signed_out: bool,
    /// The page's own script.
    pub script: PageScript,
}

impl Head {
    /// The head of a page without a script of its own.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

/// The script of a page.
#[derive(Clone, Debug, Default)]
pub enum PageScript {
    /// Forms and links need none.
    #[default]
    None,
    /// Arrow keys in the heat map.
    Results,
    /// The WebAssembly of the live page.
    Live {
        /// JSON that the page is brought to life with.
        data: String,
        /// Whether the page has to be loaded again where no script runs.
        reloads: bool,
    },
}

/// Seconds between two reloads where there are no scripts.
const RELOAD_SECONDS: u32 = 5;

/// Reloads the page if its own script has not started after 15 seconds: without it, an outdated
/// page would look current.
const RELOAD_UNLESS_ALIVE: &str =
    "setTimeout(()=>{document.documentElement.hasAttribute('data-hydrated')||location.reload()},15000)";

/// The document around every page: title, style and scripts, and the policy that allows them.
///
/// The title is a plain element, because `leptos_meta` writes titles into the page unescaped.
#[component]
pub fn Document(
    /// What all pages have in common.
    site: Arc<Site>,
    /// What differs.
    head: Head,
    /// The page.
    children: Children,
) -> impl IntoView {
    set_policy(&site);
    let Head { title, is_signed_out, script } = head;
    let style = format!("/{}/{}.css", site.leptos.site_pkg_dir, site.leptos.output_name);
    let renews = site.clerk.is_some();
    let clerk = site.clerk.clone().map(|clerk| {
        view! {
            <script id="clerk" nonce=use_nonce() async crossorigin="anonymous" data-clerk-publishable-key=clerk.publishable_key src=clerk.url></script>
        }
    });
    let session = (renews || is_signed_out)
        .then(|| view! { <script type="module" nonce=use_nonce() src="/session.js"></script> });
    view! {
        <!DOCTYPE html>
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
                {script_view(script, &site)}
            </head>
            <body>{children()}{site.notice.map(|notice| view! { <footer class="small sample">{notice}</footer> })}</body>
        </html>
    }
}

fn script_view(script: PageScript, site: &Site) -> AnyView {
    match script {
        PageScript::None => ().into_any(),
        PageScript::Results => view! { <script defer nonce=use_nonce() src="/results.js"></script> }.into_any(),
        PageScript::Live { data, reloads } => {
            let folder = format!("/{}/{}", site.leptos.site_pkg_dir, site.leptos.output_name);
            view! {
                {reloads.then(|| view! {
                    <noscript inner_html=format!("<meta http-equiv=\"refresh\" content=\"{RELOAD_SECONDS}\">")></noscript>
                    <script nonce=use_nonce() inner_html=RELOAD_UNLESS_ALIVE></script>
                })}
                // No `<` can end the script element.
                <script type="application/json" id=DATA_ELEMENT inner_html=data.replace('<', "\\u003c")></script>
                <link rel="modulepreload" nonce=use_nonce() href=format!("{folder}.js")/>
                <link rel="preload" nonce=use_nonce() href=format!("{folder}.wasm") r#as="fetch" r#type="application/wasm" crossorigin/>
                <script type="module" nonce=use_nonce() inner_html=loader(&folder)></script>
            }
            .into_any()
        }
    }
}

/// Loads the WebAssembly and brings the islands to life.
///
/// It stands in for `HydrationScripts`, whose script waits for an idle moment, which a tab in the
/// background may not get, and walks over every element of the page to find nested islands: with
/// 5,000 lines in the log that takes longer than everything else.
fn loader(folder: &str) -> String {
    format!(
        "import load,*as page from '{folder}.js';await load({{module_or_path:'{folder}.wasm'}});page.hydrate();\
         for(const island of document.querySelectorAll('leptos-island'))page[island.dataset.component](island)"
    )
}

/// Sets the policy that allows the page's own scripts and nothing else.
fn set_policy(site: &Site) {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let origins: String = site.clerk.iter().flat_map(|clerk| &clerk.origins).flat_map(|origin| [" ", origin]).collect();
    // The script that renews sessions has its timer in a worker, because browsers slow down the
    // timers of hidden tabs.
    let worker = if origins.is_empty() { "" } else { "; worker-src blob:" };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'{origins}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'{worker}"
    );
    // Fails only if the nonce is not valid in a header; then the strict policy of all responses
    // applies.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
