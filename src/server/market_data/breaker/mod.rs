//! Leaves a provider alone that fails again and again: asking it for every symbol in turn helps nobody.
//!
//! After a failure requests go one at a time, each after a longer wait, until one is answered. So a moment's trouble
//! fails nothing, and an outage costs a handful of requests, however many symbols are wanted.
//!
//! A caller that meets an outage learns when the next request may be tried, and can wait. A user's
//! retry moves that time forward: the provider may be back, and nothing else would notice earlier.

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::server::util::lock::lock;

/// So many failures in a row, one after the other, are an outage…
const FAILURES: u32 = 5;
/// … if they are failures of so many different questions: one symbol that always fails says nothing of the others.
const QUESTIONS: usize = 3;
/// The wait after the first failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest pause of a provider with an outage; then one request is let through.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// A probe may take a whole timeout, so the pause is at most this many timeouts.
const REST_IN_TIMEOUTS: u32 = 3;
/// Delay from the last failure to a probe that a person brings forward, however many people ask.
const BETWEEN_PROBES: Duration = Duration::from_secs(2);

/// What is known of a provider's health.
#[derive(Debug)]
pub struct Breaker {
    rest: Duration,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    questions: BTreeSet<u64>,
    probing: bool,
    failed_at: Option<Instant>,
    next_probe: Option<Instant>,
}

/// Leave to make one request; says how it went.
#[derive(Debug)]
pub struct Admission<'a> {
    breaker: &'a Breaker,
    question: u64,
    is_probe: bool,
}

impl Breaker {
    /// Creates a breaker for a provider with this timeout.
    pub fn new(timeout: Duration) -> Self {
        let rest = LONGEST_REST.min(timeout.saturating_mul(REST_IN_TIMEOUTS));
        Self { rest, state: Mutex::default(), changed: Notify::new() }
    }

    /// Waits until a request for this question may go out.
    ///
    /// # Errors
    /// Returns when the provider may be tried again, if there is an outage.
    pub async fn admit(&self, question: u64) -> Result<Admission<'_>, Instant> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Taken before looking, so that no change in between is missed.
            changed.as_mut().enable();
            let wait_until = {
                let mut state = lock(&self.state);
                let now = Instant::now();
                let waits = state.next_probe.filter(|at| *at > now);
                match waits {
                    _ if state.failures == 0 => return Ok(Admission { breaker: self, question, is_probe: false }),
                    Some(until) if state.is_outage() => return Err(until),
                    None if !state.probing => {
                        state.probing = true;
                        return Ok(Admission { breaker: self, question, is_probe: true });
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

    /// Returns when the provider may be tried again, if there is an outage.
    pub fn open_until(&self) -> Option<Instant> {
        let state = lock(&self.state);
        state.next_probe.filter(|at| state.is_outage() && *at > Instant::now())
    }

    /// Returns whether the last answer of the provider was a failure.
    pub fn is_failing(&self) -> bool {
        lock(&self.state).failures > 0
    }

    /// Lets one request try soon, since a person asked.
    pub fn probe_soon(&self) {
        let mut state = lock(&self.state);
        let soon = state.failed_at.map(|at| at + BETWEEN_PROBES);
        state.next_probe = state.next_probe.zip(soon).map(|(planned, soon)| planned.min(soon));
        drop(state);
        self.changed.notify_waiters();
    }

    /// Waits until there is no outage.
    pub async fn outage_over(&self) {
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
        self.failures >= FAILURES && self.questions.len() >= QUESTIONS
    }
}

impl Admission<'_> {
    /// The provider answered, whatever it said.
    pub fn answered(self) {
        *lock(&self.breaker.state) = State::default();
    }

    /// The provider failed. Requests that were under way together count as one failure.
    pub fn failed(self) {
        let mut state = lock(&self.breaker.state);
        state.questions.insert(self.question);
        if self.is_probe || state.failures == 0 {
            state.failures += 1;
            let doubled = state.failures.min(FAILURES) - 1;
            let wait = if state.is_outage() { self.breaker.rest } else { FIRST_WAIT * 2_u32.pow(doubled) };
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
