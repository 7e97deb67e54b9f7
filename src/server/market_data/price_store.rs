//! The interface to stored prices: one history per source and symbol, which survives restarts. The
//! SQLite store implements it.

use std::{collections::HashMap, error::Error};

use async_trait::async_trait;
use chrono::NaiveDate;

use super::Bar;

/// The stored history of one symbol from one source.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPrices {
    /// The first requested day. The history is complete from this day on.
    pub from: NaiveDate,
    /// The last requested day. The last day with prices may be earlier.
    pub to: NaiveDate,
    /// Time of the last request to the source, in milliseconds since 1970.
    pub asked_ms: i64,
    /// The source's reason, if it does not know the symbol.
    pub unknown: Option<String>,
    /// Corrections that were made when the prices were received.
    pub notes: Vec<String>,
    /// Daily prices, in ascending order.
    pub bars: Vec<Bar>,
}

/// A stored history without its prices, which is enough to decide what to fetch. The fields are
/// those of [`StoredPrices`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRange {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub asked_ms: i64,
    pub unknown: Option<String>,
    /// The last day with prices.
    pub last: Option<NaiveDate>,
}

impl StoredPrices {
    /// Returns the history without its prices.
    pub fn range(&self) -> StoredRange {
        let last = self.bars.last().map(|bar| bar.date);
        StoredRange { from: self.from, to: self.to, asked_ms: self.asked_ms, unknown: self.unknown.clone(), last }
    }

    /// Creates an entry for a symbol that the source does not know.
    pub fn unknown(reason: String, (from, to): (NaiveDate, NaiveDate), asked_ms: i64) -> Self {
        Self { from, to, asked_ms, unknown: Some(reason), notes: Vec::new(), bars: Vec::new() }
    }
}

/// The result of a store operation.
pub type PriceStoreResult<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A store of prices that survives restarts.
#[async_trait]
pub trait PriceStore: Send + Sync {
    /// Returns the stored history of a symbol from a source.
    async fn prices(&self, source: &str, symbol: &str) -> PriceStoreResult<Option<StoredPrices>>;

    /// Returns the stored ranges of these symbols from a source, with one query. Symbols that are
    /// not stored are absent.
    async fn ranges(&self, source: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, StoredRange>>;

    /// Replaces the stored history of a symbol from a source.
    async fn save_prices(&self, source: &str, symbol: &str, prices: &StoredPrices) -> PriceStoreResult<()>;

    /// Returns the time of the last request for each symbol of a source, from `since_ms` on. Times
    /// are in milliseconds since 1970.
    async fn requests_since(&self, source: &str, since_ms: i64) -> PriceStoreResult<Vec<i64>>;
}
