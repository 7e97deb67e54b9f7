//! The interface of the price store, which keeps one price history per source and symbol across
//! restarts. It is implemented by the SQLite store.

use std::{collections::HashMap, error::Error};

use async_trait::async_trait;
use chrono::NaiveDate;

use super::{Bar, Closes};

/// The stored price history of one symbol from one source.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPrices {
    /// First day that was requested. The history is complete from this day on.
    pub from: NaiveDate,
    /// Last day that was requested. The last day with a price may be earlier.
    pub to: NaiveDate,
    /// When the source was last asked for this symbol, as a Unix time in milliseconds.
    pub asked_ms: i64,
    /// If the source does not know the symbol, the reason that the source stated.
    pub unknown: Option<String>,
    /// Notes on prices that were corrected when they were received.
    pub notes: Vec<String>,
    /// Daily prices in ascending order of date.
    pub bars: Vec<Bar>,
}

/// The part of [`StoredPrices`] that is needed to decide which days to fetch. It has the last day
/// with a price instead of the prices and notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRange {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub asked_ms: i64,
    pub unknown: Option<String>,
    /// Last day with a price, or `None` if no prices are stored.
    pub last: Option<NaiveDate>,
}

impl StoredPrices {
    /// Returns the stored range of this history, without its prices.
    pub fn range(&self) -> StoredRange {
        let last = self.bars.last().map(|bar| bar.date);
        StoredRange { from: self.from, to: self.to, asked_ms: self.asked_ms, unknown: self.unknown.clone(), last }
    }

    /// Creates an entry for a symbol that the source does not know.
    pub fn unknown(reason: String, (from, to): (NaiveDate, NaiveDate), asked_ms: i64) -> Self {
        Self { from, to, asked_ms, unknown: Some(reason), notes: Vec::new(), bars: Vec::new() }
    }
}

/// The result of a call to the price store.
pub type PriceStoreResult<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A store of prices that survives restarts.
#[async_trait]
pub trait PriceStore: Send + Sync {
    /// Returns the stored history of a symbol from a source, if there is one.
    async fn prices(&self, source: &str, symbol: &str) -> PriceStoreResult<Option<StoredPrices>>;

    /// Returns the stored ranges of several symbols from one source, with a single query. Symbols
    /// that are not stored are left out.
    async fn ranges(&self, source: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, StoredRange>>;

    /// Returns the stored closes of several symbols from one source, with a single query. Symbols
    /// without stored prices are left out.
    async fn closes(&self, source: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, Closes>>;

    /// Replaces the stored history of a symbol from a source.
    async fn save_prices(&self, source: &str, symbol: &str, prices: &StoredPrices) -> PriceStoreResult<()>;

    /// Returns when the source was last asked for each symbol, as Unix times in milliseconds. Times
    /// before `since_ms` are left out.
    async fn requests_since(&self, source: &str, since_ms: i64) -> PriceStoreResult<Vec<i64>>;
}
