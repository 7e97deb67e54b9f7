//! Daily prices: their sources, and the clients, quotas and caches for data providers.
//!
//! | file | purpose |
//! |---|---|
//! | `open_source.rs` | opens the source that the settings name |
//! | `bundled.rs`, `csv_files/`, `table.rs`, `sheet/` | sources with prices on this machine |
//! | `provider_chain.rs` | tries providers in their configured order |
//! | `cached/`, `price_store.rs` | cache prices in the store; only missing days are fetched |
//! | `provider.rs`, `tiingo/`, `polygon.rs` | send requests, and parse responses |
//! | `channel.rs` | applies quota, retries, circuit breaker and timeout |
//! | `limiter/`, `window.rs`, `usage.rs` | keep to the quota, and share it between users |
//! | `known_prices.rs` | prices on this machine, to compare an upload with |
//! | `forecast/`, `demand.rs`, `outlook.rs` | forecast when requests are sent and completed |
//! | `breaker/` | the circuit breaker for a provider that is down |
//! | `share_class.rs` | the spellings of share classes |
//! | `validate/`, `sessions.rs` | check histories, and find the last trading day that has ended |
//! | `factors.rs`, `error.rs`, `secret.rs` | the factor set; errors of providers; API keys |
//!
//! `batch::phases::market_data` decides which symbols to fetch, and what happens to a run if a
//! symbol is missing.

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
mod known_prices;
mod limiter;
mod open_source;
mod outlook;
mod polygon;
mod price_store;
mod provider;
mod provider_chain;
mod secret;
mod sessions;
mod share_class;
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

pub use bundled::{NAME as SAMPLE, bundled};
pub use channel::{Channel, Endpoint, ProviderResponse};
pub use csv_files::csv_files;
pub use demand::{DemandRegistry, RegisteredDemand};
pub use error::ProviderError;
pub use factors::{Factors, Spread};
pub use known_prices::{Closes, KnownHistories, MAX_KNOWN_SYMBOLS, PriceOutlook};
pub use limiter::{Limiter, Permit};
pub use open_source::{LiveProvider, Source, SourceSettings, open_source};
pub use outlook::{MAX_CONCURRENT, requested_dates, time_for_requests};
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
    /// Split-adjusted close, which is used to value positions.
    pub close: f64,
    /// Close that is used to compute returns. It is adjusted for splits and, if the source supports
    /// it, for dividends.
    pub adj_close: f64,
}

/// Who needs a response of a price source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requester<'a> {
    /// The quota of a provider is shared fairly between users.
    pub user: &'a str,
    /// The run that needs the response; `NO_RUN` for an estimate.
    pub run: u64,
}

/// A request to a price source for the daily prices of one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRequest<'a> {
    pub requester: Requester<'a>,
    pub symbol: &'a str,
    /// First requested day, inclusive.
    pub from: NaiveDate,
    /// Last requested day, inclusive.
    pub to: NaiveDate,
}

/// The price history of one symbol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Daily prices in ascending order of date, at most one per day.
    pub bars: Vec<Bar>,
    /// Notes on prices that were corrected and on prices that look wrong. Each note is a clause.
    pub notes: Vec<String>,
    /// Why the most recent days are missing, or `None` if the history is up to date.
    pub stale: Option<String>,
    pub adjustment: Adjustment,
    /// The source's own spelling of the symbol, if it differs from the requested one.
    pub known_as: Option<String>,
    /// Whether the source has one price per day, which serves as price and total return alike.
    pub has_one_price_column: bool,
}

impl History {
    /// Creates a price history without notes.
    pub fn from_bars(bars: Vec<Bar>) -> Self {
        Self { bars, ..Self::default() }
    }
}

