//! What outlives the process: one history a source and symbol, day by day. The seam; the store fills it.

use std::{collections::HashMap, error::Error};

use async_trait::async_trait;
use chrono::NaiveDate;

use super::Bar;

/// What is known of one symbol from one source.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPrices {
    /// The first day that was asked for: the history is whole from there on.
    pub from: NaiveDate,
    /// The last day that was asked for. The last day that came may be earlier.
    pub to: NaiveDate,
    /// When the source was last asked, in milliseconds since 1970.
    pub asked_ms: i64,
    /// The source does not know the symbol; its reason.
    pub unknown: Option<String>,
    /// What was put right when the days arrived.
    pub notes: Vec<String>,
    /// The days, ascending.
    pub bars: Vec<Bar>,
}

/// What is known of one symbol from one source, without the days: enough to tell what has to be
/// asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRange {
    /// As [`StoredPrices::from`].
    pub from: NaiveDate,
    /// As [`StoredPrices::to`].
    pub to: NaiveDate,
    /// As [`StoredPrices::asked_ms`].
    pub asked_ms: i64,
    /// As [`StoredPrices::unknown`].
    pub unknown: Option<String>,
    /// The last day that came, if any did.
    pub last: Option<NaiveDate>,
}

impl StoredPrices {
    /// What they are without the days.
    pub fn range(&self) -> StoredRange {
        let last = self.bars.last().map(|bar| bar.date);
        StoredRange { from: self.from, to: self.to, asked_ms: self.asked_ms, unknown: self.unknown.clone(), last }
    }

    /// A symbol that the source does not know.
    pub fn unknown(reason: String, (from, to): (NaiveDate, NaiveDate), asked_ms: i64) -> Self {
        Self { from, to, asked_ms, unknown: Some(reason), notes: Vec::new(), bars: Vec::new() }
    }
}

/// Result of a call to the store.
pub type PriceStoreResult<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Prices that outlive the process.
#[async_trait]
pub trait PriceStore: Send + Sync {
    /// What is known of a symbol from a source.
    async fn prices(&self, source: &str, symbol: &str) -> PriceStoreResult<Option<StoredPrices>>;

    /// The ranges of those of these symbols that are known from a source, in one look.
    async fn ranges(&self, source: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, StoredRange>>;

    /// Replaces what is known of a symbol from a source.
    async fn keep_prices(&self, source: &str, symbol: &str, prices: &StoredPrices) -> PriceStoreResult<()>;

    /// When a source was asked for each symbol, in milliseconds since 1970, from `since_ms` on.
    async fn asked_since(&self, source: &str, since_ms: i64) -> PriceStoreResult<Vec<i64>>;
}
