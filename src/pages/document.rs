//! The HTML document around every page: head, product name, signed-in user and footer notice.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

use super::Site;
use crate::live_page::DATA_ELEMENT;

/// The parts of the HTML document that differ from page to page.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The page's title in the browser tab. The document appends the product name to it.
    pub title: String,
    /// Whether search engines must not list the page, because only people with its link may read
    /// it.
    pub is_unlisted: bool,
    /// Whether the sign-in prompt is shown in place of the requested page, because the request has
    /// no valid session. If so, `session.js` reloads the page as soon as the user has signed in.
    pub is_signed_out: bool,
    pub account: Account,
    pub script: PageScript,
}

impl Head {
    /// Creates the head of a page that has no script of its own and shows no user.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Sets the user for whom the page is rendered.
    #[must_use]
    pub fn with_account(self, account: Account) -> Self {
        Self { account, ..self }
    }
}

/// The user for whom a page is rendered, shown at the top of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Account {
    /// The user is not known, because the request failed before its session was verified.
    #[default]
    Unknown,
    SignedOut,
    /// The ID of the signed-in user.
    User(String),
    /// The ID of the signed-in user, who is an admin.
    Admin(String),
    /// The ID of a user whom someone else is impersonating.
    Impersonated(String),
}

impl Account {
    /// Returns what the top of the page says about the user. Development mode has no sign-in, so
    /// there is no user to name and nothing to sign out of.
    fn label(&self, site: &Site) -> Option<String> {
        match self {
            Self::Unknown => None,
            _ if site.notice.is_some() => Some("Development mode: nothing to sign out of".to_owned()),
            Self::SignedOut => Some("Not signed in".to_owned()),
            Self::User(id) | Self::Admin(id) => Some(format!("Signed in as {id}")),
            Self::Impersonated(id) => Some(format!("Acting as {id}")),
        }
    }
}

/// The page-specific script, in addition to the scripts for sign-in.
#[derive(Clone, Debug, Default)]
pub enum PageScript {
    #[default]
    None,
    /// The script that reads a file as soon as it is chosen.
    Upload,
    /// The script for reading charts and the correlation heat map by pointer, touch and keyboard.
    Results,
    /// The WebAssembly of the live page.
    Live {
        /// The [`crate::live_page::PageData`] as JSON, from which the browser hydrates the page.
        data: String,
        /// Whether the page reloads itself if its scripts do not run or stop working. It does so
        /// until the run is over.
        reloads: bool,
    },
}

/// Without scripts, the browser reloads the page at this interval, in seconds.
const RELOAD_SECONDS: u32 = 5;

/// Reloads the page in browsers that know no JavaScript modules, which the other scripts are.
const RELOAD_WITHOUT_MODULES: &str = "setTimeout(function(){location.reload()},15000)";

/// The script that loads the WebAssembly and hydrates the page.
const LOADER: &str = include_str!("live_loader.js");

/// The HTML document around every page. The head contains the title, the style sheet and the
/// scripts. The Content-Security-Policy header allows these scripts. The body starts with the
/// product name (a link to the home page) and the signed-in user.
///
/// The title is a plain element, because `leptos_meta` does not escape titles.
#[component]
pub fn Document(site: Arc<Site>, head: Head, children: Children) -> impl IntoView {
    set_policy(&site);
    let Head { title, is_unlisted, is_signed_out, account, script } = head;
    let support =
        matches!(account, Account::Admin(_)).then(|| view! { <a class="support-link" href="/admin">"Support"</a> });
    let (way_out, account) = (way_out(&account, &site), account.label(&site));
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
                {is_unlisted.then(|| view! { <meta name="robots" content="noindex"/> })}
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
                    {support}
                    {account.map(|account| view! { <span>{account}</span> })}
                    {way_out}
                </header>
                {children()}
                {site.notice.map(|notice| view! { <footer class="small sample">{notice}</footer> })}
            </body>
        </html>
    }
}

