//! The environment, read once, before anything listens. Every problem is found in one pass.

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroU64, NonZeroUsize},
    path::PathBuf,
    time::Duration,
};

use reqwest::Url;

use crate::server::{
    auth::{self, Mode},
    market_data::{Endpoint, LiveProvider, Secret, Source, SourceSettings},
    store::Quotas,
    util::security_contact::SecurityContact,
    web::TrafficLimits,
};

/// Connections at once, unless the environment says otherwise.
const MAX_CONNECTIONS: usize = 4_096;

/// What the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where to listen.
    pub site_addr: SocketAddr,
    /// Who may use it.
    pub auth: auth::Settings,
    /// Where the store is.
    pub database_url: String,
    /// Where prices come from.
    pub market_data: SourceSettings,
    /// Runs computed at once.
    pub batch_workers: usize,
    /// Target of "View Portfolio Dashboard", with `{portfolio_id}` in it; the built-in results page for `None`.
    pub dashboard_url: Option<String>,
    /// Where a person signs in whose session is over.
    pub sign_in_url: Option<String>,
    /// Where to report a vulnerability; without it `/.well-known/security.txt` is not served.
    pub security_contact: Option<SecurityContact>,
    /// Days the log of an ended run is kept.
    pub log_retention_days: u32,
    /// Where `/metrics` is served; at the main address for `None`.
    pub metrics_addr: Option<SocketAddr>,
    /// What one user may keep. Active runs are limited elsewhere.
    pub quotas: Quotas,
    /// Connections at once.
    pub max_connections: usize,
    /// Requests and bytes under way.
    pub traffic: TrafficLimits,
    /// Filter of the server's own log.
    pub rust_log: String,
}

impl Config {
    /// Reads the variables that `get` gives.
    ///
    /// # Errors
    /// One sentence a problem, naming the variable, its value and what is accepted.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let get = |name: &str| get(name).filter(|value| !value.trim().is_empty());
        let mut problems = Vec::new();
        let auth = auth::Settings::read(&get, &mut problems);
        let database_url = get("DATABASE_URL").unwrap_or_else(|| "sqlite://data/portfolio-setup.db".to_owned());
        if database_url.starts_with("postgres://") || database_url.starts_with("postgresql://") {
            // The address may hold a password: it is not repeated.
            problems.push(
                "DATABASE_URL=postgres://… is refused until the PostgreSQL store exists. Accepted: sqlite://PATH."
                    .to_owned(),
            );
        } else if !database_url.starts_with("sqlite:") {
            let shown = without_password(&database_url);
            problems.push(format!("DATABASE_URL={shown} is not accepted. Accepted: sqlite://PATH."));
        }
        let site_addr = parsed(&get, "LEPTOS_SITE_ADDR", "an address such as 127.0.0.1:3000", &mut problems)
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let nobody_signs_in = auth.as_ref().is_some_and(|auth| auth.mode == Mode::Dev);
        if nobody_signs_in && !site_addr.ip().is_loopback() {
            problems.push(format!(
                "LEPTOS_SITE_ADDR={site_addr} would show everybody's portfolios to anybody: AUTH=dev has no sign-in. Accepted: a loopback address, or AUTH=clerk."
            ));
        }
        let at_least_one = "a whole number of at least 1";
        let per_minute =
            parsed::<NonZeroU32>(&get, "MARKET_DATA_PER_MINUTE", at_least_one, &mut problems).map(Into::into);
        let market_data = SourceSettings {
            source: source(&get, per_minute, !nobody_signs_in, &mut problems),
            factors: get("FACTORS").map(PathBuf::from),
            per_minute,
            demonstration: parsed(&get, "DEMONSTRATION", "true or false", &mut problems).unwrap_or(false),
        };
        let batch_workers = parsed::<NonZeroUsize>(&get, "BATCH_WORKERS", at_least_one, &mut problems)
            .map_or_else(|| std::thread::available_parallelism().map_or(1, Into::into), Into::into);
        let log_retention_days =
            parsed::<NonZeroU32>(&get, "LOG_RETENTION_DAYS", at_least_one, &mut problems).map_or(30, Into::into);
        let dashboard_url = web_address(&get, "DASHBOARD_URL", &mut problems);
        let sign_in_url = web_address(&get, "SIGN_IN_URL", &mut problems);
        let security_contact = security_contact(&get, &mut problems);
        let metrics_addr = parsed(&get, "METRICS_ADDR", "an address such as 127.0.0.1:9100", &mut problems);
        let mut quota = |name, default: u32| {
            parsed::<NonZeroU32>(&get, name, at_least_one, &mut problems).map_or(default, Into::into)
        };
        let quotas = Quotas {
            active_runs: u32::MAX,
            portfolios: quota("QUOTA_PORTFOLIOS", 2_000),
            attempts: quota("QUOTA_ATTEMPTS", 100),
            stored_bytes: u64::from(quota("QUOTA_STORED_MB", 2_000)) * 1_000_000,
        };
        let mut count =
            |name, default| parsed::<NonZeroUsize>(&get, name, at_least_one, &mut problems).map_or(default, Into::into);
        let max_connections = count("MAX_CONNECTIONS", MAX_CONNECTIONS);
        let defaults = TrafficLimits::default();
        let traffic = TrafficLimits {
            requests: count("MAX_REQUESTS", defaults.requests),
            user_requests: count("MAX_USER_REQUESTS", defaults.user_requests),
            bytes: count("MAX_BYTES", defaults.bytes),
            user_bytes: count("MAX_USER_BYTES", defaults.user_bytes),
        };
        let Some(auth) = auth.filter(|_| problems.is_empty()) else { return Err(problems) };
        Ok(Self {
            site_addr,
            auth,
            database_url,
            market_data,
            batch_workers,
            dashboard_url,
            sign_in_url,
            security_contact,
            log_retention_days,
            metrics_addr,
            quotas,
            max_connections,
            traffic,
            rust_log: get("RUST_LOG").unwrap_or_else(|| "info".to_owned()),
        })
    }
}

