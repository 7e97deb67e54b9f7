//! Caches the prices of one provider in the price store, so that stored days are not fetched again.
//!
//! - Only days after the last stored one are fetched, and only if a trading session has closed
//!   since then. If the provider does not have the prices of a day yet, they are not requested
//!   again for an hour.
//! - The last stored day is fetched again together with the new days. If its prices have changed, a
//!   split or a dividend has changed all earlier prices, too, and the whole history is fetched
//!   again.
//! - An unknown symbol is remembered for a day. Other failures are not remembered.
//! - Concurrent callers that need the same symbol share one request: the second caller waits for
//!   the first one's request and receives its result.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::time::Instant;

use super::{
    Bar, Closes, History, PriceRequest, PriceStore, ProviderError, StoredPrices, StoredRange, provider::Provider,
    sessions, validate,
};
use crate::server::util::lock::lock;

/// If the provider did not return the prices of a day, they are not requested again for this long.
const REFETCH_AFTER: TimeDelta = TimeDelta::hours(1);
/// If the provider does not know a symbol, it is not requested again for this long.
const UNKNOWN_TTL: TimeDelta = TimeDelta::hours(24);
/// Maximum relative difference between a stored price and a newly fetched one at which the price
/// counts as unchanged. The tolerance is needed because providers round prices.
const REWRITE_TOLERANCE: f64 = 1e-6;

/// A function that returns the current date and time. Tests replace it.
pub type WallClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A provider whose prices are cached in the price store.
pub struct Cached {
    provider: Arc<dyn Provider>,
    store: Arc<dyn PriceStore>,
    /// One lock per symbol, held while that symbol's prices are fetched.
    fetch_locks: Mutex<HashMap<String, FetchLock>>,
    now: WallClock,
}

/// A lock that lets only one caller at a time fetch a symbol. It holds the most recent failure and
/// its time.
type FetchLock = Arc<tokio::sync::Mutex<Option<(Instant, ProviderError)>>>;

/// A caller that waits for a symbol's fetch lock or holds it. When the last caller is dropped, it
/// removes the lock from the map.
struct FetchCaller<'a> {
    cached: &'a Cached,
    symbol: &'a str,
    fetch_lock: FetchLock,
}

impl Drop for FetchCaller<'_> {
    fn drop(&mut self) {
        let mut fetch_locks = lock(&self.cached.fetch_locks);
        // If this is the last caller, only two references to the lock exist: one in the map and one
        // in this caller.
        if Arc::strong_count(&self.fetch_lock) <= 2 {
            fetch_locks.remove(self.symbol);
        }
    }
}

/// The requests to the provider that are needed to complete a price history.
#[derive(Debug, PartialEq, Eq)]
enum FetchPlan {
    /// No request is needed, because the store has all days that the provider could have.
    UseStored,
    /// No request is needed, because the provider recently reported the symbol as unknown. Holds
    /// the provider's reason.
    KnownAsUnknown(String),
    FetchAll,
    /// All days from the last stored day on have to be fetched. This variant holds that day.
    FetchSince(NaiveDate),
}

impl Cached {
    /// Creates a cache that keeps the prices of `provider` in `store`. `now` returns the current
    /// time.
    pub fn new(provider: Arc<dyn Provider>, store: Arc<dyn PriceStore>, now: WallClock) -> Self {
        Self { provider, store, fetch_locks: Mutex::default(), now }
    }

    pub fn provider(&self) -> &dyn Provider {
        self.provider.as_ref()
    }

    /// Returns the stored history of a symbol, or an error if the symbol is remembered as unknown.
    /// Returns `None` if a request to the provider is needed.
    pub async fn stored_history(&self, request: &PriceRequest<'_>) -> Option<Result<History, ProviderError>> {
        let stored = self.stored(request.symbol).await?;
        match self.fetch_plan(&stored.range(), request) {
            FetchPlan::UseStored => Some(Ok(self.history(stored, request, None))),
            FetchPlan::KnownAsUnknown(reason) => Some(Err(ProviderError::NotFound(reason))),
            FetchPlan::FetchAll | FetchPlan::FetchSince(_) => None,
        }
    }

