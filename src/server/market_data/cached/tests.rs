//! What is asked for, what is not, and what is remembered.

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
        PriceStoreResult, Secret, Window,
        channel::{Channel, Endpoint},
        provider::{Adjustment, RawBar},
    },
    Ask, Cached, History, Known, PriceStore, Provider, ProviderError, StoredPrices, StoredRange, lock,
};

/// A provider that knows prices up to a day, and writes down what it is asked.
struct Scripted {
    channel: Channel,
    script: Mutex<Script>,
    asked: Mutex<Vec<(String, String)>>,
}

#[derive(Clone)]
struct Script {
    /// It has a price for every day up to this one.
    last: NaiveDate,
    /// What all adjusted closes are multiplied by: a dividend rewrites the past.
    factor: f64,
    fails: Option<ProviderError>,
}

#[async_trait]
impl Provider for Scripted {
    fn id(&self) -> &'static str {
        "scripted"
    }

    fn adjustment(&self) -> Adjustment {
        Adjustment::Total
    }

    fn channel(&self) -> &Channel {
        &self.channel
    }

    async fn daily(&self, _: &str, symbol: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<RawBar>, ProviderError> {
        self.asked.lock().unwrap().push((symbol.to_owned(), from.to_string()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        let script = self.script.lock().unwrap().clone();
        let bar = |date| RawBar { date, close: Some(2.0), adj_close: Some(2.0 * script.factor) };
        match script.fails {
            Some(error) => Err(error),
            None => Ok(from.iter_days().take_while(|day| *day <= to.min(script.last)).map(bar).collect()),
        }
    }
}

#[derive(Default)]
struct Memory {
    known: Mutex<HashMap<String, StoredPrices>>,
    /// How often it was read.
    reads: AtomicUsize,
}

#[async_trait]
impl PriceStore for Memory {
    async fn prices(&self, _: &str, symbol: &str) -> PriceStoreResult<Option<StoredPrices>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Ok(self.known.lock().unwrap().get(symbol).cloned())
    }

    async fn ranges(&self, _: &str, symbols: &[&str]) -> PriceStoreResult<HashMap<String, StoredRange>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let known = self.known.lock().unwrap();
        Ok(symbols.iter().filter_map(|&symbol| Some((symbol.to_owned(), known.get(symbol)?.range()))).collect())
    }

    async fn keep_prices(&self, _: &str, symbol: &str, prices: &StoredPrices) -> PriceStoreResult<()> {
        self.known.lock().unwrap().insert(symbol.to_owned(), prices.clone());
        Ok(())
    }

    async fn asked_since(&self, _: &str, _: i64) -> PriceStoreResult<Vec<i64>> {
        Ok(Vec::new())
    }
}

/// A cache over a scripted provider, at a time that the test sets.
struct Desk {
    provider: Arc<Scripted>,
    cached: Cached,
    store: Arc<Memory>,
    now: Arc<Mutex<DateTime<Utc>>>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Monday 2026-01-05 in the evening; the provider has everything up to that day.
fn desk() -> Desk {
    let endpoint = Endpoint {
        base: "http://127.0.0.1:9".parse().unwrap(),
        key: Secret::new("key"),
        per_minute: None,
        timeout: Duration::from_secs(1),
        is_shared: false,
    };
    let provider = Arc::new(Scripted {
        channel: Channel::new("Scripted", "Token", endpoint, vec![Window::new(100, 1)]).unwrap(),
        script: Mutex::new(Script { last: day("2026-01-05"), factor: 1.0, fails: None }),
        asked: Mutex::default(),
    });
    let now = Arc::new(Mutex::new("2026-01-05T22:00:00Z".parse().unwrap()));
    let clock = now.clone();
    let read_clock = Arc::new(move || *clock.lock().unwrap());
    let store = Arc::new(Memory::default());
    Desk { cached: Cached::new(provider.clone(), store.clone(), read_clock), provider, store, now }
}

impl Desk {
    async fn fetch(&self, to: &str) -> Result<History, ProviderError> {
        self.cached.fetch(&Self::ask(to)).await
    }

