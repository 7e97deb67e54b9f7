//! When keys are fetched, and what becomes of the known ones. The clock of these tests is paused.

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

/// A source that answers with whatever was put there last, and counts.
struct Scripted {
    answer: Mutex<Result<Vec<u8>, FetchError>>,
    takes: Mutex<Duration>,
    fetches: AtomicUsize,
}

#[async_trait]
impl KeySource for Scripted {
    async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let takes = *self.takes.lock().unwrap();
        sleep(takes).await;
        self.answer.lock().unwrap().clone()
    }
}

impl Scripted {
    fn publishes(&self, kids: &[&str]) {
        // 2048 bits, all of them set.
        let modulus = format!("{}w", "_".repeat(341));
        let keys: Vec<_> =
            kids.iter().map(|kid| json!({"kty": "RSA", "kid": kid, "n": modulus, "e": "AQAB"})).collect();
        *self.answer.lock().unwrap() = Ok(json!({"keys": keys}).to_string().into_bytes());
    }

    fn answers(&self, answer: Result<&str, FetchError>) {
        *self.answer.lock().unwrap() = answer.map(|text| text.as_bytes().to_vec());
    }

    fn takes(&self, time: Duration) {
        *self.takes.lock().unwrap() = time;
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

/// Keys over a source that publishes `a`, with their background at work from now on.
async fn started() -> (Arc<Scripted>, Arc<Keys>) {
    let (source, keys) = stopped();
    source.publishes(&["a"]);
    background(&keys);
    sleep(Duration::from_millis(1)).await;
    (source, keys)
}

fn stopped() -> (Arc<Scripted>, Arc<Keys>) {
    let source = Arc::new(Scripted {
        answer: Mutex::new(Err(FetchError::NoAnswer)),
        takes: Mutex::default(),
        fetches: AtomicUsize::new(0),
    });
    (source.clone(), Arc::new(Keys::new(source)))
}

fn background(keys: &Arc<Keys>) {
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
    background(&keys);
    sleep(Duration::from_mins(10)).await;
    assert!(source.fetches() > 20 && keys.generation().is_none(), "{}", source.fetches());
    source.publishes(&["a"]);
    sleep(Duration::from_secs(31)).await;
    assert!(is_known(&keys, "a").await);
}

#[tokio::test(start_paused = true)]
async fn refetches_keys_every_hour() {
    let (source, keys) = started().await;
    source.publishes(&["a", "b"]);
    sleep(Duration::from_mins(61)).await;
    assert_eq!(source.fetches(), 2);
    assert!(is_known(&keys, "b").await);
    assert_eq!(source.fetches(), 2, "known without asking");
}

#[tokio::test(start_paused = true)]
async fn fetches_unknown_key_at_once() {
    let (source, keys) = started().await;
    source.publishes(&["b"]);
    assert!(is_known(&keys, "b").await);
    assert_eq!(keys.find("a").await.unwrap_err(), Refusal::UnknownKey, "no longer published");
}

#[tokio::test(start_paused = true)]
async fn fetches_once_per_thirty_seconds_for_unknown_keys() {
    let (source, keys) = started().await;
    for second in 0..60 {
        let many = (0..100).map(|number| format!("{second}-{number}"));
        let asked = many.map(|kid| {
            let keys = keys.clone();
            async move { keys.find(&kid).await.is_err() }
        });
        assert!(futures::future::join_all(asked).await.into_iter().all(|refused| refused));
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(source.fetches(), 1 + 2);
}

#[tokio::test(start_paused = true)]
async fn shares_one_fetch_among_waiting_lookups() {
    let (source, keys) = started().await;
    source.publishes(&["a", "b"]);
    source.takes(Duration::from_secs(2));
    let asked = (0..20).map(|_| is_known(&keys, "b"));
    assert!(futures::future::join_all(asked).await.into_iter().all(|known| known));
    assert_eq!(source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn skips_fetch_for_key_that_just_arrived() {
    let (source, keys) = started().await;
    source.publishes(&["a", "b"]);
    source.takes(Duration::from_secs(2));
    sleep(Duration::from_hours(1)).await;
    assert_eq!(source.fetches(), 2, "the background is at it");
    assert!(is_known(&keys, "b").await);
    assert_eq!(source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn returns_known_key_while_source_is_slow() {
    let (source, keys) = started().await;
    source.takes(Duration::from_mins(5));
    assert!(timeout(Duration::from_secs(1), is_known(&keys, "new")).await.is_err(), "it waits");
    assert!(timeout(Duration::from_millis(1), is_known(&keys, "a")).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn finishes_key_fetch_after_caller_disconnects() {
    let (source, keys) = started().await;
    source.publishes(&["a", "b"]);
    source.takes(Duration::from_secs(2));
    assert!(timeout(Duration::from_millis(10), is_known(&keys, "b")).await.is_err(), "gone away");
    sleep(Duration::from_secs(3)).await;
    assert!(is_known(&keys, "b").await);
    assert_eq!(source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn keeps_known_keys_after_failed_fetches() {
    let (source, keys) = started().await;
    for answer in [
        Err(FetchError::Timeout),
        Err(FetchError::NoAnswer),
        Err(FetchError::Status(500)),
        Err(FetchError::TooLarge),
        Ok(r#"{"keys": []}"#),
        Ok(r#"{"keys": [{"kty": "EC", "kid": "a"}]}"#),
        Ok("<html>"),
        Ok(""),
    ] {
        source.answers(answer.clone());
        let fetches = source.fetches();
        assert!(!is_known(&keys, "b").await);
        assert_eq!(source.fetches(), fetches + 1);
        assert!(is_known(&keys, "a").await, "{answer:?}");
        sleep(Duration::from_secs(31)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn changes_generation_only_with_keys() {
    let (source, keys) = started().await;
    let first = keys.generation();
    assert!(!is_known(&keys, "b").await);
    assert_eq!(keys.generation(), first, "fetched, and the same");
    source.publishes(&["b"]);
    sleep(Duration::from_secs(31)).await;
    assert!(is_known(&keys, "b").await);
    assert_ne!(keys.generation(), first);
}
