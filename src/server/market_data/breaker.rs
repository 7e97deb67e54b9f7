//! Leaves a provider alone that fails again and again: asking it for every symbol in turn helps nobody.
//!
//! After a failure requests go one at a time, each after a longer wait, until one is answered. So a moment's trouble
//! fails nothing, and an outage costs a handful of requests, however many symbols are wanted.
//!
//! A caller that meets an outage learns when the next request may be tried, and can wait. A user's
//! retry moves that time forward: the provider may be back, and nothing else would notice earlier.

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, timeout};

    use super::{BETWEEN_PROBES, Breaker, FAILURES, LONGEST_REST};

    fn breaker() -> Breaker {
        Breaker::new(Duration::from_secs(10))
    }

    async fn broken() -> Breaker {
        let breaker = breaker();
        for question in 0..u64::from(FAILURES) {
            breaker.admit(question).await.unwrap().failed();
        }
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_one_after_the_other_end_the_asking_after_seven_and_a_half_seconds() {
        let start = Instant::now();
        let breaker = broken().await;
        assert_eq!(start.elapsed(), Duration::from_millis(7_500));
        assert!(breaker.open_until().is_some() && breaker.admit(1).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_between_starts_the_count_anew() {
        let breaker = breaker();
        for _ in 0..20 {
            breaker.admit(1).await.unwrap().failed();
            breaker.admit(1).await.unwrap().answered();
        }
        assert!(breaker.admit(1).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn eight_failures_at_the_same_moment_are_one_and_then_one_request_tries_alone() {
        let breaker = breaker();
        let mut together = Vec::new();
        for _ in 0..8 {
            together.push(breaker.admit(1).await.unwrap());
        }
        for admission in together {
            admission.failed();
        }
        let probe = breaker.admit(1).await.unwrap();
        assert!(timeout(Duration::from_mins(1), breaker.admit(1)).await.is_err(), "one at a time");
        probe.answered();
        assert!(breaker.admit(1).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_is_given_up_lets_the_next_one_try() {
        let breaker = breaker();
        breaker.admit(1).await.unwrap().failed();
        drop(breaker.admit(1).await.unwrap());
        assert!(breaker.admit(1).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_rest_one_request_tries_and_its_failure_is_another_rest() {
        let breaker = broken().await;
        tokio::time::sleep(LONGEST_REST).await;
        breaker.admit(1).await.unwrap().failed();
        assert!(breaker.admit(1).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn one_question_that_always_fails_is_no_outage() {
        let breaker = breaker();
        for _ in 0..20 {
            breaker.admit(1).await.unwrap().failed();
        }
        assert!(breaker.open_until().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn brings_probe_forward_for_person() {
        let breaker = broken().await;
        let failed = Instant::now();
        assert_eq!(breaker.admit(1).await.unwrap_err(), failed + LONGEST_REST);
        for _ in 0..100 {
            breaker.probe_soon();
        }
        assert_eq!(breaker.admit(1).await.unwrap_err(), failed + BETWEEN_PROBES, "however many people ask");
        tokio::time::sleep(BETWEEN_PROBES).await;
        breaker.admit(1).await.unwrap().answered();
        assert!(!breaker.is_failing());
    }

    #[tokio::test(start_paused = true)]
    async fn never_postpones_probe_for_person() {
        let breaker = broken().await;
        let until = breaker.open_until().unwrap();
        tokio::time::sleep_until(until.checked_sub(BETWEEN_PROBES / 2).unwrap()).await;
        breaker.probe_soon();
        assert!(breaker.open_until().is_none_or(|at| at <= until));
        assert!(breaker.admit(1).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn ends_outage_for_all_waiters() {
        let breaker = broken().await;
        let waiting = async {
            breaker.outage_over().await;
            Instant::now()
        };
        let answering = async {
            tokio::time::sleep(LONGEST_REST).await;
            breaker.admit(1).await.unwrap().answered();
            Instant::now()
        };
        let (over, answered) = tokio::join!(waiting, answering);
        assert_eq!(over, answered);
    }

    #[test]
    fn limits_rest_to_three_timeouts() {
        let rest = |seconds| Breaker::new(Duration::from_secs(seconds)).rest;
        assert_eq!([rest(1), rest(10), rest(60)], [3, 30, 30].map(Duration::from_secs));
    }
}
