//! What the environment says about signing in. Every problem is found, none repeats a secret.

use reqwest::Url;

use super::url_rules::{is_encrypted_or_local, is_origin};

/// Who may use the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthSettings {
    /// How people sign in.
    pub mode: Mode,
    /// The ids of those who may read everybody's portfolios.
    pub admins: Vec<String>,
}

/// How people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Not at all: everybody on this machine is the one local user.
    Dev,
    /// With Clerk, whose session tokens are verified here.
    Clerk(ClerkSettings),
}

/// An instance of Clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkSettings {
    /// The issuer as tokens name it.
    pub issuer: String,
    /// Where its public keys are.
    pub jwks_url: Url,
    /// The sites that tokens may have been made for; any for an empty list.
    pub authorized_parties: Vec<String>,
    /// The public name of the instance, with which its script is loaded.
    pub publishable_key: Option<String>,
    /// Where that script is, if not at Clerk.
    pub js_url: Option<String>,
}

/// What `AUTH` may be.
const MODES: [&str; 2] = ["dev", "clerk"];

/// Variables that only somebody sets who wants people to sign in. The last two belong to Clerk's other libraries.
const CLERK_VARIABLES: [&str; 7] = [
    "CLERK_ISSUER",
    "CLERK_JWKS_URL",
    "CLERK_AUTHORIZED_PARTIES",
    "CLERK_PUBLISHABLE_KEY",
    "CLERK_JS_URL",
    "CLERK_SECRET_KEY",
    "CLERK_JWT_KEY",
];

const WEB_ADDRESS: &str = "an address that starts with https://, or with http:// on this machine alone";

impl AuthSettings {
    /// Reads the variables that `get` gives, and adds a sentence to `problems` for each that is not accepted. `None`
    /// where `AUTH` itself is not.
    pub fn read(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<Self> {
        let mode = match get("AUTH").as_deref() {
            None | Some("dev") => {
                refuse_clerk_variables(get, problems);
                Mode::Dev
            }
            Some("clerk") => Mode::Clerk(clerk(get, problems)?),
            Some(other) => {
                problems.push(format!("AUTH={other} is not accepted. Accepted: {}.", MODES.join(", ")));
                return None;
            }
        };
        Some(Self { mode, admins: list(get, "ADMIN_USER_IDS") })
    }
}

/// Whoever set one of these believes that people have to sign in.
fn refuse_clerk_variables(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) {
    let set: Vec<_> = CLERK_VARIABLES.into_iter().filter(|name| get(name).is_some()).collect();
    if !set.is_empty() {
        let (names, verb) = (set.join(", "), if set.len() == 1 { "is" } else { "are" });
        problems.push(format!(
            "{names} {verb} set, but AUTH=dev signs nobody in. Accepted: AUTH=clerk with it, or AUTH=dev without any CLERK_ variable."
        ));
    }
}

fn clerk(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<ClerkSettings> {
    let before = problems.len();
    let issuer = get("CLERK_ISSUER");
    if issuer.is_none() {
        problems.push(format!("CLERK_ISSUER is not set. AUTH=clerk needs it. Accepted: {WEB_ADDRESS}."));
    }
    // Tokens name their issuer without it, and would all be refused.
    let issuer = issuer.map(|issuer| issuer.trim().trim_end_matches('/').to_owned());
    let issuer_url = issuer.as_ref().and_then(|issuer| web_address("CLERK_ISSUER", issuer, problems));
    let default = issuer.as_ref().and_then(|issuer| Url::parse(&format!("{issuer}/.well-known/jwks.json")).ok());
    let jwks_url = match get("CLERK_JWKS_URL") {
        Some(given) => web_address("CLERK_JWKS_URL", given.trim(), problems),
        None => default,
    };
    let js_url = get("CLERK_JS_URL").map(|given| given.trim().to_owned());
    if let Some(given) = &js_url {
        web_address("CLERK_JS_URL", given, problems);
    }
    let publishable_key = get("CLERK_PUBLISHABLE_KEY").map(|key| key.trim().to_owned());
    if publishable_key.as_ref().is_some_and(|key| !key.starts_with("pk_test_") && !key.starts_with("pk_live_")) {
        // It is not repeated: somebody may have put the secret key there.
        problems.push(
            "CLERK_PUBLISHABLE_KEY is not accepted. Accepted: a key that starts with pk_test_ or pk_live_.".into(),
        );
    }
    let authorized_parties = list(get, "CLERK_AUTHORIZED_PARTIES");
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

/// The items of a list with commas.
fn list(get: &impl Fn(&str) -> Option<String>, name: &str) -> Vec<String> {
    let value = get(name).unwrap_or_default();
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn web_address(name: &str, value: &str, problems: &mut Vec<String>) -> Option<Url> {
    let url = Url::parse(value).ok().filter(is_encrypted_or_local);
    if url.is_none() {
        // What stands before an @ may be a password.
        let shown = if value.contains('@') { String::new() } else { format!("={value}") };
        problems.push(format!("{name}{shown} is not accepted. Accepted: {WEB_ADDRESS}."));
    }
    url
}

#[cfg(test)]
mod tests;
