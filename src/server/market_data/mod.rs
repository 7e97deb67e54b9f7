//! Daily prices: where they come from, and everything that stands between a provider and a run.
//!
//! | file | holds |
//! |---|---|
//! | `open_source.rs` | from settings to a source |
//! | `bundled.rs`, `csv_files/`, `table.rs`, `sheet/` | sources on this machine |
//! | `provider_chain.rs` | providers in their configured order |
//! | `cached/`, `price_store.rs` | one provider with the store: fetches what is missing, once |
//! | `provider.rs`, `tiingo/`, `polygon.rs` | requests to providers, and how answers are read |
//! | `channel.rs` | every request to a provider: quota, retries, circuit breaker, time limit |
//! | `limiter/`, `window.rs`, `usage.rs` | the quota in fair shares between users, and its use |
//! | `forecast/`, `demand.rs` | when a request will go out; the demand that runs register |
//! | `breaker/` | the circuit breaker for a provider that is down |
//! | `validate/`, `sessions.rs` | checks of histories; which trading day is over |
//! | `factors.rs`, `error.rs`, `secret.rs` | the factor set; why there are no prices; keys |
//!
//! Does not decide what to ask for or what a missing symbol means for a run: that is
//! `batch::phases::market_data`.

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
pub use channel::{Answer, Channel, Endpoint};
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

/// One trading day of one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// The trading day.
    pub date: NaiveDate,
    /// Split-adjusted close: values positions.
    pub close: f64,
    /// Split- and dividend-adjusted close: makes returns.
    pub adj_close: f64,
}

/// What is asked of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask<'a> {
    /// On whose behalf: users take turns where requests are limited.
    pub user: &'a str,
    /// Which symbol.
    pub symbol: &'a str,
    /// First day, included.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
}

/// The days of one symbol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The days, in ascending order.
    pub bars: Vec<Bar>,
    /// What was put right or looks wrong, one clause each.
    pub notes: Vec<String>,
    /// Why the last days are missing, if they are.
    pub stale: Option<String>,
    /// What the adjusted closes are adjusted for.
    pub adjustment: Adjustment,
}

impl History {
    /// A history without anything to say about it.
    pub fn from_bars(bars: Vec<Bar>) -> Self {
        Self { bars, ..Self::default() }
    }
}

/// What a person should know of a source before uploading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Stable name, as in `MARKET_DATA`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The dates it can have, where it is limited.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    /// The symbols it can have, where it is limited.
    pub symbols: Vec<String>,
    /// What every page that shows its prices has to say of them.
    pub notice: Option<String>,
}

/// Whether a source may have prices of options under their own symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionQuotes {
    /// It may: it is asked for them, and one that it does not have is no problem.
    Possible,
    /// It has none: asking would spend requests on nothing.
    Never,
}

/// A source of daily prices.
#[async_trait]
pub trait MarketData: Send + Sync {
    /// What it is.
    fn facts(&self) -> SourceFacts;

    /// The factor set.
    fn factors(&self) -> Factors;

    /// The last day it could have a price for.
    fn last_date(&self, now: DateTime<Utc>) -> NaiveDate;

    /// The symbols that cannot be answered without a request, of those asked for.
    async fn unknown_yet(&self, asks: &[Ask<'_>]) -> Vec<String> {
        asks.iter().map(|ask| ask.symbol.to_owned()).collect()
    }

    /// Whether it may have prices of options.
    fn option_quotes(&self) -> OptionQuotes {
        OptionQuotes::Never
    }

    /// Registers that this run of this user still has to make `requests`, for the forecasts of
    /// other runs, until the returned guard is dropped. Nobody waits at a source without a limit.
    fn register_demand(&self, user: &str, run: u64, requests: usize) -> RegisteredDemand {
        DemandRegistry::default().register(user, run, requests)
    }

    /// Returns how long until the request at each of these positions, from 1, among those that
    /// this run of this user still has to make may go out; zero for position 0.
    fn forecast(&self, user: &str, run: u64, positions: &[usize]) -> Vec<Duration>;

    /// A person asks: a provider that is down may be tried at once.
    fn ask_soon(&self) {}

    /// Waits until a provider that is down has answered somebody.
    async fn outage_over(&self) {
        std::future::pending::<()>().await;
    }

    /// How long until the next request of this user goes out; zero when none waits for the limit.
    fn next_due(&self, user: &str) -> Duration;

    /// Whether answers come from somewhere else, so that a run mostly waits for them.
    fn is_remote(&self) -> bool;

    /// How long one answer is expected to take once it is asked for, in milliseconds.
    fn answer_ms(&self) -> f64;

    /// The trading days of a symbol.
    ///
    /// # Errors
    /// [`ProviderError::NotFound`] only where the source explicitly does not know the symbol.
    async fn daily_history(&self, ask: &Ask<'_>) -> Result<History, ProviderError>;
}
