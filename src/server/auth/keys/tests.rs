//! Tests when keys are fetched, and when known keys stay in use. The tests pause tokio's clock, so
//! they need not wait in real time.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{
    super::jwks_client::{FetchError, KeySource},
    Keys, Refusal,
};

/// A key source with a configurable response and delay, which counts its fetches.
struct Scripted {
    response: Mutex<Result<Vec<u8>, FetchError>>,
    delay: Mutex<Duration>,
    fetches: AtomicUsize,
}

#[async_trait]
impl KeySource for Scripted {
    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let delay = *self.delay.lock().unwrap();
        sleep(delay).await;
        self.response.lock().unwrap().clone()
    }
}

impl Scripted {
    fn publish(&self, kids: &[&str]) {
        // The modulus has 2048 bits, all of them set.
        let modulus = format!("{}w", "_".repeat(341));
        let keys: Vec<_> =
            kids.iter().map(|kid| json!({"kty": "RSA", "kid": kid, "n": modulus, "e": "AQAB"})).collect();
        *self.response.lock().unwrap() = Ok(json!({"keys": keys}).to_string().into_bytes());
    }

    fn respond_with(&self, response: Result<&str, FetchError>) {
        *self.response.lock().unwrap() = response.map(|text| text.as_bytes().to_vec());
    }

    fn delay_by(&self, delay: Duration) {
        *self.delay.lock().unwrap() = delay;
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

/// Returns a source that publishes the key `a`, and a cache that has loaded this key. A background
/// task refreshes the cache.
async fn started() -> (Arc<Scripted>, Arc<Keys>) {
    let (source, keys) = stopped();
    source.publish(&["a"]);
    refresh_in_background(&keys);
    sleep(Duration::from_millis(1)).await;
    (source, keys)
}

fn stopped() -> (Arc<Scripted>, Arc<Keys>) {
    let source = Arc::new(Scripted {
        response: Mutex::new(Err(FetchError::NoResponse)),
        delay: Mutex::default(),
        fetches: AtomicUsize::new(0),
    });
    (source.clone(), Arc::new(Keys::new(source)))
}

fn refresh_in_background(keys: &Arc<Keys>) {
    let keys = keys.clone();
    tokio::spawn(async move { keys.keep_fresh().await });
}

async fn is_known(keys: &Arc<Keys>, kid: &str) -> bool {
    keys.find(kid).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn reports_missing_keys_before_first_fetch() {
    let (source, keys) = stopped();
    assert_eq!(keys.find("a").await.unwrap_err(), Refusal::NoKeys);
    assert_eq!((source.fetches(), keys.generation()), (0, None));
}

#[tokio::test(start_paused = true)]
async fn retries_failing_source_at_least_every_half_minute() {
    let (source, keys) = stopped();
    refresh_in_background(&keys);
    sleep(Duration::from_mins(10)).await;
    assert!(source.fetches() > 20 && keys.generation().is_none(), "{}", source.fetches());
    source.publish(&["a"]);
    sleep(Duration::from_secs(31)).await;
    assert!(is_known(&keys, "a").await);
}

#[tokio::test(start_paused = true)]
async fn refetches_keys_every_hour() {
    let (source, keys) = started().await;
    source.publish(&["a", "b"]);
    sleep(Duration::from_mins(61)).await;
    assert_eq!(source.fetches(), 2);
    assert!(is_known(&keys, "b").await);
    assert_eq!(source.fetches(), 2, "known without a fetch");
}

#[tokio::test(start_paused = true)]
async fn fetches_unknown_key_at_once() {
    let (source, keys) = started().await;
    source.publish(&["b"]);
    assert!(is_known(&keys, "b").await);
    assert_eq!(keys.find("a").await.unwrap_err(), Refusal::UnknownKey, "no longer published");
}

#[tokio::test(start_paused = true)]
async fn fetches_once_per_thirty_seconds_for_unknown_keys() {
    let (source, keys) = started().await;
    for second in 0..60 {
        let many = (0..100).map(|number| format!("{second}-{number}"));
        let lookups = many.map(|kid| {
            let keys = keys.clone();
            async move { keys.find(&kid).await.is_err() }
        });
        assert!(futures::future::join_all(lookups).await.into_iter().all(|refused| refused));
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(source.fetches(), 1 + 2);
}

#[tokio::test(start_paused = true)]
async fn shares_one_fetch_among_waiting_lookups() {
    let (source, keys) = started().await;
    source.publish(&["a", "b"]);
    source.delay_by(Duration::from_secs(2));
    let lookups = (0..20).map(|_| is_known(&keys, "b"));
    assert!(futures::future::join_all(lookups).await.into_iter().all(|known| known));
    assert_eq!(source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn skips_fetch_for_key_that_just_arrived() {
    let (source, keys) = started().await;
    source.publish(&["a", "b"]);
    source.delay_by(Duration::from_secs(2));
    sleep(Duration::from_hours(1)).await;
    assert_eq!(source.fetches(), 2, "the regular fetch is under way");
    assert!(is_known(&keys, "b").await);
    assert_eq!(source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn returns_known_key_while_source_is_slow() {
    let (source, keys) = started().await;
    source.delay_by(Duration::from_mins(5));
    assert!(
        timeout(Duration::from_secs(1), is_known(&keys, "new")).await.is_err(),
        "the lookup of an unknown key waits"
    );
    assert!(timeout(Duration::from_millis(1), is_known(&keys, "a")).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn finishes_key_fetch_after_caller_disconnects() {
    let (source, keys) = started().await;
    source.publish(&["a", "b"]);
    source.delay_by(Duration::from_secs(2));
    assert!(timeout(Duration::from_millis(10), is_known(&keys, "b")).await.is_err(), "the caller gives up");
    sleep(Duration::from_secs(3)).await;
    assert!(is_known(&keys, "b").await);
    assert_eq!(source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn keeps_known_keys_after_failed_fetches() {
    let (source, keys) = started().await;
    for response in [
        Err(FetchError::Timeout),
        Err(FetchError::NoResponse),
        Err(FetchError::Status(500)),
        Err(FetchError::TooLarge),
        Ok(r#"{"keys": []}"#),
        Ok(r#"{"keys": [{"kty": "EC", "kid": "a"}]}"#),
        Ok("<html>"),
        Ok(""),
    ] {
        source.respond_with(response.clone());
        let fetches = source.fetches();
        assert!(!is_known(&keys, "b").await);
        assert_eq!(source.fetches(), fetches + 1);
        assert!(is_known(&keys, "a").await, "{response:?}");
        sleep(Duration::from_secs(31)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn changes_generation_only_with_keys() {
    let (source, keys) = started().await;
    let first = keys.generation();
    assert!(!is_known(&keys, "b").await);
    assert_eq!(keys.generation(), first, "fetched again without a change");
    source.publish(&["b"]);
    sleep(Duration::from_secs(31)).await;
    assert!(is_known(&keys, "b").await);
    assert_ne!(keys.generation(), first);
}
