//! Tests which days the price cache requests from the provider, and which failures it remembers.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    super::{
        Closes, PriceStoreResult, Requester, Secret, Window,
        channel::{Channel, Endpoint},
        provider::{Adjustment, RawBar},
    },
    Cached, History, PriceRequest, PriceStore, Provider, ProviderError, StoredPrices, StoredRange, StoredState, lock,
};

/// A test provider that has prices up to a given day and records the requests that it receives.
struct ScriptedProvider {
    channel: Channel,
    script: Mutex<ProviderScript>,
    /// The symbol and the first day of each request that this provider received.
    requests: Mutex<Vec<(String, String)>>,
}

#[derive(Clone)]
struct ProviderScript {
    /// Last day for which the provider has a price. It has a price for every earlier day, too.
    last: NaiveDate,
    /// Factor by which the provider multiplies each adjusted close. Tests change it to simulate a
    /// dividend.
    factor: f64,
    /// Error with which the provider responds to every request, or `None` if requests succeed.
    error: Option<ProviderError>,
}

#[async_trait]
impl Provider for ScriptedProvider {
    fn id(&self) -> &'static str {
        "scripted"
    }

    fn adjustment(&self) -> Adjustment {
        Adjustment::Total
    }

    fn channel(&self) -> &Channel {
        &self.channel
    }

    async fn daily(
        &self,
        _: Requester<'_>,
        symbol: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<RawBar>, ProviderError> {
        self.requests.lock().unwrap().push((symbol.to_owned(), from.to_string()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        let script = self.script.lock().unwrap().clone();
        let bar = |date| RawBar { date, close: Some(2.0), adj_close: Some(2.0 * script.factor) };
        match script.error {
            Some(error) => Err(error),
            None => Ok(from.iter_days().take_while(|day| *day <= to.min(script.last)).map(bar).collect()),
        }
    }
}

#[derive(Default)]
struct MemoryStore {
    known: Mutex<HashMap<String, StoredPrices>>,
    /// Number of times that the cache has read from this store.
    reads: AtomicUsize,
}

#[async_trait]
impl PriceStore for MemoryStore {
    async fn prices(&self, _: &str, symbol: &str) -> PriceStoreResult<Option<StoredPrices>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Ok(self.known.lock().unwrap().get(symbol).cloned())
    }

    async fn ranges(&self, _: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, StoredRange>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let known = self.known.lock().unwrap();
        Ok(symbols.iter().filter_map(|&symbol| Some((symbol.to_owned(), known.get(symbol)?.range()))).collect())
    }

    async fn closes(&self, _: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, Closes>> {
        let known = self.known.lock().unwrap();
        let closes = |prices: &StoredPrices| prices.bars.iter().map(|bar| (bar.date, bar.close)).collect();
        Ok(symbols.iter().filter_map(|&symbol| Some((symbol.to_owned(), closes(known.get(symbol)?)))).collect())
    }

    async fn save_prices(&self, _: &str, symbol: &str, prices: &StoredPrices) -> PriceStoreResult<()> {
        self.known.lock().unwrap().insert(symbol.to_owned(), prices.clone());
        Ok(())
    }

    async fn requests_since(&self, _: &str, _: i64) -> PriceStoreResult<Vec<i64>> {
        Ok(Vec::new())
    }
}

/// A price cache in front of a scripted provider, with a clock that the test can set.
struct Fixture {
    provider: Arc<ScriptedProvider>,
    cached: Cached,
    store: Arc<MemoryStore>,
    now: Arc<Mutex<DateTime<Utc>>>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Creates a fixture with the clock set to Monday, 2026-01-05, after trading has closed. The
/// provider has prices up to that day.
fn fixture() -> Fixture {
    let endpoint = Endpoint {
        base: "http://127.0.0.1:9".parse().unwrap(),
        key: Secret::new("key"),
        per_minute: None,
        timeout: Duration::from_secs(1),
        is_shared: false,
    };
    let provider = Arc::new(ScriptedProvider {
        channel: Channel::new("Scripted", "KEY", "Token", endpoint, vec![Window::new(100, 1)]).unwrap(),
        script: Mutex::new(ProviderScript { last: day("2026-01-05"), factor: 1.0, error: None }),
        requests: Mutex::default(),
    });
    let now = Arc::new(Mutex::new("2026-01-05T22:00:00Z".parse().unwrap()));
    let clock = now.clone();
    let read_clock = Arc::new(move || *clock.lock().unwrap());
    let store = Arc::new(MemoryStore::default());
    Fixture { cached: Cached::new(provider.clone(), store.clone(), read_clock), provider, store, now }
}

impl Fixture {
    async fn fetch(&self, to: &str) -> Result<History, ProviderError> {
        self.cached.fetch(&Self::request(to)).await
    }

    fn request(to: &str) -> PriceRequest<'static> {
        PriceRequest { requester: Requester { user: "me", run: 1 }, symbol: "A", from: day("2026-01-01"), to: day(to) }
    }

    fn script(&self, change: impl FnOnce(&mut ProviderScript)) {
        change(&mut self.provider.script.lock().unwrap());
    }

    fn wait(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    /// Returns the first day of each request that reached the provider.
    fn requested(&self) -> Vec<String> {
        self.provider.requests.lock().unwrap().iter().map(|(_, from)| from.clone()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn fetches_stored_days_only_once() {
    let fixture = fixture();
    let first = fixture.fetch("2026-01-05").await.unwrap();
    assert_eq!(fixture.fetch("2026-01-05").await.unwrap(), first);
    assert_eq!((first.bars.len(), fixture.requested()), (5, vec!["2026-01-01".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn refetches_only_last_stored_day_with_new_days() {
    let fixture = fixture();
    fixture.fetch("2026-01-05").await.unwrap();
    fixture.wait(TimeDelta::days(1));
    fixture.script(|script| script.last = day("2026-01-06"));
    assert_eq!(fixture.fetch("2026-01-06").await.unwrap().bars.len(), 6);
    assert_eq!(fixture.requested(), ["2026-01-01", "2026-01-05"]);
}

#[tokio::test(start_paused = true)]
async fn refetches_whole_history_after_dividend() {
    let fixture = fixture();
    fixture.fetch("2026-01-05").await.unwrap();
    fixture.wait(TimeDelta::days(1));
    fixture.script(|script| (script.last, script.factor) = (day("2026-01-06"), 0.99));
    let bars = fixture.fetch("2026-01-06").await.unwrap().bars;
    assert!(bars.len() == 6 && bars.iter().all(|bar| (bar.adj_close - 1.98).abs() < 1e-12), "{bars:?}");
    assert_eq!(fixture.requested(), ["2026-01-01", "2026-01-05", "2026-01-01"]);
}

#[tokio::test(start_paused = true)]
async fn requests_missing_day_again_after_one_hour() {
    let fixture = fixture();
    fixture.fetch("2026-01-06").await.unwrap();
    fixture.wait(TimeDelta::minutes(59));
    fixture.fetch("2026-01-06").await.unwrap();
    assert_eq!(fixture.requested().len(), 1);
    fixture.wait(TimeDelta::minutes(1));
    fixture.fetch("2026-01-06").await.unwrap();
    assert_eq!(fixture.requested(), ["2026-01-01", "2026-01-05"]);
}

#[tokio::test(start_paused = true)]
async fn fetches_newly_closed_day_within_the_hour() {
    let fixture = fixture();
    fixture.fetch("2026-01-05").await.unwrap();
    fixture.wait(TimeDelta::minutes(10));
    fixture.fetch("2026-01-06").await.unwrap();
    assert_eq!(fixture.requested().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn fetches_whole_history_for_earlier_start() {
    let fixture = fixture();
    fixture.fetch("2026-01-05").await.unwrap();
    let earlier = PriceRequest { from: day("2025-12-01"), ..Fixture::request("2026-01-05") };
    assert_eq!(fixture.cached.fetch(&earlier).await.unwrap().bars.len(), 36);
}

#[tokio::test(start_paused = true)]
async fn remembers_unknown_symbol_for_a_day() {
    let fixture = fixture();
    let unknown = ProviderError::NotFound("unknown to Scripted".to_owned());
    fixture.script(|script| script.error = Some(unknown.clone()));
    for _ in 0..3 {
        assert_eq!(fixture.fetch("2026-01-05").await, Err(unknown.clone()));
    }
    assert_eq!(fixture.requested().len(), 1);
    fixture.wait(TimeDelta::hours(24));
    fixture.script(|script| script.error = None);
    assert!(fixture.fetch("2026-01-05").await.is_ok());
}

/// A symbol is remembered as unknown only if the provider explicitly says so. A rate limit or
/// another failure is not remembered.
#[tokio::test(start_paused = true)]
async fn forgets_failures_other_than_unknown_symbol() {
    let provider = "Scripted";
    for error in [
        ProviderError::RateLimited { provider, retry_after_seconds: None },
        ProviderError::QuotaExhausted { provider, resets: None },
        ProviderError::Empty { provider },
        ProviderError::Timeout { provider, seconds: 1 },
        ProviderError::Upstream { provider, what: String::new() },
        ProviderError::Malformed { provider, what: String::new() },
        ProviderError::PlanLimit { provider },
    ] {
        let fixture = fixture();
        fixture.script(|script| script.error = Some(error.clone()));
        assert_eq!(fixture.fetch("2026-01-05").await, Err(error));
        fixture.script(|script| script.error = None);
        assert!(fixture.fetch("2026-01-05").await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn shares_one_request_between_concurrent_callers() {
    let fixture = fixture();
    let (one, two) = tokio::join!(fixture.fetch("2026-01-05"), fixture.fetch("2026-01-05"));
    assert_eq!(one, two);
    assert_eq!(fixture.requested().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn explains_stale_prices_with_last_day_and_reason() {
    let fixture = fixture();
    fixture.fetch("2026-01-05").await.unwrap();
    fixture.wait(TimeDelta::days(1));
    let why = ProviderError::CircuitOpen { provider: "Scripted", until: tokio::time::Instant::now() };
    let stale = fixture.cached.stale(&Fixture::request("2026-01-06"), &why).await.unwrap();
    assert_eq!(stale.stale.unwrap(), "prices only up to 2026-01-05: Scripted is not responding");
}

#[tokio::test(start_paused = true)]
async fn shares_failure_between_concurrent_callers() {
    let fixture = fixture();
    fixture.script(|script| script.error = Some(ProviderError::Empty { provider: "Scripted" }));
    let (one, two) = tokio::join!(fixture.fetch("2026-01-05"), fixture.fetch("2026-01-05"));
    assert_eq!(one, two);
    assert_eq!(fixture.requested().len(), 1);
    assert!(fixture.fetch("2026-01-05").await.is_err());
    assert_eq!(fixture.requested().len(), 2, "a later caller sends a new request");
}

#[tokio::test(start_paused = true)]
async fn remembers_stored_symbol_that_became_unknown() {
    let fixture = fixture();
    fixture.fetch("2026-01-05").await.unwrap();
    fixture.wait(TimeDelta::days(1));
    fixture.script(|script| script.error = Some(ProviderError::NotFound("unknown to Scripted".to_owned())));
    for _ in 0..2 {
        assert!(matches!(fixture.fetch("2026-01-06").await, Err(ProviderError::NotFound(_))));
    }
    assert_eq!(fixture.requested().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn looks_up_ten_thousand_symbols_in_one_read() {
    let fixture = fixture();
    let unknown = ProviderError::NotFound("unknown to Scripted".to_owned());
    fixture.fetch("2026-01-05").await.unwrap();
    fixture.script(|script| script.error = Some(unknown));
    let junk = PriceRequest { symbol: "JUNK", ..Fixture::request("2026-01-05") };
    assert!(fixture.cached.fetch(&junk).await.is_err());
    let before = fixture.store.reads.load(Ordering::Relaxed);
    let names: Vec<String> = (0..10_000).map(|number| format!("S{number}")).collect();
    let mut requests: Vec<PriceRequest<'_>> =
        names.iter().map(|symbol| PriceRequest { symbol: symbol.as_str(), ..Fixture::request("2026-01-05") }).collect();
    requests.extend([junk, Fixture::request("2026-01-05")]);
    let states = fixture.cached.stored_states(&requests).await;
    assert_eq!(
        states,
        HashMap::from([("A".to_owned(), StoredState::Complete), ("JUNK".to_owned(), StoredState::UnknownSymbol)])
    );
    assert_eq!(fixture.store.reads.load(Ordering::Relaxed) - before, 1);
}

#[tokio::test(start_paused = true)]
async fn returns_stored_closes_whatever_their_age() {
    let fixture = fixture();
    fixture.fetch("2026-01-02").await.unwrap();
    fixture.wait(TimeDelta::days(100));
    let closes = fixture.cached.stored_closes(&["A", "B"]).await;
    assert_eq!(closes, HashMap::from([("A".to_owned(), vec![(day("2026-01-01"), 2.0), (day("2026-01-02"), 2.0)])]));
    let asked = fixture.cached.asked_until(&["A", "B"]).await;
    assert_eq!(asked, HashMap::from([("A".to_owned(), day("2026-01-02"))]));
}

#[tokio::test(start_paused = true)]
async fn removes_fetch_lock_after_last_caller() {
    let fixture = fixture();
    let (one, two) = tokio::join!(fixture.fetch("2026-01-05"), fixture.fetch("2026-01-05"));
    assert!(one.is_ok() && two.is_ok());
    assert!(lock(&fixture.cached.fetch_locks).is_empty());
    // The fetch lock must also be removed if the fetch is cancelled.
    fixture.script(|script| script.last = day("2026-01-06"));
    fixture.wait(TimeDelta::days(1));
    let cancelled = tokio::time::timeout(Duration::from_millis(1), fixture.fetch("2026-01-06")).await;
    assert!(cancelled.is_err() && lock(&fixture.cached.fetch_locks).is_empty());
}
