//! One provider behind the store: what is known is not asked for again.
//!
//! - Only what is missing at the end is fetched, and only once a session has closed since; a day that did not come is
//!   not asked for again within the hour.
//! - The last known day is fetched with it. If its prices changed, a split or a dividend has rewritten the past, and
//!   the whole history is fetched anew.
//! - An unknown symbol is remembered for a day. No other failure is.
//! - Two who want the same symbol at once make one request: the second one waits and then finds it known.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::time::Instant;

use super::{
    Ask, Bar, History, PriceStore, ProviderError, StoredPrices, StoredRange, provider::Provider, sessions, validate,
};
use crate::server::util::lock::lock;

/// A missing last day is not asked for again within this time.
const ASK_AGAIN_AFTER: TimeDelta = TimeDelta::hours(1);
/// An unknown symbol is not asked for again within this time.
const UNKNOWN_FOR: TimeDelta = TimeDelta::hours(24);
/// Relative difference beyond which the last known day counts as rewritten. Providers round to fewer digits.
const REWRITTEN: f64 = 1e-6;

/// Tells the time of day.
pub type WallClock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A provider and what the store knows from it.
pub struct Cached {
    provider: Arc<dyn Provider>,
    store: Arc<dyn PriceStore>,
    /// One lock a symbol, held while it is fetched.
    fetching: Mutex<HashMap<String, Turn>>,
    now: WallClock,
}

/// The turn to fetch a symbol, with the last failure and when it came.
type Turn = Arc<tokio::sync::Mutex<Option<(Instant, ProviderError)>>>;

/// A caller that waits for or holds a symbol's turn. The last one to leave removes the turn.
struct InTurn<'a> {
    cached: &'a Cached,
    symbol: &'a str,
    turn: Turn,
}

impl Drop for InTurn<'_> {
    fn drop(&mut self) {
        let mut fetching = lock(&self.cached.fetching);
        // The table's own, and this one.
        if Arc::strong_count(&self.turn) <= 2 {
            fetching.remove(self.symbol);
        }
    }
}

/// What a request for a symbol comes to.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    /// Nothing: the store has it.
    Nothing,
    /// Nothing: the provider said lately that it does not know the symbol. Holds its reason.
    Unknown(String),
    /// Everything.
    All,
    /// The days from the last known one on.
    Since(NaiveDate),
}

impl Cached {
    /// A provider over this store. `now` is the wall clock.
    pub fn new(provider: Arc<dyn Provider>, store: Arc<dyn PriceStore>, now: WallClock) -> Self {
        Self { provider, store, fetching: Mutex::default(), now }
    }

    /// The provider.
    pub fn provider(&self) -> &dyn Provider {
        self.provider.as_ref()
    }

    /// What the store has, if that is all there is to have; an unknown symbol that is remembered is an error.
    pub async fn known(&self, ask: &Ask<'_>) -> Option<Result<History, ProviderError>> {
        let stored = self.stored(ask.symbol).await?;
        match self.need(&stored.range(), ask) {
            Need::Nothing => Some(Ok(self.history(stored, ask, None))),
            Need::Unknown(reason) => Some(Err(ProviderError::NotFound(reason))),
            Need::All | Need::Since(_) => None,
        }
    }

    /// Returns, per symbol, whether its stored prices are complete or the provider lacks it.
    /// Symbols that need a request are absent. One query looks up all symbols.
    pub async fn known_of(&self, asks: &[Ask<'_>]) -> HashMap<String, Known> {
        let symbols: Vec<&str> = asks.iter().map(|ask| ask.symbol).collect();
        let ranges = self.store.ranges(self.provider.id(), &symbols).await.unwrap_or_else(|error| {
            tracing::warn!(?error, "stored price ranges unreadable");
            HashMap::new()
        });
        let known = |ask: &Ask<'_>| match self.need(ranges.get(ask.symbol)?, ask) {
            Need::Nothing => Some((ask.symbol.to_owned(), Known::Whole)),
            Need::Unknown(_) => Some((ask.symbol.to_owned(), Known::Unknown)),
            Need::All | Need::Since(_) => None,
        };
        asks.iter().filter_map(known).collect()
    }

    /// What the store has of the days asked for, however old, and why there is nothing newer.
    pub async fn stale(&self, ask: &Ask<'_>, why: &ProviderError) -> Option<History> {
        let stored = self.stored(ask.symbol).await?;
        let last = stored.bars.last()?.date;
        (last >= ask.from).then(|| self.history(stored, ask, Some(format!("prices only up to {last}: {why}"))))
    }

    /// The history, from the store as far as it goes.
    ///
    /// # Errors
    /// Why the provider gave none.
    pub async fn fetch(&self, ask: &Ask<'_>) -> Result<History, ProviderError> {
        let began = Instant::now();
        let in_turn = self.turn(ask.symbol);
        let mut last_failure = in_turn.turn.lock().await;
        // Who waited while another asked shares the outcome, a failure too.
        if let Some((_, failure)) = last_failure.as_ref().filter(|(at, _)| *at >= began) {
            return Err(failure.clone());
        }
        let fetched = self.fetch_in_turn(ask).await;
        *last_failure = fetched.as_ref().err().map(|error| (Instant::now(), error.clone()));
        Ok(self.history(fetched?, ask, None))
    }

