//! The HTTP client for one provider. Every request is subject to the quota, the circuit breaker, a
//! timeout and retries.
//!
//! The client is independent of symbols and prices. Neither addresses nor API keys appear in its
//! errors and log lines.

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

/// Attempts per request, including the first one.
const TRIES: usize = 4;
/// Wait before the second attempt. The wait doubles with each further attempt, and has jitter.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Largest accepted response, in bytes. A year of one symbol takes about 100 kB.
const MAX_BODY: usize = 8_000_000;
/// Longest `Retry-After` that a request waits for, in seconds.
const LONGEST_RETRY_AFTER: u64 = 60;
/// Time until the next request after a quota is used up, if the provider states no reset time.
const UNKNOWN_RESET: Duration = Duration::from_mins(10);
/// Expected response time before the first response, in milliseconds.
const EXPECTED_RESPONSE_MS: u64 = 300;

/// Address, credentials and limits of a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and port, with an optional path prefix.
    pub base: Url,
    pub key: Secret,
    /// Maximum number of requests per minute. `None` applies the quota of the free plan.
    pub per_minute: Option<u32>,
    /// Timeout of one request.
    pub timeout: Duration,
    /// Whether several users share the quota, so that a part of it is reserved for newcomers.
    pub is_shared: bool,
}

impl fmt::Debug for Endpoint {
    /// Prints only the host of the address, because the rest may hold a password or a key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

/// A response of a provider, with any status except 5xx.
#[derive(Debug)]
pub struct ProviderResponse {
    pub status: u16,
    /// Content type in lower case, without parameters.
    pub content_type: String,
    /// Whole seconds to wait, from the header `Retry-After`.
    pub retry_after_seconds: Option<u64>,
    pub body: Vec<u8>,
}

impl ProviderResponse {
    /// Parses the body as JSON.
    ///
    /// # Errors
    /// A clause such as "it is cut off", if the body is not JSON of the expected type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, &'static str> {
        serde_json::from_slice(&self.body).map_err(|_| match self.body.trim_ascii() {
            [b'[', .., b']'] | [b'{', .., b'}'] => "it is not a list of days",
            [b'[' | b'{', ..] => "it is cut off",
            _ => "it is not JSON",
        })
    }
}

/// The HTTP client for one provider, with its quota and its circuit breaker.
#[derive(Debug)]
pub struct Channel {
    provider: &'static str,
    endpoint: Endpoint,
    authorization: HeaderValue,
    client: Client,
    limiter: Limiter,
    breaker: Breaker,
    /// The time until which the quota is used up, with the provider's error.
    exhausted: Mutex<Option<(Instant, ProviderError)>>,
    next_request_id: AtomicU64,
    response_ms: AtomicU64,
}