/// Renders how a signed-in user signs out. Only Clerk's script can end a session, so `session.js`
/// turns the link into *Sign out* once that script has loaded.
fn way_out(account: &Account, site: &Site) -> Option<AnyView> {
    let is_signed_in = !matches!(account, Account::Unknown | Account::SignedOut) && site.notice.is_none();
    if !is_signed_in {
        return None;
    }
    Some(match (&site.sign_in_url, &site.clerk) {
        (Some(url), _) => view! { <a id="sign-out" href=url.clone()>"Sign-in page"</a> }.into_any(),
        (None, Some(_)) => view! { <a id="sign-out" href="/" hidden>"Sign out"</a> }.into_any(),
        (None, None) => view! { <span>"Sign out where you signed in"</span> }.into_any(),
    })
}

fn script_view(script: PageScript, site: &Site) -> AnyView {
    match script {
        PageScript::None => ().into_any(),
        PageScript::Upload => view! { <script type="module" nonce=use_nonce() src="/upload.js"></script> }.into_any(),
        PageScript::Results => view! {
            <link rel="stylesheet" href="/results.css"/>
            <script defer nonce=use_nonce() src="/results.js"></script>
        }
        .into_any(),
        PageScript::Live { data, reloads } => {
            let folder = format!("/{}/{}", site.leptos.site_pkg_dir, site.leptos.output_name);
            view! {
                {reloads.then(|| view! {
                    <noscript inner_html=format!("<meta http-equiv=\"refresh\" content=\"{RELOAD_SECONDS}\">")></noscript>
                    <script nomodule nonce=use_nonce() inner_html=RELOAD_WITHOUT_MODULES></script>
                })}
                // Escape every `<`, so that the data cannot close the script element.
                <script type="application/json" id=DATA_ELEMENT inner_html=data.replace('<', "\\u003c")></script>
                <link rel="modulepreload" nonce=use_nonce() href=format!("{folder}.js")/>
                <link rel="preload" nonce=use_nonce() href=format!("{folder}.wasm") r#as="fetch" r#type="application/wasm" crossorigin/>
                <script type="module" nonce=use_nonce() inner_html=loader(&folder, &site.build, reloads)></script>
            }
            .into_any()
        }
    }
}

/// Returns the script that loads the WebAssembly and hydrates the islands, without its comments and
/// indentation. `bundle` is the URL of the WebAssembly without its extension.
///
/// It replaces Leptos' `HydrationScripts` for two reasons. That script waits for an idle callback,
/// which a background tab may never get. It also walks through every element of the page to find
/// nested islands; with 5,000 log lines, that takes longer than all other steps of hydration.
fn loader(bundle: &str, build: &str, reloads: bool) -> String {
    let mut script = format!("const bundle='{bundle}',build='{build}',reloads={reloads};");
    let lines = LOADER.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    for line in lines {
        script.push('\n');
        script.push_str(line);
    }
    script
}

/// Sets a Content-Security-Policy that allows the page's own scripts and the scripts they load,
/// other files from this server, and connections to this server and to Clerk.
fn set_policy(site: &Site) {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let origins: String = site.clerk.iter().flat_map(|clerk| &clerk.origins).flat_map(|origin| [" ", origin]).collect();
    // Clerk's script runs its renewal timer in a web worker, because browsers throttle timers in
    // hidden tabs.
    let worker = if origins.is_empty() { "" } else { "; worker-src blob:" };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'{origins}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'{worker}"
    );
    // This fails only if the nonce is not a valid header value. In that case, the stricter default
    // policy that every response gets applies.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

#[cfg(test)]
mod tests {
    use super::loader;

    #[test]
    fn strips_comments_and_sets_constants() {
        let script = loader("/pkg/live", "1f2e", true);
        assert!(script.starts_with("const bundle='/pkg/live',build='1f2e',reloads=true;\n"));
        assert!(script.lines().all(|line| line == line.trim() && !line.is_empty() && !line.starts_with("//")));
        assert!(script.contains("page.hydrate();"));
    }
}
