//! The HTML document around every page: head, product name, signed-in user and page notice.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

use super::Site;
use crate::live_page::DATA_ELEMENT;

/// The parts of the HTML document that differ from page to page.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Title of the browser window. The document appends the product name to it.
    pub title: String,
    /// Whether the page is shown in place of the requested one, because the request has no valid
    /// session. If so, `session.js` reloads the page as soon as the person has signed in.
    pub is_signed_out: bool,
    pub account: Account,
    pub script: PageScript,
}

impl Head {
    /// Creates the head of a page that loads no script and names no user.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Sets the user that the page is rendered for.
    #[must_use]
    pub fn with_account(self, account: Account) -> Self {
        Self { account, ..self }
    }
}

/// The user that a page is rendered for, as named at the top of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Account {
    /// The request failed before its session was verified.
    #[default]
    Unknown,
    SignedOut,
    /// The signed-in user's id.
    User(String),
    /// The id of a user whom another person impersonates.
    Impersonated(String),
}

impl Account {
    fn label(&self) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::SignedOut => Some("Not signed in".to_owned()),
            Self::User(id) => Some(format!("Signed in as {id}")),
            Self::Impersonated(id) => Some(format!("Acting as {id}")),
        }
    }
}

/// The script that a page loads for its own content.
#[derive(Clone, Debug, Default)]
pub enum PageScript {
    #[default]
    None,
    /// Arrow-key navigation in the correlation heat map.
    Results,
    /// The WebAssembly of the live page.
    Live {
        /// JSON of [`crate::live_page::PageData`], from which the browser hydrates the page.
        data: String,
        /// Whether the page reloads itself if its scripts do not run, because its setup is still
        /// running.
        reloads: bool,
    },
}

/// Seconds between two page reloads in a browser that runs no scripts.
const RELOAD_SECONDS: u32 = 5;

/// Script that reloads the page if its WebAssembly has not started after 15 seconds. Without the
/// reload, an outdated page would look current.
const RELOAD_UNLESS_ALIVE: &str =
    "setTimeout(()=>{document.documentElement.hasAttribute('data-hydrated')||location.reload()},15000)";

/// The HTML document around every page: title, style, scripts and the Content-Security-Policy that
/// allows them, then the product name with a link home and the signed-in user.
///
/// The title is a plain element, because `leptos_meta` writes titles into the page unescaped.
#[component]
pub fn Document(site: Arc<Site>, head: Head, children: Children) -> impl IntoView {
    set_policy(&site);
    let Head { title, is_signed_out, account, script } = head;
    // In development mode there is no sign-in, so no user is named; the notice at the end of the
    // page says so.
    let account = account.label().filter(|_| site.notice.is_none());
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
            <body>
                <header class="line small">
                    <a href="/">"Portfolio Setup"</a>
                    {account.map(|account| view! { <span>{account}</span> })}
                </header>
                {children()}
                {site.notice.map(|notice| view! { <footer class="small sample">{notice}</footer> })}
            </body>
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
                // Every `<` is escaped, so that the data cannot close the script element.
                <script type="application/json" id=DATA_ELEMENT inner_html=data.replace('<', "\\u003c")></script>
                <link rel="modulepreload" nonce=use_nonce() href=format!("{folder}.js")/>
                <link rel="preload" nonce=use_nonce() href=format!("{folder}.wasm") r#as="fetch" r#type="application/wasm" crossorigin/>
                <script type="module" nonce=use_nonce() inner_html=loader(&folder)></script>
            }
            .into_any()
        }
    }
}

/// Returns the script that loads the WebAssembly and hydrates the islands.
///
/// This script replaces Leptos' `HydrationScripts` for two reasons. The script of Leptos waits for
/// an idle callback, which a background tab may never get. It also walks over every element of the
/// page to find nested islands; when the log has 5,000 lines, that takes longer than all other
/// steps of hydration.
fn loader(folder: &str) -> String {
    format!(
        "import load,*as page from '{folder}.js';await load({{module_or_path:'{folder}.wasm'}});page.hydrate();\
         for(const island of document.querySelectorAll('leptos-island'))page[island.dataset.component](island)"
    )
}

/// Sets a Content-Security-Policy that allows the page's own scripts and those that they load,
/// other files of this server, and connections to this server and to Clerk.
fn set_policy(site: &Site) {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let origins: String = site.clerk.iter().flat_map(|clerk| &clerk.origins).flat_map(|origin| [" ", origin]).collect();
    // Clerk's script runs its renewal timer in a worker, because browsers throttle timers of hidden
    // tabs.
    let worker = if origins.is_empty() { "" } else { "; worker-src blob:" };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'{origins}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'{worker}"
    );
    // This fails only if the nonce is not valid in a header. In that case, the stricter default
    // policy of all responses applies.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
