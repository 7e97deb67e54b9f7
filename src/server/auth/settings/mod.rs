//! Reads the sign-in settings from environment variables. All problems are reported together, and
//! no message repeats a secret.

use reqwest::Url;

use super::url_rules::{is_encrypted_or_local, is_origin};

/// The sign-in mode and the admins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthSettings {
    pub mode: Mode,
    /// Ids of the users who may read the portfolios of all users.
    pub admins: Vec<String>,
}

/// How users sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Users do not sign in: everyone on this machine is the same local user.
    Dev,
    /// Users sign in with Clerk, and this server verifies Clerk's session tokens.
    Clerk(ClerkSettings),
}

/// Settings of a Clerk instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkSettings {
    /// The issuer, written as in the tokens: a URL without a trailing slash.
    pub issuer: String,
    /// URL of the issuer's public keys.
    pub jwks_url: Url,
    /// Sites whose tokens are accepted; a token names the site for which it was issued. An empty
    /// list accepts every site.
    pub authorized_parties: Vec<String>,
    /// Public identifier of the Clerk instance, which pages need to load ClerkJS.
    pub publishable_key: Option<String>,
    /// URL of ClerkJS; `None` loads the script from Clerk.
    pub js_url: Option<String>,
}

/// Accepted values of the environment variable `AUTH`.
const MODES: [&str; 2] = ["dev", "clerk"];

/// Clerk's environment variables, which an operator sets only if users are to sign in. This server
/// does not use the last two (`CLERK_SECRET_KEY`, `CLERK_JWT_KEY`); Clerk's other libraries do.
const CLERK_VARIABLES: [&str; 7] = [
    "CLERK_ISSUER",
    "CLERK_JWKS_URL",
    "CLERK_AUTHORIZED_PARTIES",
    "CLERK_PUBLISHABLE_KEY",
    "CLERK_JS_URL",
    "CLERK_SECRET_KEY",
    "CLERK_JWT_KEY",
];

const WEB_ADDRESS: &str = "an address that starts with https://, or with http:// for this machine only";

impl AuthSettings {
    /// Reads the settings from the environment variables that `get` returns, and adds a message to
    /// `problems` for each value that is not accepted. Returns `None` if the sign-in mode or its
    /// settings cannot be used.
    pub fn read(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<Self> {
        let mode = match get("AUTH").as_deref() {
            None | Some("dev") => {
                refuse_clerk_variables(get, problems);
                Mode::Dev
            }
            Some("clerk") => Mode::Clerk(read_clerk_settings(get, problems)?),
            Some(other) => {
                problems.push(format!("AUTH={other} is not accepted. Accepted: {}.", MODES.join(", ")));
                return None;
            }
        };
        Some(Self { mode, admins: read_list(get, "ADMIN_USER_IDS") })
    }
}

/// Refuses Clerk's environment variables in `dev` mode, because an operator who sets one of them
/// expects users to sign in.
fn refuse_clerk_variables(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) {
    let set: Vec<_> = CLERK_VARIABLES.into_iter().filter(|name| get(name).is_some()).collect();
    if !set.is_empty() {
        let (names, verb) = (set.join(", "), if set.len() == 1 { "is" } else { "are" });
        problems.push(format!(
            "{names} {verb} set, but AUTH=dev has no sign-in. Set AUTH=clerk, or remove every CLERK_ variable."
        ));
    }
}

fn read_clerk_settings(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<ClerkSettings> {
    let before = problems.len();
    let issuer = get("CLERK_ISSUER");
    if issuer.is_none() {
        problems.push(format!("CLERK_ISSUER is not set, but AUTH=clerk needs it. Accepted: {WEB_ADDRESS}."));
    }
    // Tokens name their issuer without a trailing slash, so a slash in the setting is removed.
    let issuer = issuer.map(|issuer| issuer.trim().trim_end_matches('/').to_owned());
    let issuer_url = issuer.as_ref().and_then(|issuer| parse_web_address("CLERK_ISSUER", issuer, problems));
    let default = issuer.as_ref().and_then(|issuer| Url::parse(&format!("{issuer}/.well-known/jwks.json")).ok());
    let jwks_url = match get("CLERK_JWKS_URL") {
        Some(given) => parse_web_address("CLERK_JWKS_URL", given.trim(), problems),
        None => default,
    };
    let js_url = get("CLERK_JS_URL").map(|given| given.trim().to_owned());
    if let Some(given) = &js_url {
        parse_web_address("CLERK_JS_URL", given, problems);
    }
    let publishable_key = get("CLERK_PUBLISHABLE_KEY").map(|key| key.trim().to_owned());
    if publishable_key.as_ref().is_some_and(|key| !key.starts_with("pk_test_") && !key.starts_with("pk_live_")) {
        // The message does not repeat the value, because it may be the secret key, set here by
        // mistake.
        problems.push(
            "CLERK_PUBLISHABLE_KEY is not accepted. Accepted: a key that starts with pk_test_ or pk_live_.".into(),
        );
    }
    let authorized_parties = read_list(get, "CLERK_AUTHORIZED_PARTIES");
    if let Some(given) = get("CLERK_AUTHORIZED_PARTIES")
        && (authorized_parties.is_empty() || !authorized_parties.iter().all(|party| is_origin(party)))
    {
        problems.push(format!(
            "CLERK_AUTHORIZED_PARTIES={given} is not accepted. Accepted: origins such as https://app.example.com, without a path, separated by commas."
        ));
    }
    match (issuer, issuer_url, jwks_url) {
        (Some(issuer), Some(_), Some(jwks_url)) if problems.len() == before => {
            Some(ClerkSettings { issuer, jwks_url, authorized_parties, publishable_key, js_url })
        }
        _ => None,
    }
}

/// Splits a comma-separated environment variable into its items.
fn read_list(get: &impl Fn(&str) -> Option<String>, name: &str) -> Vec<String> {
    let value = get(name).unwrap_or_default();
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn parse_web_address(name: &str, value: &str, problems: &mut Vec<String>) -> Option<Url> {
    let url = Url::parse(value).ok().filter(is_encrypted_or_local);
    if url.is_none() {
        // The part of a URL before an @ may contain a password.
        let shown = if value.contains('@') { String::new() } else { format!("={value}") };
        problems.push(format!("{name}{shown} is not accepted. Accepted: {WEB_ADDRESS}."));
    }
    url
}

#[cfg(test)]
mod tests;
