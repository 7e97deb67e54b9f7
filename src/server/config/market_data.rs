//! Reads the settings that determine where prices come from: `MARKET_DATA` and the environment
//! variables of each data provider.

use std::{
    num::{NonZeroU32, NonZeroU64},
    path::PathBuf,
    time::Duration,
};

use reqwest::Url;

use super::values::{AT_LEAST_ONE, parsed};
use crate::server::market_data::{Endpoint, LiveProvider, Secret, Source, SourceSettings};

/// Reads the settings of the price source. `is_shared` is `true` if several users share a data
/// provider's quota.
pub(super) fn read(
    get: &impl Fn(&str) -> Option<String>,
    is_shared: bool,
    problems: &mut Vec<String>,
) -> SourceSettings {
    let per_minute = parsed::<NonZeroU32>(get, "MARKET_DATA_PER_MINUTE", AT_LEAST_ONE, problems).map(Into::into);
    SourceSettings {
        source: source(get, per_minute, is_shared, problems),
        factors: get("FACTORS").map(PathBuf::from),
        per_minute,
        demonstration: parsed(get, "DEMONSTRATION", "true or false", problems).unwrap_or(false),
    }
}

/// Reads the price source that `MARKET_DATA` names, with the API keys and base URLs of its data
/// providers. `is_shared` is `true` if several users share a provider's quota.
fn source(
    get: &impl Fn(&str) -> Option<String>,
    per_minute: Option<u32>,
    is_shared: bool,
    problems: &mut Vec<String>,
) -> Source {
    let value = get("MARKET_DATA").unwrap_or_else(|| "bundled".to_owned());
    let seconds = parsed::<NonZeroU64>(get, "MARKET_DATA_TIMEOUT_SECONDS", AT_LEAST_ONE, problems);
    let timeout = Duration::from_secs(seconds.map_or(10, Into::into));
    if value == "bundled" {
        return Source::Bundled;
    }
    if let Some(path) = value.strip_prefix("csv:").filter(|path| !path.is_empty()) {
        return Source::Csv(path.into());
    }
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    let providers: Option<Vec<_>> = names.iter().map(|name| LiveProvider::from_name(name)).collect();
    let repeated = names.iter().enumerate().any(|(index, name)| names[..index].contains(name));
    let Some(providers) = providers.filter(|_| !repeated) else {
        problems.push(format!(
            "MARKET_DATA={value} is not accepted. Accepted: bundled, tiingo, polygon, csv:PATH, or a chain of different providers such as tiingo,polygon."
        ));
        return Source::Bundled;
    };
    let mut chain = Vec::new();
    for provider in providers {
        let (key_variable, base_variable, base) = provider.variables();
        let key = get(key_variable);
        if key.is_none() {
            problems.push(format!("{key_variable} is not set. MARKET_DATA={value} needs an API key of this provider."));
        }
        let base = get(base_variable).unwrap_or_else(|| base.to_owned());
        // The error message omits the URL, because it may contain a password.
        match Url::parse(&base).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            None => problems.push(format!(
                "{base_variable} is not accepted. Accepted: an address that starts with https:// or http://."
            )),
            Some(base) => {
                let key = Secret::new(key.unwrap_or_default().trim());
                chain.push((provider, Endpoint { base, key, per_minute, timeout, is_shared }));
            }
        }
    }
    Source::Live(chain)
}