    async fn fetch_in_turn(&self, ask: &Ask<'_>) -> Result<StoredPrices, ProviderError> {
        let Some(stored) = self.stored(ask.symbol).await else { return self.fetch_all(ask).await };
        match self.need(&stored.range(), ask) {
            Need::Nothing => Ok(stored),
            Need::Unknown(reason) => Err(ProviderError::NotFound(reason)),
            Need::All => self.fetch_all(ask).await,
            Need::Since(last) => self.fetch_since(ask, stored, last).await,
        }
    }

    fn need(&self, stored: &StoredRange, ask: &Ask<'_>) -> Need {
        need(stored, ask, (self.now)())
    }

    async fn fetch_all(&self, ask: &Ask<'_>) -> Result<StoredPrices, ProviderError> {
        let (bars, notes) = self.ask_provider(ask, ask.from).await?;
        let asked_ms = (self.now)().timestamp_millis();
        let prices = StoredPrices { from: ask.from, to: ask.to, asked_ms, unknown: None, notes, bars };
        self.keep(ask.symbol, &prices).await;
        Ok(prices)
    }

    /// Fetches what is missing at the end of `stored`; all of it anew, if the past was rewritten.
    async fn fetch_since(
        &self,
        ask: &Ask<'_>,
        stored: StoredPrices,
        last: NaiveDate,
    ) -> Result<StoredPrices, ProviderError> {
        let (bars, notes) = self.ask_provider(ask, last).await?;
        let same = |known: &Bar, now: &Bar| {
            known.date == now.date && close_to(known.close, now.close) && close_to(known.adj_close, now.adj_close)
        };
        if !matches!((stored.bars.last(), bars.first()), (Some(known), Some(now)) if same(known, now)) {
            return self.fetch_all(ask).await;
        }
        let mut prices = stored;
        prices.bars.extend(bars.into_iter().skip(1));
        prices.to = ask.to;
        prices.asked_ms = (self.now)().timestamp_millis();
        self.keep(ask.symbol, &prices).await;
        // What is odd about a new day may be put right the next time: it is said now, and not kept.
        prices.notes.extend(notes);
        Ok(prices)
    }

    async fn ask_provider(&self, ask: &Ask<'_>, from: NaiveDate) -> Result<(Vec<Bar>, Vec<String>), ProviderError> {
        let raw = self.provider.daily(ask.user, ask.symbol, from, ask.to).await;
        if let Err(ProviderError::NotFound(reason)) = &raw {
            let asked_ms = (self.now)().timestamp_millis();
            self.keep(ask.symbol, &StoredPrices::unknown(reason.clone(), (ask.from, ask.to), asked_ms)).await;
        }
        let raw = raw?;
        validate::sound_history(&raw, from, ask.to)
            .map_err(|what| ProviderError::Malformed { provider: self.provider.name(), what })
    }

    /// The stored prices as a history of the days asked for.
    fn history(&self, stored: StoredPrices, ask: &Ask<'_>, stale: Option<String>) -> History {
        let bars: Vec<Bar> = stored.bars.into_iter().filter(|bar| (ask.from..=ask.to).contains(&bar.date)).collect();
        let mut notes = stored.notes;
        notes.extend(validate::oddities(&bars));
        History { bars, notes, stale, adjustment: self.provider.adjustment() }
    }

    /// What the store has. A store that does not answer knows nothing; the run will notice that by itself.
    async fn stored(&self, symbol: &str) -> Option<StoredPrices> {
        self.store.prices(self.provider.id(), symbol).await.unwrap_or_else(|error| {
            tracing::warn!(?error, symbol, "stored prices unreadable");
            None
        })
    }

    async fn keep(&self, symbol: &str, prices: &StoredPrices) {
        if let Err(error) = self.store.keep_prices(self.provider.id(), symbol, prices).await {
            tracing::warn!(?error, symbol, "prices were not kept; they will be asked for again");
        }
    }

    fn turn<'a>(&'a self, symbol: &'a str) -> InTurn<'a> {
        let turn = lock(&self.fetching).entry(symbol.to_owned()).or_default().clone();
        InTurn { cached: self, symbol, turn }
    }
}

/// What the store can say without a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has all there is to have.
    Whole,
    /// The provider said recently that it does not know the symbol.
    Unknown,
}

fn close_to(known: f64, now: f64) -> bool {
    (known - now).abs() <= REWRITTEN * known.abs()
}

/// What has to be asked for, given what is stored.
fn need(stored: &StoredRange, ask: &Ask<'_>, now: DateTime<Utc>) -> Need {
    let age = TimeDelta::milliseconds(now.timestamp_millis() - stored.asked_ms);
    if let Some(reason) = &stored.unknown {
        return if age < UNKNOWN_FOR { Need::Unknown(reason.clone()) } else { Need::All };
    }
    let Some(last) = stored.last.filter(|_| stored.from <= ask.from) else { return Need::All };
    let asked_recently = stored.to >= ask.to && age < ASK_AGAIN_AFTER;
    if asked_recently || !sessions::any_between(last, ask.to) { Need::Nothing } else { Need::Since(last) }
}

#[cfg(test)]
mod tests;
