//! What the store knows of prices: one history a source and symbol, day by day.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::StoreResult;
use crate::server::market_data::Bar;

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

impl StoredPrices {
    /// A symbol that the source does not know.
    pub fn unknown(reason: String, (from, to): (NaiveDate, NaiveDate), asked_ms: i64) -> Self {
        Self { from, to, asked_ms, unknown: Some(reason), notes: Vec::new(), bars: Vec::new() }
    }
}

/// Prices that outlive the process.
#[async_trait]
pub trait PriceStore: Send + Sync {
    /// What is known of a symbol from a source.
    async fn prices(&self, source: &str, symbol: &str) -> StoreResult<Option<StoredPrices>>;

    /// Replaces what is known of a symbol from a source.
    async fn keep_prices(&self, source: &str, symbol: &str, prices: &StoredPrices) -> StoreResult<()>;

    /// When a source was asked for each symbol, in milliseconds since 1970, from `since_ms` on.
    async fn asked_since(&self, source: &str, since_ms: i64) -> StoreResult<Vec<i64>>;
}
