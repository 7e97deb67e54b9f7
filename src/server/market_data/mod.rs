//! Daily prices: the provider seam, its first provider, and the limiter that every provider goes through.
//!
//! Does not decide what to ask for or what a missing symbol means for a run: that is
//! `batch::phases::market_data`.

mod bundled;
mod factors;
mod limiter;

use async_trait::async_trait;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use bundled::Bundled;
pub use factors::{Factors, Spread};
pub use limiter::Limiter;

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

/// Why a provider gave no prices.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// The source says that it does not have this symbol. Holds its reason, such as "not in the sample data".
    #[error("{0}")]
    NotFound(String),
    /// The source did not answer, or not with prices. Holds what to tell a person.
    #[error("{0}")]
    Upstream(String),
}

/// What a person should know of a source before uploading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Stable name, as in `MARKET_DATA`.
    pub id: &'static str,
    /// The dates it can have, where it is limited.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    /// The symbols it can have, where it is limited.
    pub symbols: Vec<String>,
    /// Whether it is sample data, not for decisions.
    pub is_sample: bool,
}

/// A source of daily prices.
#[async_trait]
pub trait MarketData: Send + Sync {
    /// What it is.
    fn facts(&self) -> SourceFacts;

    /// The factor set that fits this source.
    fn factors(&self) -> Factors;

    /// How long one request is expected to take, in milliseconds, waiting for the limit included.
    fn request_ms(&self) -> f64;

    /// The last day it could have a price for, given today's date.
    fn last_date(&self, today: NaiveDate) -> NaiveDate;

    /// The trading days of `symbol` from `from` to `to`, both included, in ascending order.
    ///
    /// # Errors
    /// [`ProviderError::NotFound`] only where the source explicitly does not know the symbol.
    async fn daily_history(&self, symbol: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<Bar>, ProviderError>;
}