    /// Returns the stored state of each symbol for which no request to the provider is needed.
    /// Other symbols are left out. All symbols are looked up with one query.
    pub async fn stored_states(&self, requests: &[PriceRequest<'_>]) -> HashMap<String, StoredState> {
        let symbols: Vec<&str> = requests.iter().map(|request| request.symbol).collect();
        let ranges = self.stored_ranges(&symbols).await;
        let state = |request: &PriceRequest<'_>| match self.fetch_plan(ranges.get(request.symbol)?, request) {
            FetchPlan::UseStored => Some((request.symbol.to_owned(), StoredState::Complete)),
            FetchPlan::KnownAsUnknown(_) => Some((request.symbol.to_owned(), StoredState::UnknownSymbol)),
            FetchPlan::FetchAll | FetchPlan::FetchSince(_) => None,
        };
        requests.iter().filter_map(state).collect()
    }

    /// Returns the last day that each symbol was asked for. Symbols that were not are left out.
    pub async fn asked_until(&self, symbols: &[&str]) -> HashMap<String, NaiveDate> {
        self.stored_ranges(symbols).await.into_iter().map(|(symbol, range)| (symbol, range.to)).collect()
    }

    async fn stored_ranges(&self, symbols: &[&str]) -> HashMap<String, StoredRange> {
        self.store.ranges(self.provider.id(), symbols).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read stored price ranges");
            HashMap::new()
        })
    }

    /// Returns the stored closes of several symbols, regardless of their age, with one query.
    pub async fn stored_closes(&self, symbols: &[&str]) -> HashMap<String, Closes> {
        self.store.closes(self.provider.id(), symbols).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read stored closes");
            HashMap::new()
        })
    }

    /// Returns those of the requested days that are stored, regardless of their age. `why` says why
    /// the other days are missing. Returns `None` if none of the requested days is stored.
    pub async fn stale(&self, request: &PriceRequest<'_>, why: &ProviderError) -> Option<History> {
        let stored = self.stored(request.symbol).await?;
        let last = stored.bars.last()?.date;
        (last >= request.from).then(|| self.history(stored, request, Some(format!("prices only up to {last}: {why}"))))
    }

    /// Returns the price history of a symbol, and fetches the days that the store lacks.
    ///
    /// # Errors
    /// Returns the reason why the provider returned no prices.
    pub async fn fetch(&self, request: &PriceRequest<'_>) -> Result<History, ProviderError> {
        let began = Instant::now();
        let caller = self.fetch_caller(request.symbol);
        let mut last_failure = caller.fetch_lock.lock().await;
        // If this caller waited for another caller's request and that request failed, this caller
        // returns the same error instead of sending its own request.
        if let Some((_, failure)) = last_failure.as_ref().filter(|(at, _)| *at >= began) {
            return Err(failure.clone());
        }
        let fetched = self.fetch_missing(request).await;
        *last_failure = fetched.as_ref().err().map(|error| (Instant::now(), error.clone()));
        Ok(self.history(fetched?, request, None))
    }

    async fn fetch_missing(&self, request: &PriceRequest<'_>) -> Result<StoredPrices, ProviderError> {
        let Some(stored) = self.stored(request.symbol).await else { return self.fetch_all(request).await };
        match self.fetch_plan(&stored.range(), request) {
            FetchPlan::UseStored => Ok(stored),
            FetchPlan::KnownAsUnknown(reason) => Err(ProviderError::NotFound(reason)),
            FetchPlan::FetchAll => self.fetch_all(request).await,
            FetchPlan::FetchSince(last) => self.fetch_since(request, stored, last).await,
        }
    }

    fn fetch_plan(&self, stored: &StoredRange, request: &PriceRequest<'_>) -> FetchPlan {
        fetch_plan(stored, request, (self.now)())
    }

    async fn fetch_all(&self, request: &PriceRequest<'_>) -> Result<StoredPrices, ProviderError> {
        let (bars, notes) = self.request_from_provider(request, request.from).await?;
        let asked_ms = (self.now)().timestamp_millis();
        let prices = StoredPrices { from: request.from, to: request.to, asked_ms, unknown: None, notes, bars };
        self.save(request.symbol, &prices).await;
        Ok(prices)
    }

    /// Fetches the days after the last day in `stored`. Fetches the whole history instead if the
    /// provider has changed the prices of that last day.
    async fn fetch_since(
        &self,
        request: &PriceRequest<'_>,
        stored: StoredPrices,
        last: NaiveDate,
    ) -> Result<StoredPrices, ProviderError> {
        let (bars, notes) = self.request_from_provider(request, last).await?;
        let is_same = |known: &Bar, new: &Bar| {
            known.date == new.date
                && nearly_equal(known.close, new.close)
                && nearly_equal(known.adj_close, new.adj_close)
        };
        if !matches!((stored.bars.last(), bars.first()), (Some(known), Some(new)) if is_same(known, new)) {
            return self.fetch_all(request).await;
        }
        let mut prices = stored;
        prices.bars.extend(bars.into_iter().skip(1));
        prices.to = request.to;
        prices.asked_ms = (self.now)().timestamp_millis();
        self.save(request.symbol, &prices).await;
        // Notes on the new days are returned but not stored, because the provider may still correct
        // the prices of these days.
        prices.notes.extend(notes);
        Ok(prices)
    }

    async fn request_from_provider(
        &self,
        request: &PriceRequest<'_>,
        from: NaiveDate,
    ) -> Result<(Vec<Bar>, Vec<String>), ProviderError> {
        let spelling = self.provider.spelling(request.symbol);
        let raw = self.provider.daily(request.requester, &spelling, from, request.to).await;
        if let Err(ProviderError::NotFound(reason)) = &raw {
            let asked_ms = (self.now)().timestamp_millis();
            self.save(request.symbol, &StoredPrices::unknown(reason.clone(), (request.from, request.to), asked_ms))
                .await;
        }
        let raw = raw?;
        validate::clean_history(&raw, from, request.to)
            .map_err(|what| ProviderError::Malformed { provider: self.provider.name(), what })
    }

    /// Converts stored prices to a history that contains only the requested days.
    fn history(&self, stored: StoredPrices, request: &PriceRequest<'_>, stale: Option<String>) -> History {
        let bars: Vec<Bar> =
            stored.bars.into_iter().filter(|bar| (request.from..=request.to).contains(&bar.date)).collect();
        let mut notes = stored.notes;
        // Days that could not be fetched do not mean that the history has ended.
        let last = bars.last().filter(|_| stale.is_some()).map_or(request.to, |bar| bar.date);
        notes.extend(validate::anomalies(&bars, last));
        let known_as = Some(self.provider.spelling(request.symbol)).filter(|spelling| spelling != request.symbol);
        History { bars, notes, stale, known_as, adjustment: self.provider.adjustment(), ..History::default() }
    }

    /// Returns the stored prices of a symbol, or `None` if there are none or the store cannot be
    /// read. A failure of the store is not reported here, because the run reports it elsewhere.
    async fn stored(&self, symbol: &str) -> Option<StoredPrices> {
        self.store.prices(self.provider.id(), symbol).await.unwrap_or_else(|error| {
            tracing::warn!(%error, symbol, "cannot read stored prices");
            None
        })
    }

    async fn save(&self, symbol: &str, prices: &StoredPrices) {
        if let Err(error) = self.store.save_prices(self.provider.id(), symbol, prices).await {
            tracing::warn!(%error, symbol, "cannot save fetched prices; fetching them again next time");
        }
    }

    fn fetch_caller<'a>(&'a self, symbol: &'a str) -> FetchCaller<'a> {
        let fetch_lock = lock(&self.fetch_locks).entry(symbol.to_owned()).or_default().clone();
        FetchCaller { cached: self, symbol, fetch_lock }
    }
}

/// Why no request to the provider is needed for a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredState {
    /// The store has all days that the provider could have.
    Complete,
    /// The provider recently reported the symbol as unknown.
    UnknownSymbol,
}

fn nearly_equal(stored: f64, fetched: f64) -> bool {
    (stored - fetched).abs() <= REWRITE_TOLERANCE * stored.abs()
}

/// Decides which part of a symbol's history to fetch, given the range that is stored.
fn fetch_plan(stored: &StoredRange, request: &PriceRequest<'_>, now: DateTime<Utc>) -> FetchPlan {
    let age = TimeDelta::milliseconds(now.timestamp_millis() - stored.asked_ms);
    if let Some(reason) = &stored.unknown {
        return if age < UNKNOWN_TTL { FetchPlan::KnownAsUnknown(reason.clone()) } else { FetchPlan::FetchAll };
    }
    let Some(last) = stored.last.filter(|_| stored.from <= request.from) else { return FetchPlan::FetchAll };
    let is_recent = stored.to >= request.to && age < REFETCH_AFTER;
    if is_recent || !sessions::any_between(last, request.to) {
        FetchPlan::UseStored
    } else {
        FetchPlan::FetchSince(last)
    }
}

#[cfg(test)]
mod tests;
