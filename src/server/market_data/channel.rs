//! The way to one provider: every request goes through its allowance, its circuit breaker, a time limit and retries.
//!
//! Knows nothing of symbols and prices. No address and no key leaves this file in an error or a log line.

use std::{
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable};
use chrono::{TimeDelta, Utc};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::server::util::lock::lock;

use super::{Limiter, ProviderError, Window, breaker::Breaker, secret::Secret};

/// How often a request is made in all before its failure counts.
const TRIES: usize = 4;
/// Before the second try; each further wait is twice as long, and a random part of it longer.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The largest answer that is read, in bytes. A year of one symbol is some 100 kB.
const MAX_BODY: usize = 8_000_000;
/// A wait longer than this, in seconds, is not waited for.
const LONG_WAIT: u64 = 60;
/// A used-up allowance that nobody knows the end of is asked for again after this time.
const UNKNOWN_RESET: Duration = Duration::from_mins(10);
/// Before anything was measured, an answer is expected to take this long.
const EXPECTED_ANSWER_MS: u64 = 300;

/// Where and how to reach a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and port, and a path prefix where there is one.
    pub base: Url,
    /// The key.
    pub key: Secret,
    /// At most so many requests a minute, instead of the free plan's allowance.
    pub per_minute: Option<u32>,
    /// How long one answer may take.
    pub timeout: Duration,
    /// Whether several people share the allowance, so that a part of it is kept for whoever comes
    /// next.
    pub is_shared: bool,
}

impl fmt::Debug for Endpoint {
    /// The host alone of its address: a name and a password may stand before it, a key after it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type, in lower case, without parameters.
    pub content_type: String,
    /// Whole seconds to wait, where the provider said so.
    pub retry_after_seconds: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// What is wrong with it: it is cut off, or not what was expected.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, &'static str> {
        serde_json::from_slice(&self.body).map_err(|_| match self.body.trim_ascii() {
            [b'[', .., b']'] | [b'{', .., b'}'] => "it is not a list of days",
            [b'[' | b'{', ..] => "it is cut off",
            _ => "it is not JSON",
        })
    }
}

/// The way to one provider.
#[derive(Debug)]
pub struct Channel {
    provider: &'static str,
    endpoint: Endpoint,
    authorization: HeaderValue,
    client: Client,
    limiter: Limiter,
    breaker: Breaker,
    /// The allowance is used up until then; what the provider said.
    exhausted: Mutex<Option<(Instant, ProviderError)>>,
    questions: AtomicU64,
    answer_ms: AtomicU64,
}

impl Channel {
    /// A way to `provider`, which wants its key after `scheme` and allows `free` requests without payment.
    ///
    /// # Errors
    /// A sentence for the operator, when the key cannot be sent or no client can be made.
    pub fn new(provider: &'static str, scheme: &str, endpoint: Endpoint, free: Vec<Window>) -> Result<Self, String> {
        let mut authorization = HeaderValue::from_str(&format!("{scheme} {}", endpoint.key.reveal()))
            .map_err(|_| format!("The key for {provider} has characters that cannot be sent."))?;
        authorization.set_sensitive(true);
        let client = Client::builder()
            // A redirect would carry the key to wherever it points.
            .redirect(Policy::none())
            .timeout(endpoint.timeout)
            .build()
            .map_err(|error| format!("No client for {provider} can be made: {error}"))?;
        let windows = endpoint.per_minute.map_or(free, |per_minute| vec![Window::new(per_minute as usize, 60)]);
        let limiter = if endpoint.is_shared { Limiter::shared(windows) } else { Limiter::new(windows) };
        let breaker = Breaker::new(endpoint.timeout);
        Ok(Self {
            provider,
            endpoint,
            authorization,
            client,
            limiter,
            breaker,
            exhausted: Mutex::default(),
            questions: AtomicU64::new(0),
            answer_ms: AtomicU64::new(EXPECTED_ANSWER_MS),
        })
    }

    /// The provider's name for people.
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// The allowance.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// Whether asking now would fail at once: there is an outage, or the allowance is used up.
    pub fn is_closed(&self) -> bool {
        self.breaker.open_until().is_some() || self.exhausted().is_some()
    }

    /// Its outages.
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Whether nothing suggests that the next request will be answered.
    pub fn is_unreliable(&self) -> bool {
        self.breaker.is_failing() || self.exhausted().is_some()
    }

    /// What the provider said when the allowance was used up, as long as there is no new one.
    fn exhausted(&self) -> Option<ProviderError> {
        let exhausted = lock(&self.exhausted);
        exhausted.as_ref().filter(|(until, _)| *until > Instant::now()).map(|(_, said)| said.clone())
    }

    /// Notes what a failure means for everybody's requests.
    fn heed(&self, error: &ProviderError) {
        match error {
            // Everybody waits, not only this request.
            ProviderError::RateLimited { retry_after_seconds: Some(seconds), .. } => {
                self.limiter.pause(Duration::from_secs(*seconds));
            }
            ProviderError::QuotaExhausted { resets, .. } => {
                let length = resets.and_then(|at| (at - Utc::now()).to_std().ok()).unwrap_or(UNKNOWN_RESET);
                let mut exhausted = lock(&self.exhausted);
                *exhausted = Instant::now().checked_add(length).map(|until| (until, error.clone()));
            }
            _ => {}
        }
    }

