//! Daily prices: the sources they come from, and the clients, quotas and caches around them.
//!
//! | file | holds |
//! |---|---|
//! | `open_source.rs` | opens the source that the settings name |
//! | `bundled.rs`, `csv_files/`, `table.rs`, `sheet/` | sources whose prices are on this machine |
//! | `provider_chain.rs` | providers in their configured order |
//! | `cached/`, `price_store.rs` | one provider with the store: fetches missing days, once |
//! | `provider.rs`, `tiingo/`, `polygon.rs` | requests to providers, and parsing of responses |
//! | `channel.rs` | every request to a provider: quota, retries, circuit breaker, timeout |
//! | `limiter/`, `window.rs`, `usage.rs` | the quota, its fair shares between users, its usage |
//! | `forecast/`, `demand.rs` | when a request will be sent; the demand that runs register |
//! | `breaker/` | the circuit breaker for a provider that is down |
//! | `validate/`, `sessions.rs` | checks of histories; the last trading day that has closed |
//! | `factors.rs`, `error.rs`, `secret.rs` | the factor set; errors of providers; API keys |
//!
//! `batch::phases::market_data` decides which symbols to fetch, and what a missing symbol means
//! for a run.

mod breaker;
mod bundled;
mod cached;
mod channel;
mod csv_files;
mod demand;
mod error;
mod factors;
mod forecast;
#[cfg(any(test, fuzzing))]
pub mod fuzz_checks;
mod limiter;
mod open_source;
mod polygon;
mod price_store;
mod provider;
mod provider_chain;
mod secret;
mod sessions;
mod sheet;
mod table;
mod tiingo;
mod usage;
mod validate;
mod window;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use bundled::bundled;
pub use channel::{Channel, Endpoint, ProviderResponse};
pub use csv_files::csv_files;
pub use demand::{DemandRegistry, RegisteredDemand};
pub use error::ProviderError;
pub use factors::{Factors, Spread};
pub use limiter::{Limiter, Permit};
pub use open_source::{LiveProvider, Source, SourceSettings, open_source};
pub use polygon::Polygon;
pub use price_store::{PriceStore, PriceStoreResult, StoredPrices, StoredRange};
pub use provider::{Adjustment, Provider, RawBar};
pub use provider_chain::ProviderChain;
pub use secret::Secret;
pub use table::TableSource;
pub use tiingo::Tiingo;
pub use window::Window;

/// The prices of one symbol on one trading day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    pub date: NaiveDate,
    /// Split-adjusted close, which values positions.
    pub close: f64,
    /// Split- and dividend-adjusted close, from which returns are computed.
    pub adj_close: f64,
}

/// A request for the daily prices of one symbol, to any source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRequest<'a> {
    /// The user who needs the prices. Users share a provider's quota fairly.
    pub user: &'a str,
    pub symbol: &'a str,
    /// First requested day, inclusive.
    pub from: NaiveDate,
    /// Last requested day, inclusive.
    pub to: NaiveDate,
}

/// The price history of one symbol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Prices in ascending order of days, at most one per day.
    pub bars: Vec<Bar>,
    /// Corrections that were made and anomalies that were found, one clause each.
    pub notes: Vec<String>,
    /// The reason why the last days are missing; `None` for an up-to-date history.
    pub stale: Option<String>,
    pub adjustment: Adjustment,
}

impl History {
    /// Creates a history without notes.
    pub fn from_bars(bars: Vec<Bar>) -> Self {
        Self { bars, ..Self::default() }
    }
}

/// Facts about a source that users should know before they upload positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Stable name of the source, as in `MARKET_DATA`.
    pub id: String,
    /// Display name of the source.
    pub name: String,
    /// First and last day with prices; `None` for a live source.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    /// All symbols with prices; empty for a live source.
    pub symbols: Vec<String>,
    /// Notice for every page that shows prices of this source.
    pub notice: Option<String>,
}

/// States whether a source may have quotes of options, under the options' own symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionQuotes {
    /// The source may have quotes, so options are requested too. A missing quote is not a problem.
    Possible,
    /// The source has no quotes, and requesting them would waste requests.
    Never,
}

/// A source of daily prices.
#[async_trait]
pub trait MarketData: Send + Sync {
    /// Describes the source for users.
    fn facts(&self) -> SourceFacts;

    /// Returns the factor set to use with this source.
    fn factors(&self) -> Factors;

    /// Returns the last day for which the source could have a price.
    fn last_date(&self, now: DateTime<Utc>) -> NaiveDate;

    /// Returns the symbols among `requests` that need a request to a provider.
    async fn symbols_to_fetch(&self, requests: &[PriceRequest<'_>]) -> Vec<String> {
        requests.iter().map(|request| request.symbol.to_owned()).collect()
    }

    /// Returns whether the source may have quotes of options.
    fn option_quotes(&self) -> OptionQuotes {
        OptionQuotes::Never
    }

    /// Registers that `run` of `user` still has to make `requests`, until the returned guard is
    /// dropped. Forecasts for other runs take this demand into account. By default, the demand is
    /// not recorded, because a source without a limit never makes a run wait.
    fn register_demand(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        DemandRegistry::default().register(user, run, requests)
    }

    /// Forecasts the waits for requests that `run` of `user` still has to make, given their
    /// positions. Position 1 is the run's next request. The wait for position 0 is zero.
    fn forecast(&self, user: &str, run: u64, positions: &[usize]) -> Vec<Duration>;

    /// Lets providers that are down be probed early, because a user started a run.
    fn probe_soon(&self) {}

    /// Waits until a provider that is down responds again.
    async fn wait_for_recovery(&self) {
        std::future::pending::<()>().await;
    }

    /// Returns the wait until the user's next queued request is sent; zero if none is queued.
    fn next_due(&self, user: &str) -> Duration;

    /// Returns whether prices come over the network, so that a run mostly waits for responses.
    fn is_remote(&self) -> bool;

    /// Returns the expected response time of one request, in milliseconds.
    fn response_ms(&self) -> f64;

    /// Returns the daily prices of a symbol.
    ///
    /// # Errors
    /// [`ProviderError::NotFound`] only if the source explicitly reports the symbol as unknown.
    async fn daily_history(&self, request: &PriceRequest<'_>) -> Result<History, ProviderError>;
}