    fn ask(to: &str) -> Ask<'static> {
        Ask { user: "me", symbol: "A", from: day("2026-01-01"), to: day(to) }
    }

    fn script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.provider.script.lock().unwrap());
    }

    fn wait(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    /// From which day on it was asked, each time.
    fn asked(&self) -> Vec<String> {
        self.provider.asked.lock().unwrap().iter().map(|(_, from)| from.clone()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_known_is_not_asked_for_again() {
    let desk = desk();
    let first = desk.fetch("2026-01-05").await.unwrap();
    assert_eq!(desk.fetch("2026-01-05").await.unwrap(), first);
    assert_eq!((first.bars.len(), desk.asked()), (5, vec!["2026-01-01".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn after_the_next_close_only_the_new_day_is_fetched_with_the_last_known_one() {
    let desk = desk();
    desk.fetch("2026-01-05").await.unwrap();
    desk.wait(TimeDelta::days(1));
    desk.script(|script| script.last = day("2026-01-06"));
    assert_eq!(desk.fetch("2026-01-06").await.unwrap().bars.len(), 6);
    assert_eq!(desk.asked(), ["2026-01-01", "2026-01-05"]);
}

#[tokio::test(start_paused = true)]
async fn a_dividend_since_rewrites_the_past_so_everything_is_fetched_anew() {
    let desk = desk();
    desk.fetch("2026-01-05").await.unwrap();
    desk.wait(TimeDelta::days(1));
    desk.script(|script| (script.last, script.factor) = (day("2026-01-06"), 0.99));
    let bars = desk.fetch("2026-01-06").await.unwrap().bars;
    assert!(bars.len() == 6 && bars.iter().all(|bar| (bar.adj_close - 1.98).abs() < 1e-12), "{bars:?}");
    assert_eq!(desk.asked(), ["2026-01-01", "2026-01-05", "2026-01-01"]);
}

#[tokio::test(start_paused = true)]
async fn a_day_that_did_not_come_is_asked_for_again_after_an_hour_and_not_before() {
    let desk = desk();
    desk.fetch("2026-01-06").await.unwrap();
    desk.wait(TimeDelta::minutes(59));
    desk.fetch("2026-01-06").await.unwrap();
    assert_eq!(desk.asked().len(), 1);
    desk.wait(TimeDelta::minutes(1));
    desk.fetch("2026-01-06").await.unwrap();
    assert_eq!(desk.asked(), ["2026-01-01", "2026-01-05"]);
}

#[tokio::test(start_paused = true)]
async fn a_day_that_closed_since_is_new_even_within_the_hour() {
    let desk = desk();
    desk.fetch("2026-01-05").await.unwrap();
    desk.wait(TimeDelta::minutes(10));
    desk.fetch("2026-01-06").await.unwrap();
    assert_eq!(desk.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_start_fetches_everything() {
    let desk = desk();
    desk.fetch("2026-01-05").await.unwrap();
    let earlier = Ask { from: day("2025-12-01"), ..Desk::ask("2026-01-05") };
    assert_eq!(desk.cached.fetch(&earlier).await.unwrap().bars.len(), 36);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_symbol_is_remembered_for_a_day() {
    let desk = desk();
    let unknown = ProviderError::NotFound("unknown to Scripted".to_owned());
    desk.script(|script| script.fails = Some(unknown.clone()));
    for _ in 0..3 {
        assert_eq!(desk.fetch("2026-01-05").await, Err(unknown.clone()));
    }
    assert_eq!(desk.asked().len(), 1);
    desk.wait(TimeDelta::hours(24));
    desk.script(|script| script.fails = None);
    assert!(desk.fetch("2026-01-05").await.is_ok());
}

/// A throttled or failed request says nothing about the symbol.
#[tokio::test(start_paused = true)]
async fn no_other_failure_is_remembered() {
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
        let desk = desk();
        desk.script(|script| script.fails = Some(error.clone()));
        assert_eq!(desk.fetch("2026-01-05").await, Err(error));
        desk.script(|script| script.fails = None);
        assert!(desk.fetch("2026-01-05").await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn two_who_want_the_same_symbol_make_one_request() {
    let desk = desk();
    let (one, two) = tokio::join!(desk.fetch("2026-01-05"), desk.fetch("2026-01-05"));
    assert_eq!(one, two);
    assert_eq!(desk.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn old_prices_say_how_old_they_are_and_why() {
    let desk = desk();
    desk.fetch("2026-01-05").await.unwrap();
    desk.wait(TimeDelta::days(1));
    let why = ProviderError::Resting { provider: "Scripted", until: tokio::time::Instant::now() };
    let stale = desk.cached.stale(&Desk::ask("2026-01-06"), &why).await.unwrap();
    assert_eq!(stale.stale.unwrap(), "prices only up to 2026-01-05: Scripted does not answer at the moment");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_request_that_fails_shares_the_failure() {
    let desk = desk();
    desk.script(|script| script.fails = Some(ProviderError::Empty { provider: "Scripted" }));
    let (one, two) = tokio::join!(desk.fetch("2026-01-05"), desk.fetch("2026-01-05"));
    assert_eq!(one, two);
    assert_eq!(desk.asked().len(), 1);
    assert!(desk.fetch("2026-01-05").await.is_err());
    assert_eq!(desk.asked().len(), 2, "who comes later asks anew");
}

#[tokio::test(start_paused = true)]
async fn a_symbol_that_became_unknown_is_remembered_too() {
    let desk = desk();
    desk.fetch("2026-01-05").await.unwrap();
    desk.wait(TimeDelta::days(1));
    desk.script(|script| script.fails = Some(ProviderError::NotFound("unknown to Scripted".to_owned())));
    for _ in 0..2 {
        assert!(matches!(desk.fetch("2026-01-06").await, Err(ProviderError::NotFound(_))));
    }
    assert_eq!(desk.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn looks_up_ten_thousand_symbols_in_one_read() {
    let desk = desk();
    let unknown = ProviderError::NotFound("unknown to Scripted".to_owned());
    desk.fetch("2026-01-05").await.unwrap();
    desk.script(|script| script.fails = Some(unknown));
    let junk = Ask { symbol: "JUNK", ..Desk::ask("2026-01-05") };
    assert!(desk.cached.fetch(&junk).await.is_err());
    let before = desk.store.reads.load(Ordering::Relaxed);
    let names: Vec<String> = (0..10_000).map(|number| format!("S{number}")).collect();
    let mut asks: Vec<Ask<'_>> =
        names.iter().map(|symbol| Ask { symbol: symbol.as_str(), ..Desk::ask("2026-01-05") }).collect();
    asks.extend([junk, Desk::ask("2026-01-05")]);
    let known = desk.cached.known_of(&asks).await;
    assert_eq!(known, HashMap::from([("A".to_owned(), Known::Whole), ("JUNK".to_owned(), Known::Unknown)]));
    assert_eq!(desk.store.reads.load(Ordering::Relaxed) - before, 1);
}

#[tokio::test(start_paused = true)]
async fn forgets_turn_of_symbol_nobody_fetches() {
    let desk = desk();
    let (one, two) = tokio::join!(desk.fetch("2026-01-05"), desk.fetch("2026-01-05"));
    assert!(one.is_ok() && two.is_ok());
    assert!(lock(&desk.cached.fetching).is_empty());
    // Whoever gives up leaves nothing behind either.
    desk.script(|script| script.last = day("2026-01-06"));
    desk.wait(TimeDelta::days(1));
    let given_up = tokio::time::timeout(Duration::from_millis(1), desk.fetch("2026-01-06")).await;
    assert!(given_up.is_err() && lock(&desk.cached.fetching).is_empty());
}