/// The source that `MARKET_DATA` names, with keys and addresses of the providers in it.
/// `is_shared`: several people use their allowance.
fn source(
    get: &impl Fn(&str) -> Option<String>,
    per_minute: Option<u32>,
    is_shared: bool,
    problems: &mut Vec<String>,
) -> Source {
    let value = get("MARKET_DATA").unwrap_or_else(|| "bundled".to_owned());
    let seconds = parsed::<NonZeroU64>(get, "MARKET_DATA_TIMEOUT_SECONDS", "a whole number of at least 1", problems);
    let timeout = Duration::from_secs(seconds.map_or(10, Into::into));
    if value == "bundled" {
        return Source::Bundled;
    }
    if let Some(path) = value.strip_prefix("csv:").filter(|path| !path.is_empty()) {
        return Source::Csv(path.into());
    }
    let names: Vec<&str> = value.split(',').map(str::trim).collect();
    let providers: Option<Vec<_>> = names.iter().map(|name| LiveProvider::named(name)).collect();
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
            problems.push(format!("{key_variable} is not set. MARKET_DATA={value} needs the key of that provider."));
        }
        let base = get(base_variable).unwrap_or_else(|| base.to_owned());
        // The address is not repeated: it may hold a password.
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

/// An address without what stands before its host.
fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}

/// An address that a link may lead to.
fn web_address(get: &impl Fn(&str) -> Option<String>, name: &str, problems: &mut Vec<String>) -> Option<String> {
    let url = get(name)?;
    if !["https://", "http://", "/"].iter().any(|start| url.starts_with(start)) {
        problems.push(format!(
            "{name}={url} is not accepted. Accepted: an address that starts with https://, http:// or /."
        ));
    }
    Some(url)
}

/// The contact that `SECURITY_CONTACT` names.
fn security_contact(get: &impl Fn(&str) -> Option<String>, problems: &mut Vec<String>) -> Option<SecurityContact> {
    let value = get("SECURITY_CONTACT")?;
    let contact = value.trim().parse().ok();
    if contact.is_none() {
        let (shown, accepted) = (without_password(&value), SecurityContact::ACCEPTED);
        problems.push(format!("SECURITY_CONTACT={shown} is not accepted. Accepted: {accepted}."));
    }
    contact
}