/// Facts about a price source that users should know before they upload positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Stable name of the source, as in the setting `MARKET_DATA`.
    pub id: String,
    /// Display name of the source.
    pub name: String,
    /// First and last day for which the source has prices, or `None` for a live source.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    /// Symbols that the source has prices for, except those of the factor set. Empty for a live
    /// source.
    pub symbols: Vec<String>,
    /// Notice that appears on every page with prices from this source.
    pub notice: Option<String>,
    /// A number that changes with the contents of the operator's price files. Results that were
    /// computed from other contents are not reused. `None` for other sources.
    pub revision: Option<u64>,
    /// Sentences about what is wrong with the prices, such as a missing benchmark.
    pub problems: Vec<String>,
    /// Whether the operator's files have one price per day for every symbol, which serves as price
    /// and total return alike. See [`ONE_PRICE_COLUMN`].
    pub has_one_price_column: bool,
    /// Whether the prices tell which part of a return is dividends: there is a close, and another
    /// one that is adjusted for dividends.
    pub has_dividends: bool,
}

/// The sentence on pages about a source that has only one price per day.
pub const ONE_PRICE_COLUMN: &str = "These prices have one column, taken as price and total return alike.";

/// Whether a price source may have prices of options. If so, it lists them under the options' own
/// symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionQuotes {
    /// The source may have option quotes, so they are requested. A missing quote is not a problem.
    Possible,
    /// The source has no option quotes. They are not requested, because that would waste quota.
    Never,
}

/// A source of daily prices.
#[async_trait]
pub trait MarketData: Send + Sync {
    /// Returns facts about the source that users should know.
    fn facts(&self) -> SourceFacts;

    /// Returns the factor set that belongs to this source.
    fn factors(&self) -> Factors;

    /// Returns the last day for which the source could have a price.
    fn last_date(&self, now: DateTime<Utc>) -> NaiveDate;

    /// Returns the requested symbols whose prices have to be fetched. By default, returns all
    /// requested symbols.
    async fn symbols_to_fetch(&self, requests: &[PriceRequest<'_>]) -> Vec<String> {
        requests.iter().map(|request| request.symbol.to_owned()).collect()
    }

    /// Returns the prices of these symbols and of the benchmark that are known without a request to
    /// a provider, regardless of their age. Prices of more than [`MAX_KNOWN_SYMBOLS`] symbols are
    /// not returned.
    async fn known_prices(&self, symbols: &[String]) -> KnownHistories;

    /// Returns how many of these symbols have known prices, how many need a request, and how long
    /// these requests would take if `user` started a run now.
    async fn price_outlook(&self, user: &str, symbols: &[String]) -> PriceOutlook;

    /// Returns whether the source may have option quotes.
    fn option_quotes(&self) -> OptionQuotes {
        OptionQuotes::Never
    }

    /// Registers that `run`, which belongs to `user`, still has to make `requests` requests.
    /// Forecasts for other runs take these requests into account until the returned guard is
    /// dropped. By default, nothing is recorded, because a source without a limit never makes a run
    /// wait.
    fn register_demand(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        DemandRegistry::default().register(user, run, requests)
    }

    /// Forecasts how long `run`, which belongs to `user`, will wait for each of its requests at
    /// `positions`. Position 1 is the run's next request. For position 0, the wait is zero.
    fn forecast(&self, user: &str, run: u64, positions: &[usize]) -> Vec<Duration>;

    /// Reschedules the next probe of each provider that is down to an earlier time. Called when a
    /// user starts a run.
    fn probe_soon(&self) {}

    /// Waits until a provider that is down responds again. The default implementation, for sources
    /// that have no providers and therefore no outages, never returns.
    async fn wait_for_recovery(&self) {
        std::future::pending::<()>().await;
    }

    /// Returns how long it will take until the run's next queued request is sent. If the run has
    /// none, the next request of its user counts. Returns zero if the user has none either.
    fn next_due(&self, requester: Requester<'_>) -> Duration;

    /// Returns whether prices come over the network, in which case a run mostly waits for
    /// responses.
    fn is_remote(&self) -> bool;

    /// Returns the expected response time of a request, in milliseconds.
    fn response_ms(&self) -> f64;

    /// Returns the daily prices of a symbol.
    ///
    /// # Errors
    /// Returns [`ProviderError::NotFound`] only if the source explicitly reports the symbol as
    /// unknown.
    async fn daily_history(&self, request: &PriceRequest<'_>) -> Result<History, ProviderError>;
}