    /// How long one answer takes, in milliseconds, going by the latest ones.
    pub fn answer_ms(&self) -> u64 {
        self.answer_ms.load(Ordering::Relaxed)
    }

    /// Asks on behalf of `user` for `path` below the base address, until `read` makes something of the answer or the
    /// tries are used up.
    ///
    /// # Errors
    /// The error of `read`, or why there is no answer. Refuses `path` parts that URLs leave out,
    /// such as "..", because the request would go to another address.
    pub async fn ask<T>(
        &self,
        user: &str,
        path: &[&str],
        query: &[(&str, &str)],
        read: impl Fn(&Answer) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        if path.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(ProviderError::Unaskable { provider: self.provider });
        }
        let mut url = self.endpoint.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.query_pairs_mut().extend_pairs(query);
        let backoff = ExponentialBuilder::default()
            .with_min_delay(FIRST_WAIT)
            .with_factor(2.0)
            .with_max_times(TRIES - 1)
            .with_jitter();
        let question = self.questions.fetch_add(1, Ordering::Relaxed);
        // A long wait is an allowance that is used up: whoever has another provider need not sit it out.
        let read = |answer: &Answer| {
            read(answer).map_err(|error| match error {
                ProviderError::RateLimited { provider, retry_after_seconds: Some(seconds) } if seconds > LONG_WAIT => {
                    let resets = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds);
                    let resets = resets.and_then(|wait| Utc::now().checked_add_signed(wait));
                    ProviderError::QuotaExhausted { provider, resets }
                }
                error => error,
            })
        };
        let attempt = || async {
            let result = self.attempt(user, question, self.client.get(url.clone()), &read).await;
            result.inspect_err(|error| self.heed(error))
        };
        attempt.retry(backoff).when(ProviderError::is_worth_retrying).await
    }

    async fn attempt<T>(
        &self,
        user: &str,
        question: u64,
        request: RequestBuilder,
        read: impl Fn(&Answer) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        if let Some(said) = self.exhausted() {
            return Err(said);
        }
        if let Some(until) = self.breaker.open_until() {
            return Err(self.resting(until));
        }
        let permit = self.limiter.acquire(user).await;
        // Asked again after the wait: much may have happened meanwhile.
        if let Some(said) = self.exhausted() {
            permit.unused();
            return Err(said);
        }
        let admission = match self.breaker.admit(question).await {
            Ok(admission) => admission,
            Err(until) => {
                permit.unused();
                return Err(self.resting(until));
            }
        };
        let sent = Instant::now();
        let result = self.send(request).await.and_then(|answer| read(&answer));
        drop(permit);
        match &result {
            Err(error) if error.is_outage() => admission.failed(),
            _ => {
                admission.answered();
                let took = u64::try_from(sent.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.answer_ms.store((3 * self.answer_ms() + took) / 4, Ordering::Relaxed);
            }
        }
        result
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, ProviderError> {
        let failed = |error: reqwest::Error| {
            if error.is_timeout() {
                ProviderError::Timeout { provider: self.provider, seconds: self.endpoint.timeout.as_secs() }
            } else if error.is_connect() {
                self.upstream("cannot be reached")
            } else {
                self.upstream("broke off its answer")
            }
        };
        let request = request.header(AUTHORIZATION, self.authorization.clone());
        let mut response = request.send().await.map_err(failed)?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header(CONTENT_TYPE).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let retry_after_seconds = header(RETRY_AFTER).and_then(|value| value.trim().parse().ok());
        let status = response.status().as_u16();
        if response.status().is_server_error() {
            return Err(self.upstream(format!("answered with an error ({status})")));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(ProviderError::Malformed {
                    provider: self.provider,
                    what: format!("it is larger than {} MB", MAX_BODY / 1_000_000),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, content_type, retry_after_seconds, body })
    }

    fn resting(&self, until: Instant) -> ProviderError {
        ProviderError::Resting { provider: self.provider, until }
    }

    fn upstream(&self, what: impl Into<String>) -> ProviderError {
        ProviderError::Upstream { provider: self.provider, what: what.into() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Channel, Endpoint, ProviderError, Secret};

    /// Returns a channel to an address where nothing answers; sending gives another error.
    fn channel() -> Channel {
        let endpoint = Endpoint {
            base: "http://127.0.0.1:9/prefix".parse().unwrap(),
            key: Secret::new("key"),
            per_minute: None,
            timeout: Duration::from_secs(1),
            is_shared: false,
        };
        Channel::new("P", "Token", endpoint, Vec::new()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn never_asks_for_dot_segments() {
        for symbol in [".", "..", ""] {
            let asked = channel().ask("me", &["v2", symbol, "range"], &[], |_| Ok(())).await;
            assert_eq!(asked, Err(ProviderError::Unaskable { provider: "P" }), "{symbol:?}");
        }
    }
}
