//! The keys of the issuer, kept: fetched anew in the background and when a token names one that is not known.
//!
//! Whoever looks for a known key never waits. Keys that are known stay in use while new ones cannot be had; a key that
//! is no longer published is gone with the next answer.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use jsonwebtoken::DecodingKey;
use tokio::{sync::Mutex, time::Instant};

use super::{
    Refusal,
    jwks::{self, KeysById},
    jwks_client::KeySource,
};

/// How often keys are fetched anew.
const EVERY: Duration = Duration::from_hours(1);

/// After a failure; each further wait is twice as long, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Between two fetches on account of unknown keys: anybody can make up tokens that name one.
const UNKNOWN_EVERY: Duration = Duration::from_secs(30);

/// The keys of one issuer.
pub struct Keys {
    source: Arc<dyn KeySource>,
    current: ArcSwapOption<KeySet>,
    /// When an unknown key last made for a fetch. Held while fetching, so that there is one fetch at a time; nobody who
    /// has a known key waits for it.
    asked: Mutex<Option<Instant>>,
}

/// The keys as they were last published.
#[derive(Debug)]
struct KeySet {
    /// Another number for other keys.
    generation: u64,
    keys: KeysById,
}

/// A key, and of which generation it is.
#[derive(Debug)]
pub struct Found {
    /// The key.
    pub key: DecodingKey,
    /// The generation.
    pub generation: u64,
}

/// Whether keys were had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Fetched,
    Failed,
}

impl Keys {
    /// Keys from this source; none yet.
    pub fn new(source: Arc<dyn KeySource>) -> Self {
        Self { source, current: ArcSwapOption::empty(), asked: Mutex::new(None) }
    }

    /// A number that changes with the keys; `None` before there are any.
    pub fn generation(&self) -> Option<u64> {
        self.current.load().as_ref().map(|current| current.generation)
    }

    /// Fetches the keys, again and again.
    pub async fn keep_fresh(&self) {
        let mut wait = FIRST_WAIT;
        loop {
            let outcome = {
                let _one_at_a_time = self.asked.lock().await;
                self.fetch().await
            };
            if outcome == Outcome::Fetched {
                wait = FIRST_WAIT;
                tokio::time::sleep(EVERY).await;
            } else {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }

    /// The key with this identifier. Where it is not known, the source is asked once more, if that was not done lately.
    ///
    /// # Errors
    /// [`Refusal::UnknownKey`], or [`Refusal::NoKeys`] where nothing is known at all.
    pub async fn find(self: &Arc<Self>, kid: &str) -> Result<Found, Refusal> {
        if let Some(found) = self.known(kid)? {
            return Ok(found);
        }
        // A task of its own: whoever sent the token cannot break the fetch off by going away, and so use up the turn.
        let (keys, wanted) = (self.clone(), kid.to_owned());
        let asking = tokio::spawn(async move { keys.ask_for(&wanted).await });
        if let Err(error) = asking.await {
            tracing::error!(%error, "asking for new sign-in keys failed");
        }
        self.known(kid)?.ok_or(Refusal::UnknownKey)
    }

    fn known(&self, kid: &str) -> Result<Option<Found>, Refusal> {
        let current = self.current.load();
        let current = current.as_ref().ok_or(Refusal::NoKeys)?;
        let found = |key: &jwks::PublicKey| Found { key: key.decoding_key(), generation: current.generation };
        Ok(current.keys.get(kid).map(found))
    }

    async fn ask_for(&self, kid: &str) {
        let mut asked = self.asked.lock().await;
        let is_known = matches!(self.known(kid), Ok(Some(_)));
        if is_known || asked.is_some_and(|at| at.elapsed() < UNKNOWN_EVERY) {
            return;
        }
        tracing::info!("a token names a key that is not known: the keys are fetched anew");
        *asked = Some(Instant::now());
        self.fetch().await;
    }

    async fn fetch(&self) -> Outcome {
        let keys = match self.source.fetch().await {
            Ok(document) => jwks::parse(&document).map_err(|why| why.to_string()),
            Err(why) => Err(why.to_string()),
        };
        match keys {
            Ok(keys) => {
                self.publish(keys);
                Outcome::Fetched
            }
            Err(why) if self.generation().is_some() => {
                tracing::warn!(why, "the sign-in keys could not be fetched anew; the known ones stay in use");
                Outcome::Failed
            }
            Err(why) => {
                tracing::error!(why, "the sign-in keys could not be fetched: nobody can sign in until they are");
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