impl Channel {
    /// Creates a client for `provider`, which expects its key after `scheme` in the header
    /// `Authorization`. `key_variable` is the environment variable with the key, for errors, and
    /// `free` is the quota of the free plan.
    ///
    /// # Errors
    /// A sentence for the operator, if the key is not a valid header value or the HTTP client
    /// cannot be created.
    pub fn new(
        provider: &'static str,
        key_variable: &str,
        scheme: &str,
        endpoint: Endpoint,
        free: Vec<Window>,
    ) -> Result<Self, String> {
        let mut authorization =
            HeaderValue::from_str(&format!("{scheme} {}", endpoint.key.reveal())).map_err(|_| {
                format!("{key_variable} has characters that cannot be sent. Accepted: an API key of {provider}.")
            })?;
        authorization.set_sensitive(true);
        let client = Client::builder()
            // A redirect would send the key to another server.
            .redirect(Policy::none())
            .timeout(endpoint.timeout)
            .build()
            .map_err(|error| format!("The HTTP client for {provider} cannot be created: {error}"))?;
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
            next_request_id: AtomicU64::new(0),
            response_ms: AtomicU64::new(EXPECTED_RESPONSE_MS),
        })
    }

    /// Returns the provider's display name.
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// Returns whether a request would fail at once, due to an outage or a used-up quota.
    pub fn is_blocked(&self) -> bool {
        self.breaker.open_until().is_some() || self.exhausted().is_some()
    }

    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Returns whether the most recent request failed or the quota is used up.
    pub fn is_unreliable(&self) -> bool {
        self.breaker.is_failing() || self.exhausted().is_some()
    }

    /// Returns the provider's error while the quota is used up, else `None`.
    fn exhausted(&self) -> Option<ProviderError> {
        let exhausted = lock(&self.exhausted);
        exhausted.as_ref().filter(|(until, _)| *until > Instant::now()).map(|(_, error)| error.clone())
    }

    /// Pauses the requests of all users after a rate limit or a used-up quota.
    fn apply_provider_limits(&self, error: &ProviderError) {
        match error {
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

    /// Returns a moving average of the response time, in milliseconds.
    pub fn response_ms(&self) -> u64 {
        self.response_ms.load(Ordering::Relaxed)
    }

    /// Sends a GET request for `path` below the base address on behalf of `user`. Retries until
    /// `read` accepts the response or the attempts are used up.
    ///
    /// # Errors
    /// The error of `read`, or the reason why there is no response. Rejects path segments that
    /// URLs normalize away, such as "..", because the request would go to another address.
    pub async fn fetch<T>(
        &self,
        user: &str,
        path: &[&str],
        query: &[(&str, &str)],
        read: impl Fn(&ProviderResponse) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        if path.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(ProviderError::InvalidSymbol { provider: self.provider });
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
        let request_id = self.next_request_id.fetch_add(1, Ordering::Relaxed);
        // A long `Retry-After` counts as a used-up quota, so that a chain uses its next provider.
        let read = |response: &ProviderResponse| {
            read(response).map_err(|error| match error {
                ProviderError::RateLimited { provider, retry_after_seconds: Some(seconds) }
                    if seconds > LONGEST_RETRY_AFTER =>
                {
                    let resets = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds);
                    let resets = resets.and_then(|wait| Utc::now().checked_add_signed(wait));
                    ProviderError::QuotaExhausted { provider, resets }
                }
                error => error,
            })
        };
        let attempt = || async {
            let result = self.attempt(user, request_id, self.client.get(url.clone()), &read).await;
            result.inspect_err(|error| self.apply_provider_limits(error))
        };
        attempt.retry(backoff).when(ProviderError::is_worth_retrying).await
    }

    async fn attempt<T>(
        &self,
        user: &str,
        request_id: u64,
        request: RequestBuilder,
        read: impl Fn(&ProviderResponse) -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        if let Some(error) = self.exhausted() {
            return Err(error);
        }
        if let Some(until) = self.breaker.open_until() {
            return Err(self.circuit_open(until));
        }
        let permit = self.limiter.acquire(user).await;
        // The quota may have been used up during the wait for the permit.
        if let Some(error) = self.exhausted() {
            permit.release_unused();
            return Err(error);
        }
        let admission = match self.breaker.admit(request_id).await {
            Ok(admission) => admission,
            Err(until) => {
                permit.release_unused();
                return Err(self.circuit_open(until));
            }
        };
        let sent = Instant::now();
        let result = self.send(request).await.and_then(|response| read(&response));
        drop(permit);
        match &result {
            Err(error) if error.is_outage() => admission.failed(),
            _ => {
                admission.responded();
                let took = u64::try_from(sent.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.response_ms.store((3 * self.response_ms() + took) / 4, Ordering::Relaxed);
            }
        }
        result
    }

    async fn send(&self, request: RequestBuilder) -> Result<ProviderResponse, ProviderError> {
        let failed = |error: reqwest::Error| {
            if error.is_timeout() {
                ProviderError::Timeout { provider: self.provider, seconds: self.endpoint.timeout.as_secs() }
            } else if error.is_connect() {
                self.upstream("cannot be reached")
            } else {
                self.upstream("broke off its response")
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
            return Err(self.upstream(format!("returned an error ({status})")));
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
        Ok(ProviderResponse { status, content_type, retry_after_seconds, body })
    }

    fn circuit_open(&self, until: Instant) -> ProviderError {
        ProviderError::CircuitOpen { provider: self.provider, until }
    }

    fn upstream(&self, what: impl Into<String>) -> ProviderError {
        ProviderError::Upstream { provider: self.provider, what: what.into() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Channel, Endpoint, ProviderError, Secret};

    /// Returns a channel to an address where nothing listens, so that a sent request fails with
    /// another error.
    fn channel() -> Channel {
        let endpoint = Endpoint {
            base: "http://127.0.0.1:9/prefix".parse().unwrap(),
            key: Secret::new("key"),
            per_minute: None,
            timeout: Duration::from_secs(1),
            is_shared: false,
        };
        Channel::new("P", "KEY", "Token", endpoint, Vec::new()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn rejects_dot_segments_in_path() {
        for symbol in [".", "..", ""] {
            let result = channel().fetch("me", &["v2", symbol, "range"], &[], |_| Ok(())).await;
            assert_eq!(result, Err(ProviderError::InvalidSymbol { provider: "P" }), "{symbol:?}");
        }
    }
}
