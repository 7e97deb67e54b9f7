//! The HTTP client for one data provider. Every request is subject to the quota, the circuit
//! breaker, a timeout and retries.
//!
//! The caller parses the responses. The client's errors and log lines contain neither URLs nor API
//! keys.

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

use super::{Limiter, ProviderError, Requester, Window, breaker::Breaker, secret::Secret};

/// Maximum number of attempts per request, including the first one.
const TRIES: usize = 4;
/// How long to wait before the second attempt at a request. The wait doubles with each further
/// attempt. Random jitter is added to every wait.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Maximum accepted size of a response, in bytes. One symbol's prices for a year are about 100 kB.
const MAX_BODY: usize = 8_000_000;
/// Longest `Retry-After` delay, in seconds, for which requests are paused. A longer delay counts as
/// an exhausted quota.
const LONGEST_RETRY_AFTER: u64 = 60;
/// After the quota is exhausted, no requests are sent for this long if the provider does not say
/// when the quota resets.
const UNKNOWN_RESET: Duration = Duration::from_mins(10);
/// Response time, in milliseconds, that is assumed until the provider has responded for the first
/// time.
const EXPECTED_RESPONSE_MS: u64 = 300;

/// The URL, credentials and limits of a data provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Base URL of the provider's API: scheme, host and port, with an optional path prefix.
    pub base: Url,
    pub key: Secret,
    /// Maximum number of requests per minute. `None` means the quota of the provider's free plan.
    pub per_minute: Option<u32>,
    /// Timeout of one HTTP request.
    pub timeout: Duration,
    /// Whether several users share the quota. If so, a part of it is reserved for users who have
    /// used little of it.
    pub is_shared: bool,
}

impl fmt::Debug for Endpoint {
    /// Prints only the host of the base URL, because the rest may contain a password or a key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

/// A provider's HTTP response. Its status is never 5xx, because a server error becomes a
/// [`ProviderError`].
#[derive(Debug)]
pub struct ProviderResponse {
    pub status: u16,
    /// Content type in lower case, without parameters such as `charset`.
    pub content_type: String,
    /// Number of seconds to wait before the next request, from the header `Retry-After`.
    pub retry_after_seconds: Option<u64>,
    pub body: Vec<u8>,
}

impl ProviderResponse {
    /// Parses the body as JSON.
    ///
    /// # Errors
    /// Returns a clause such as "it is cut off" if the body is not JSON of the expected type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, &'static str> {
        serde_json::from_slice(&self.body).map_err(|_| match self.body.trim_ascii() {
            [b'[', .., b']'] | [b'{', .., b'}'] => "it is not a list of days",
            [b'[' | b'{', ..] => "it is cut off",
            _ => "it is not JSON",
        })
    }
}

/// The HTTP client for one data provider, with its quota and circuit breaker.
#[derive(Debug)]
pub struct Channel {
    provider: &'static str,
    endpoint: Endpoint,
    authorization: HeaderValue,
    client: Client,
    limiter: Limiter,
    breaker: Breaker,
    /// The provider's most recent error about an exhausted quota, and the time until which no
    /// requests are sent because of it.
    exhausted: Mutex<Option<(Instant, ProviderError)>>,
    next_request_id: AtomicU64,
    response_ms: AtomicU64,
}

impl Channel {
    /// Creates a client for `provider`. Every request has an `Authorization` header, which consists
    /// of `scheme`, such as `Bearer`, and the API key. `key_variable` is the name of the
    /// environment variable that holds the key. This name appears in error messages. `free` is the
    /// quota of the provider's free plan.
    ///
    /// # Errors
    /// Returns a message for the operator if the key is not a valid header value or the HTTP client
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
            // Redirects are not followed, because that could send the API key to another server.
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

    /// Returns whether a request would fail immediately, because of an outage or an exhausted
    /// quota.
    pub fn is_blocked(&self) -> bool {
        self.breaker.open_until().is_some() || self.exhausted().is_some()
    }

    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Returns whether the most recent request failed or the quota is exhausted.
    pub fn is_unreliable(&self) -> bool {
        self.breaker.is_failing() || self.exhausted().is_some()
    }

    /// Returns the provider's error about its exhausted quota, if it is still exhausted.
    fn exhausted(&self) -> Option<ProviderError> {
        let exhausted = lock(&self.exhausted);
        exhausted.as_ref().filter(|(until, _)| *until > Instant::now()).map(|(_, error)| error.clone())
    }

    /// Stops the requests of all users for a while if `error` is about a rate limit or an exhausted
    /// quota.
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

    /// Returns a moving average of the provider's response times, in milliseconds.
    pub fn response_ms(&self) -> u64 {
        self.response_ms.load(Ordering::Relaxed)
    }

    /// Sends a GET request on behalf of the requester to `path`, relative to the base URL. Retries
    /// temporary failures until `read` accepts the response or `TRIES` attempts have failed.
    ///
    /// # Errors
    /// Returns the error of `read`, or the reason why there is no response. Rejects path segments
    /// that URL normalization would remove, such as "..", because the request would go to a
    /// different URL.
    pub async fn fetch<T>(
        &self,
        requester: Requester<'_>,
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
        // A long `Retry-After` delay is treated as an exhausted quota, so that a provider chain
        // moves on to its next provider.
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
            let result = self.attempt(requester, request_id, self.client.get(url.clone()), &read).await;
            result.inspect_err(|error| self.apply_provider_limits(error))
        };
        attempt.retry(backoff).when(ProviderError::is_worth_retrying).await
    }

    async fn attempt<T>(
        &self,
        requester: Requester<'_>,
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
        let permit = self.limiter.acquire(requester).await;
        // Another request may have found the quota exhausted while this one waited for its permit.
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

    use super::{Channel, Endpoint, ProviderError, Requester, Secret};

    /// Creates a client for an address where nothing listens. A request that is actually sent
    /// fails, but not with `InvalidSymbol`, so the test can tell whether a symbol was rejected
    /// beforehand.
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
            let result =
                channel().fetch(Requester { user: "me", run: 1 }, &["v2", symbol, "range"], &[], |_| Ok(())).await;
            assert_eq!(result, Err(ProviderError::InvalidSymbol { provider: "P" }), "{symbol:?}");
        }
    }
}
