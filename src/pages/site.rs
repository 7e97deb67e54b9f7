//! Settings that all pages share: the paths of the files that the browser loads, the script that
//! renews sessions, and the footer notice.

use std::path::Path;

use leptos::config::LeptosOptions;
use reqwest::Url;
use sha2::{Digest, Sha256};
use text::hex;

use crate::server::auth::{AuthSettings, ClerkSettings, Mode};

/// Footer notice of every page in development mode (`AUTH=dev`).
const NO_SIGN_IN: &str = "Development mode: no sign-in. Anyone using this computer can see these portfolios.";

/// Path of Clerk's headless script (the variant without a user interface), relative to the URL of a
/// Clerk instance.
///
/// The version is pinned, because the script runs in our pages: with a range such as `@5`, its
/// publisher could change our pages without this project reviewing the change. To upgrade, choose a
/// version of the `@clerk/clerk-js` package (`npm view @clerk/clerk-js@5 version`), read its
/// changelog, and run the browser tests for sessions (`end2end/tests/session.spec.ts`).
const CLERK_SCRIPT: &str = "npm/@clerk/clerk-js@5.128.0/dist/clerk.headless.browser.js";

/// Settings that all pages share.
#[derive(Clone, Debug)]
pub struct Site {
    /// Leptos' options, including the paths of the style sheet, JavaScript and WebAssembly.
    pub leptos: LeptosOptions,
    /// Clerk's script, which renews sessions; `None` if no publishable key is configured.
    pub clerk: Option<ClerkScript>,
    /// URL of the sign-in page, if one is configured.
    pub sign_in_url: Option<String>,
    /// The footer notice of every page; `None` unless the server runs in development mode.
    pub notice: Option<&'static str>,
    /// Identifies the build: pages and servers of the same build understand each other.
    pub build: String,
}

impl Site {
    /// Creates the settings from Leptos' options, the authentication settings and the URL of the
    /// sign-in page.
    pub fn new(leptos: LeptosOptions, auth: &AuthSettings, sign_in_url: Option<String>) -> Self {
        let build = build_id(&leptos);
        match &auth.mode {
            Mode::Dev => Self { leptos, clerk: None, sign_in_url, notice: Some(NO_SIGN_IN), build },
            Mode::Clerk(clerk) => {
                Self { leptos, clerk: ClerkScript::from_settings(clerk), sign_in_url, notice: None, build }
            }
        }
    }
}

/// Response header in which polls tell the page the build of the server. `live_loader.js` reads it.
pub const BUILD_HEADER: &str = "x-build";

/// Number of hexadecimal digits of a build id.
const BUILD_DIGITS: usize = 12;

/// Returns a hash of the server's version and of the WebAssembly that pages load. The WebAssembly
/// contains the types of the messages between page and server, so it changes whenever they do.
fn build_id(leptos: &LeptosOptions) -> String {
    let file = Path::new(&*leptos.site_root).join(&*leptos.site_pkg_dir).join(format!("{}.wasm", leptos.output_name));
    let mut hash = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    // Tests run without the files of the site.
    hash.update(std::fs::read(file).unwrap_or_default());
    let mut build = hex(&hash.finalize());
    build.truncate(BUILD_DIGITS);
    build
}

/// The script of one Clerk instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkScript {
    /// The key that tells the script which Clerk instance to use. It is not secret.
    pub publishable_key: String,
    pub url: String,
    /// The origins that the script may connect to: the origin of the Clerk instance, which issues
    /// the sessions, and the origin from which the script is loaded.
    pub origins: Vec<String>,
}

impl ClerkScript {
    fn from_settings(clerk: &ClerkSettings) -> Option<Self> {
        let publishable_key = clerk.publishable_key.clone()?;
        let url = clerk.js_url.clone().unwrap_or_else(|| format!("{}/{CLERK_SCRIPT}", clerk.issuer));
        let mut origins: Vec<String> = [&clerk.issuer, &url]
            .into_iter()
            .filter_map(|address| Some(Url::parse(address).ok()?.origin().ascii_serialization()))
            .collect();
        origins.dedup();
        Some(Self { publishable_key, url, origins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clerk(js_url: Option<&str>, key: Option<&str>) -> Option<ClerkScript> {
        ClerkScript::from_settings(&ClerkSettings {
            issuer: "https://clerk.example.com".to_owned(),
            jwks_url: Url::parse("https://clerk.example.com/.well-known/jwks.json").unwrap(),
            authorized_parties: Vec::new(),
            publishable_key: key.map(str::to_owned),
            js_url: js_url.map(str::to_owned),
        })
    }

    #[test]
    fn loads_script_from_instance_unless_configured() {
        let own = clerk(None, Some("pk_test_x")).unwrap();
        assert_eq!(own.url, format!("https://clerk.example.com/{CLERK_SCRIPT}"));
        assert_eq!(own.origins, ["https://clerk.example.com"]);
        let other = clerk(Some("https://files.example.com/clerk.js?a=b"), Some("pk_test_x")).unwrap();
        assert_eq!(other.origins, ["https://clerk.example.com", "https://files.example.com"]);
    }

    #[test]
    fn pins_the_third_party_script_to_one_version() {
        let version = CLERK_SCRIPT.strip_prefix("npm/@clerk/clerk-js@").unwrap().split('/').next().unwrap();
        let numbers: Vec<&str> = version.split('.').collect();
        assert_eq!(numbers.len(), 3, "{version}");
        assert!(numbers.iter().all(|number| number.parse::<u32>().is_ok()), "{version}");
    }

    #[test]
    fn omits_script_without_publishable_key() {
        assert_eq!(clerk(Some("https://files.example.com/clerk.js"), None), None);
    }
}
