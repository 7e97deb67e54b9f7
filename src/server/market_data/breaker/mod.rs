//! A circuit breaker for one data provider.
//!
//! After a failed request, the next requests are sent one at a time, as *probes*, with increasing
//! waits between them, until the provider responds. This way, no request fails because of a brief
//! disruption, and an outage costs only a handful of requests, regardless of the number of symbols.
//!
//! During an outage, requests fail immediately with an error that contains the time of the next
//! probe, so that the caller can wait for it. When a user starts a run, the next probe is sent
//! sooner than planned, because the provider may have recovered.

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::server::util::lock::lock;

/// Number of consecutive failures that must occur before the provider counts as down.
/// [`FAILED_REQUESTS`] is a second condition.
const FAILURES: u32 = 5;
/// Number of different requests that must have failed before the provider counts as down. This
/// keeps a single symbol that always fails from being mistaken for an outage. All attempts at one
/// request count only once.
const FAILED_REQUESTS: usize = 3;
/// How long to wait after the first failure before sending the next request. The wait doubles with
/// each further failure.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Upper bound on the pause between two probes during an outage.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Pause between two probes during an outage, as a multiple of the request timeout, which is the
/// longest that a probe can take. [`LONGEST_PAUSE`] limits the pause.
const PAUSE_IN_TIMEOUTS: u32 = 3;
/// Minimum time between a failed request and a probe that is sent sooner than planned, because a
/// user has started a run.
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);

/// Counts the recent failures of one provider and decides when requests may be sent.
#[derive(Debug)]
pub struct Breaker {
    pause: Duration,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    failed_requests: BTreeSet<u64>,
    probing: bool,
    failed_at: Option<Instant>,
    next_probe: Option<Instant>,
}

/// Permission from the circuit breaker to send one request. The caller reports the outcome with
/// `responded` or `failed`.
#[derive(Debug)]
pub struct Admission<'a> {
    breaker: &'a Breaker,
    request_id: u64,
    is_probe: bool,
}

impl Breaker {
    /// Creates a circuit breaker for a provider whose requests time out after `timeout`.
    pub fn new(timeout: Duration) -> Self {
        let pause = LONGEST_PAUSE.min(timeout.saturating_mul(PAUSE_IN_TIMEOUTS));
        Self { pause, state: Mutex::default(), changed: Notify::new() }
    }

    /// Waits until the request with this id may be sent. Retries of a request keep its id.
    ///
    /// # Errors
    /// Returns the time of the next probe if the provider is down and the probe is not due yet.
    pub async fn admit(&self, request_id: u64) -> Result<Admission<'_>, Instant> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registers for notifications before reading the state, so that no change is missed.
            changed.as_mut().enable();
            let wait_until = {
                let mut state = lock(&self.state);
                let now = Instant::now();
                let waits = state.next_probe.filter(|at| *at > now);
                match waits {
                    _ if state.failures == 0 => return Ok(Admission { breaker: self, request_id, is_probe: false }),
                    Some(until) if state.is_outage() => return Err(until),
                    None if !state.probing => {
                        state.probing = true;
                        return Ok(Admission { breaker: self, request_id, is_probe: true });
                    }
                    waits => waits,
                }
            };
            match wait_until {
                Some(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// Returns the time of the next probe if the provider is down and that time is in the future.
    pub fn open_until(&self) -> Option<Instant> {
        let state = lock(&self.state);
        state.next_probe.filter(|at| state.is_outage() && *at > Instant::now())
    }

    /// Returns whether the most recent request to the provider failed.
    pub fn is_failing(&self) -> bool {
        lock(&self.state).failures > 0
    }

    /// Reschedules the next probe to an earlier time. Called when a user starts a run.
    pub fn probe_soon(&self) {
        let mut state = lock(&self.state);
        let soon = state.failed_at.map(|at| at + SHORTEST_PAUSE);
        state.next_probe = state.next_probe.zip(soon).map(|(planned, soon)| planned.min(soon));
        drop(state);
        self.changed.notify_waiters();
    }

    /// Waits until the provider is no longer down. Returns immediately if it is not down.
    pub async fn wait_for_recovery(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if !lock(&self.state).is_outage() {
                return;
            }
            changed.await;
        }
    }
}

impl State {
    fn is_outage(&self) -> bool {
        self.failures >= FAILURES && self.failed_requests.len() >= FAILED_REQUESTS
    }
}

impl Admission<'_> {
    /// Records that the provider responded. An error about a symbol or the quota also counts as a
    /// response.
    pub fn responded(self) {
        *lock(&self.breaker.state) = State::default();
    }

    /// Records that the request failed. If several requests that were in flight at the same time
    /// fail, they count as one failure.
    pub fn failed(self) {
        let mut state = lock(&self.breaker.state);
        state.failed_requests.insert(self.request_id);
        if self.is_probe || state.failures == 0 {
            state.failures += 1;
            let doubled = state.failures.min(FAILURES) - 1;
            let wait = if state.is_outage() { self.breaker.pause } else { FIRST_WAIT * 2_u32.pow(doubled) };
            let now = Instant::now();
            (state.failed_at, state.next_probe) = (Some(now), Some(now + wait));
        }
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if self.is_probe {
            lock(&self.breaker.state).probing = false;
        }
        self.breaker.changed.notify_waiters();
    }
}
