//! The server's configuration, read from environment variables at startup. If several variables are
//! invalid, all of them are reported together.
//!
//! | file | holds |
//! |---|---|
//! | `mod.rs` | all settings of the server |
//! | `market_data.rs`, `security_contact.rs`, `traffic_limits.rs` | settings of one topic each |
//! | `values.rs` | parsers for the values of environment variables |

mod market_data;
pub mod security_contact;
#[cfg(test)]
mod tests;
pub mod traffic_limits;
mod values;

use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
};

use self::{
    security_contact::SecurityContact,
    traffic_limits::TrafficLimits,
    values::{AT_LEAST_ONE, AnnualRate, parsed, web_address, without_password},
};
use crate::server::{
    auth::{self, Mode},
    market_data::SourceSettings,
    store::Quotas,
};

/// Default maximum number of open client connections.
const MAX_CONNECTIONS: usize = 4_096;

/// All settings of the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Socket address on which the server listens.
    pub site_addr: SocketAddr,
    pub auth: auth::AuthSettings,
    pub database_url: String,
    pub market_data: SourceSettings,
    /// Risk-free rate: effective, as a fraction per year.
    pub risk_free_rate: f64,
    /// Maximum number of runs to compute at the same time.
    pub batch_workers: usize,
    /// URL that the "View Portfolio Dashboard" link opens; `{portfolio_id}` is a placeholder for
    /// the portfolio's id. If `None`, the link opens the built-in results page.
    pub dashboard_url: Option<String>,
    /// URL of the sign-in page, for users without a valid session.
    pub sign_in_url: Option<String>,
    /// Contact for vulnerability reports. `None` disables `/.well-known/security.txt`.
    pub security_contact: Option<SecurityContact>,
    /// How many days the log of a finished run is kept.
    pub log_retention_days: u32,
    /// Separate socket address for `/metrics`. If `None`, the metrics are available only in dev
    /// mode (`AUTH=dev`), at the main address.
    pub metrics_addr: Option<SocketAddr>,
    /// Quotas per user. The limit on active runs is a placeholder here; `web/state.rs` sets it.
    pub quotas: Quotas,
    /// Maximum number of open client connections.
    pub max_connections: usize,
    pub traffic: TrafficLimits,
    /// Filter for the server's log, in `RUST_LOG` syntax.
    pub rust_log: String,
}

impl Config {
    /// Reads all settings. `get` looks up an environment variable by name.
    ///
    /// # Errors
    /// Returns one message per problem. Each message names the variable, the accepted values and,
    /// unless it may contain a password, the current value.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let get = |name: &str| get(name).filter(|value| !value.trim().is_empty());
        let mut problems = Vec::new();
        let auth = auth::AuthSettings::read(&get, &mut problems);
        let database_url = get("DATABASE_URL").unwrap_or_else(|| "sqlite://data/portfolio-setup.db".to_owned());
        if database_url.starts_with("postgres://") || database_url.starts_with("postgresql://") {
            // The error message omits the URL, because it may contain a password.
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
        let has_no_sign_in = auth.as_ref().is_some_and(|auth| auth.mode == Mode::Dev);
        if has_no_sign_in && !site_addr.ip().is_loopback() {
            problems.push(format!(
                "LEPTOS_SITE_ADDR={site_addr} is not accepted, because AUTH=dev has no sign-in: anyone could read all portfolios. Accepted: a loopback address, or AUTH=clerk."
            ));
        }
        let market_data = market_data::read(&get, !has_no_sign_in, &mut problems);
        let risk_free_rate =
            parsed::<AnnualRate>(&get, "RISK_FREE_RATE", "a fraction from 0 to 0.5, such as 0.04", &mut problems)
                .map_or(0.0, |rate| rate.0);
        let batch_workers = parsed::<NonZeroUsize>(&get, "BATCH_WORKERS", AT_LEAST_ONE, &mut problems)
            .map_or_else(|| std::thread::available_parallelism().map_or(1, Into::into), Into::into);
        let log_retention_days =
            parsed::<NonZeroU32>(&get, "LOG_RETENTION_DAYS", AT_LEAST_ONE, &mut problems).map_or(30, Into::into);
        let dashboard_url = web_address(&get, "DASHBOARD_URL", &mut problems);
        let sign_in_url = web_address(&get, "SIGN_IN_URL", &mut problems);
        let security_contact = SecurityContact::read(&get, &mut problems);
        let metrics_addr = parsed(&get, "METRICS_ADDR", "an address such as 127.0.0.1:9100", &mut problems);
        let mut quota = |name, default: u32| {
            parsed::<NonZeroU32>(&get, name, AT_LEAST_ONE, &mut problems).map_or(default, Into::into)
        };
        let quotas = Quotas {
            active_runs: u32::MAX,
            portfolios: quota("QUOTA_PORTFOLIOS", 2_000),
            attempts: quota("QUOTA_ATTEMPTS", 100),
            stored_bytes: u64::from(quota("QUOTA_STORED_MB", 2_000)) * 1_000_000,
        };
        let max_connections = parsed::<NonZeroUsize>(&get, "MAX_CONNECTIONS", AT_LEAST_ONE, &mut problems)
            .map_or(MAX_CONNECTIONS, Into::into);
        let traffic = TrafficLimits::read(&get, &mut problems);
        let Some(auth) = auth.filter(|_| problems.is_empty()) else { return Err(problems) };
        Ok(Self {
            site_addr,
            auth,
            database_url,
            market_data,
            risk_free_rate,
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
