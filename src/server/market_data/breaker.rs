//! Leaves a provider alone that fails again and again: asking it for every symbol in turn helps nobody.
//!
//! After a failure requests go one at a time, each after a longer wait, until one is answered. So a moment's trouble
//! fails nothing, and an outage costs a handful of requests, however many symbols are wanted.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::server::lock::lock;

/// So many failures in a row, one after the other, are an outage…
const FAILURES: u32 = 5;
/// … if they are failures of so many different questions: one symbol that always fails says nothing of the others.
const QUESTIONS: usize = 3;
/// The wait after the first failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// How long a provider with an outage is left alone. Then one request may try.
const REST: Duration = Duration::from_secs(30);

/// What is known of a provider's health.
#[derive(Debug, Default)]
pub struct Breaker {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    questions: BTreeSet<u64>,
    probing: bool,
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
    /// Waits until a request for this question may go out; `None` while the provider is left alone.
    pub async fn admit(&self, question: u64) -> Option<Admission<'_>> {
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
                    _ if state.failures == 0 => return Some(Admission { breaker: self, question, is_probe: false }),
                    Some(_) if state.is_outage() => return None,
                    None if !state.probing => {
                        state.probing = true;
                        return Some(Admission { breaker: self, question, is_probe: true });
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

    /// Whether the provider is left alone now.
    pub fn is_open(&self) -> bool {
        let state = lock(&self.state);
        state.is_outage() && state.next_probe.is_some_and(|at| at > Instant::now())
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
            let wait = if state.is_outage() { REST } else { FIRST_WAIT * 2_u32.pow(doubled) };
            state.next_probe = Some(Instant::now() + wait);
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

    use super::{Breaker, FAILURES, REST};

    async fn broken() -> Breaker {
        let breaker = Breaker::default();
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
        assert!(breaker.is_open() && breaker.admit(1).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_between_starts_the_count_anew() {
        let breaker = Breaker::default();
        for _ in 0..20 {
            breaker.admit(1).await.unwrap().failed();
            breaker.admit(1).await.unwrap().answered();
        }
        assert!(breaker.admit(1).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn eight_failures_at_the_same_moment_are_one_and_then_one_request_tries_alone() {
        let breaker = Breaker::default();
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
        assert!(breaker.admit(1).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_is_given_up_lets_the_next_one_try() {
        let breaker = Breaker::default();
        breaker.admit(1).await.unwrap().failed();
        drop(breaker.admit(1).await.unwrap());
        assert!(breaker.admit(1).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_rest_one_request_tries_and_its_failure_is_another_rest() {
        let breaker = broken().await;
        tokio::time::sleep(REST).await;
        breaker.admit(1).await.unwrap().failed();
        assert!(breaker.admit(1).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn one_question_that_always_fails_is_no_outage() {
        let breaker = Breaker::default();
        for _ in 0..20 {
            breaker.admit(1).await.unwrap().failed();
        }
        assert!(!breaker.is_open());
    }
}
