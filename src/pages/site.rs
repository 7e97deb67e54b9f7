//! What all pages have in common: where the browser's files are, the script that keeps people signed in, and what has
//! to be said on each.

use leptos::config::LeptosOptions;
use reqwest::Url;

use crate::server::auth::{AuthSettings, ClerkSettings, Mode};

/// Said on every page while nobody signs in.
const NOBODY_SIGNS_IN: &str = "No sign-in (AUTH=dev): everybody who uses this machine sees these portfolios.";

/// Clerk's own script without anything to look at, below the address of an instance.
///
/// It is pinned, since it runs in our pages: with a range such as `@5`, its publisher could change
/// them without a review here. To raise it, choose a version of the package `@clerk/clerk-js` (`npm
/// view @clerk/clerk-js@5 version`), read its changelog, and run the browser tests of sessions.
const CLERK_SCRIPT: &str = "npm/@clerk/clerk-js@5.128.0/dist/clerk.headless.browser.js";

/// What all pages have in common.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where the browser's files are.
    pub leptos: LeptosOptions,
    /// The script that renews sessions, where the instance that made them is known.
    pub clerk: Option<ClerkScript>,
    /// What every page says at its end.
    pub notice: Option<&'static str>,
}

impl Site {
    /// Pages with these files, of a server that people sign in to like this.
    pub fn new(leptos: LeptosOptions, auth: &AuthSettings) -> Self {
        match &auth.mode {
            Mode::Dev => Self { leptos, clerk: None, notice: Some(NOBODY_SIGNS_IN) },
            Mode::Clerk(clerk) => Self { leptos, clerk: ClerkScript::from_settings(clerk), notice: None },
        }
    }
}

/// Clerk's script, for one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkScript {
    /// The public name of the instance.
    pub publishable_key: String,
    /// Where the script is.
    pub url: String,
    /// Whom it speaks to: the instance, which is the issuer of its sessions, and whoever the script is from.
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
    fn the_script_is_the_instances_own_unless_another_is_named() {
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
    fn without_a_public_name_there_is_no_script() {
        assert_eq!(clerk(Some("https://files.example.com/clerk.js"), None), None);
    }
}