fn parsed<T: std::str::FromStr>(
    get: &impl Fn(&str) -> Option<String>,
    name: &str,
    accepted: &str,
    problems: &mut Vec<String>,
) -> Option<T> {
    let value = get(name)?;
    let parsed = value.trim().parse().ok();
    if parsed.is_none() {
        problems.push(format!("{name}={value} is not accepted. Accepted: {accepted}."));
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::{Config, LiveProvider, Source, SourceSettings};

    fn read(variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        Config::from_env(|name| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_empty_environment_is_the_documented_defaults() {
        let config = read(&[]).unwrap();
        assert_eq!(config.site_addr.to_string(), "127.0.0.1:3000");
        assert_eq!(config.database_url, "sqlite://data/portfolio-setup.db");
        assert_eq!(config.log_retention_days, 30);
        let defaults =
            SourceSettings { source: Source::Bundled, factors: None, per_minute: None, demonstration: false };
        assert_eq!(config.market_data, defaults);
    }

    #[test]
    fn a_chain_has_its_providers_in_order_each_with_key_and_address() {
        let config = read(&[
            ("MARKET_DATA", "tiingo,polygon"),
            ("TIINGO_API_KEY", "t"),
            ("POLYGON_API_KEY", "p"),
            ("POLYGON_BASE_URL", "http://127.0.0.1:9/prefix"),
            ("MARKET_DATA_TIMEOUT_SECONDS", "3"),
        ]);
        let Source::Live(chain) = config.unwrap().market_data.source else { panic!("it is live") };
        let shown: Vec<_> = chain.iter().map(|(provider, at)| (*provider, at.base.as_str(), at.key.reveal())).collect();
        assert_eq!(
            shown,
            [
                (LiveProvider::Tiingo, "https://api.tiingo.com/", "t"),
                (LiveProvider::Polygon, "http://127.0.0.1:9/prefix", "p")
            ]
        );
        assert_eq!(chain[0].1.timeout.as_secs(), 3);
    }

    #[test]
    fn every_missing_key_is_named() {
        let problems = read(&[("MARKET_DATA", "tiingo,polygon")]).unwrap_err();
        assert!(
            problems.len() == 2 && problems[0].contains("TIINGO_API_KEY") && problems[1].contains("POLYGON_API_KEY")
        );
    }

    #[test]
    fn a_folder_of_files_is_a_source() {
        assert_eq!(read(&[("MARKET_DATA", "csv:/prices")]).unwrap().market_data.source, Source::Csv("/prices".into()));
    }

    #[test]
    fn a_refused_provider_address_does_not_repeat_its_password() {
        let problems =
            read(&[("MARKET_DATA", "tiingo"), ("TIINGO_API_KEY", "k"), ("TIINGO_BASE_URL", "ftp://me:secret@host")]);
        let problems = problems.unwrap_err();
        assert!(problems[0].contains("TIINGO_BASE_URL") && !problems[0].contains("secret"));
    }

    #[test]
    fn each_refused_value_is_named_with_what_is_accepted() {
        for (name, value) in [
            ("MARKET_DATA", "yahoo"),
            ("MARKET_DATA", "tiingo,tiingo"),
            ("MARKET_DATA", "csv:"),
            ("MARKET_DATA_TIMEOUT_SECONDS", "0"),
            ("DEMONSTRATION", "maybe"),
            ("AUTH", "none"),
            ("DATABASE_URL", "mysql://x"),
            ("LEPTOS_SITE_ADDR", "here"),
            ("MARKET_DATA_PER_MINUTE", "0"),
            ("BATCH_WORKERS", "-1"),
            ("LOG_RETENTION_DAYS", "soon"),
            ("QUOTA_PORTFOLIOS", "0"),
            ("QUOTA_ATTEMPTS", "many"),
            ("QUOTA_STORED_MB", "-1"),
            ("METRICS_ADDR", "there"),
            ("MAX_CONNECTIONS", "0"),
            ("MAX_REQUESTS", "-1"),
            ("MAX_USER_REQUESTS", "few"),
            ("MAX_BYTES", "1e6"),
            ("MAX_USER_BYTES", "0"),
            ("DASHBOARD_URL", "javascript:alert(1)"),
            ("SECURITY_CONTACT", "security@example.com"),
            ("SECURITY_CONTACT", "http://example.com/report"),
        ] {
            let problems = read(&[(name, value)]).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(
                problems[0].contains(&format!("{name}={value}")) && problems[0].contains("Accepted"),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        assert_eq!(read(&[("AUTH", "x"), ("MARKET_DATA", "y"), ("BATCH_WORKERS", "z")]).unwrap_err().len(), 3);
    }

    #[test]
    fn without_sign_in_only_this_machine_may_listen() {
        let everywhere = ("LEPTOS_SITE_ADDR", "0.0.0.0:3000");
        assert!(read(&[everywhere]).unwrap_err()[0].contains("loopback"));
        let clerk = [everywhere, ("AUTH", "clerk"), ("CLERK_ISSUER", "https://clerk.example.com")];
        assert_eq!(read(&clerk).unwrap().site_addr.to_string(), "0.0.0.0:3000");
    }

    #[test]
    fn problems_of_sign_in_are_told_with_the_others() {
        let problems = read(&[("AUTH", "clerk"), ("BATCH_WORKERS", "z")]).unwrap_err();
        assert!(problems.len() == 2 && problems[0].contains("CLERK_ISSUER"), "{problems:?}");
    }

    #[test]
    fn no_secret_is_shown_with_the_rest_of_the_configuration() {
        let config = read(&[
            ("MARKET_DATA", "tiingo"),
            ("TIINGO_API_KEY", "secret-1"),
            ("TIINGO_BASE_URL", "https://me:secret-2@host/path?key=secret-3"),
        ]);
        let shown = format!("{:?}", config.unwrap());
        assert!(shown.contains("host") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn a_refused_database_address_does_not_repeat_its_password() {
        let problems = read(&[("DATABASE_URL", "mysql://me:sec@ret@host/db")]).unwrap_err();
        assert!(problems[0].contains("mysql://…@host/db is not accepted"), "{problems:?}");
    }

    #[test]
    fn a_refused_postgres_address_does_not_repeat_its_password() {
        let problems = read(&[("DATABASE_URL", "postgres://me:secret@host/db")]).unwrap_err();
        assert!(problems[0].contains("until the PostgreSQL store exists") && !problems[0].contains("secret"));
    }
}
