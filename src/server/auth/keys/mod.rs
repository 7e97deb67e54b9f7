//! Caches the issuer's keys. They are fetched in the background at regular intervals, and also when
//! a token names an unknown key.
//!
//! Looking up a known key never waits. Known keys stay in use while fetches fail. A key that is no
//! longer published disappears with the next successful fetch.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use jsonwebtoken::DecodingKey;
use tokio::{sync::Mutex, time::Instant};

use super::{
    Refusal,
    jwks::{self, KeysById},
    jwks_client::KeySource,
};

/// Time between two regular fetches of the keys.
const REFRESH_INTERVAL: Duration = Duration::from_hours(1);

/// Wait before the first retry of a failed fetch. It doubles with each further retry, up to
/// [`MAX_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Maximum wait before a retry of a failed fetch.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Minimum time between two fetches caused by unknown keys. These fetches are limited because
/// anyone can make up tokens that name unknown keys.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(30);

/// A cache of one issuer's public keys.
pub struct Keys {
    source: Arc<dyn KeySource>,
    current: ArcSwapOption<KeySet>,
    /// Time of the most recent fetch for an unknown key. Every fetch holds this mutex, so that only
    /// one runs at a time; lookups of known keys do not wait for it.
    last_unknown_fetch: Mutex<Option<Instant>>,
}

/// The keys from the last successful fetch.
#[derive(Debug)]
struct KeySet {
    /// Generation of the key set, a number that rises by one whenever the keys change.
    generation: u64,
    keys: KeysById,
}

/// A public key, and the generation of the key set that contains it.
#[derive(Debug)]
pub struct Found {
    pub key: DecodingKey,
    pub generation: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Fetched,
    Failed,
}

impl Keys {
    /// Creates an empty cache for the keys of this source.
    pub fn new(source: Arc<dyn KeySource>) -> Self {
        Self { source, current: ArcSwapOption::empty(), last_unknown_fetch: Mutex::new(None) }
    }

    /// Returns the generation of the key set, a number that changes with the keys; `None` before
    /// the first successful fetch.
    pub fn generation(&self) -> Option<u64> {
        self.current.load().as_ref().map(|current| current.generation)
    }

    /// Fetches the keys every hour, and retries failed fetches sooner. Never returns.
    pub async fn keep_fresh(&self) {
        let mut wait = FIRST_WAIT;
        loop {
            let outcome = {
                let _one_at_a_time = self.last_unknown_fetch.lock().await;
                self.fetch().await
            };
            if outcome == Outcome::Fetched {
                wait = FIRST_WAIT;
                tokio::time::sleep(REFRESH_INTERVAL).await;
            } else {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(MAX_WAIT);
            }
        }
    }

    /// Returns the key with this identifier. If the cache does not contain the key, all keys are
    /// fetched again, unless an unknown key has already caused a fetch within the last 30 seconds.
    ///
    /// # Errors
    /// Returns [`Refusal::NoKeys`] before the first successful fetch, and [`Refusal::UnknownKey`]
    /// if the issuer does not publish the key.
    pub async fn find(self: &Arc<Self>, kid: &str) -> Result<Found, Refusal> {
        if let Some(found) = self.known(kid)? {
            return Ok(found);
        }
        // The keys are fetched in a separate task, so that a client cannot abort the fetch by
        // disconnecting. An unknown key triggers at most one fetch every 30 seconds, so an aborted
        // fetch would leave the server without the new keys for that long.
        let (keys, wanted) = (self.clone(), kid.to_owned());
        let fetching = tokio::spawn(async move { keys.fetch_for_unknown(&wanted).await });
        if let Err(error) = fetching.await {
            tracing::error!(%error, "task that fetches sign-in keys failed");
        }
        self.known(kid)?.ok_or(Refusal::UnknownKey)
    }

    fn known(&self, kid: &str) -> Result<Option<Found>, Refusal> {
        let current = self.current.load();
        let current = current.as_ref().ok_or(Refusal::NoKeys)?;
        let found = |key: &jwks::PublicKey| Found { key: key.decoding_key(), generation: current.generation };
        Ok(current.keys.get(kid).map(found))
    }

    async fn fetch_for_unknown(&self, kid: &str) {
        let mut last_fetch = self.last_unknown_fetch.lock().await;
        let is_known = matches!(self.known(kid), Ok(Some(_)));
        if is_known || last_fetch.is_some_and(|time| time.elapsed() < UNKNOWN_KEY_INTERVAL) {
            return;
        }
        tracing::info!("token names an unknown key, fetching sign-in keys again");
        *last_fetch = Some(Instant::now());
        self.fetch().await;
    }

    async fn fetch(&self) -> Outcome {
        let keys = match self.source.fetch().await {
            Ok(document) => jwks::parse(&document).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match keys {
            Ok(keys) => {
                self.publish(keys);
                Outcome::Fetched
            }
            Err(error) if self.generation().is_some() => {
                tracing::warn!(error, "fetching sign-in keys failed, known keys stay in use");
                Outcome::Failed
            }
            Err(error) => {
                tracing::error!(
                    error,
                    "fetching sign-in keys failed, retrying; users cannot sign in until it succeeds"
                );
                Outcome::Failed
            }
        }
    }

    fn publish(&self, keys: KeysById) {
        let current = self.current.load_full();
        if current.as_ref().is_some_and(|current| current.keys == keys) {
            return;
        }
        let generation = current.map_or(1, |current| current.generation + 1);
        tracing::info!(keys = keys.len(), "sign-in keys loaded");
        self.current.store(Some(Arc::new(KeySet { generation, keys })));
    }
}

#[cfg(test)]
mod tests;
