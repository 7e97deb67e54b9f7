//! Limits how long a run waits for a provider that is down: at most two probes (test requests) and
//! 90 seconds in total.

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;

use crate::server::util::lock::lock;

/// Maximum number of probes that a run waits for before it gives up on the provider.
const MAX_PROBES: usize = 2;
/// Maximum total time that a run waits for a provider that is down.
const MAX_OUTAGE_TIME: Duration = Duration::from_secs(90);

/// Tracks how many probes and how much time one run has spent on outages. Shared by all requests of
/// the run.
#[derive(Debug, Default)]
pub(super) struct OutageBudget {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Start of the current outage.
    outage_start: Option<Instant>,
    /// Time spent in earlier outages.
    spent: Duration,
    /// When the next probe of the provider is due. Requests of this run wait for it.
    probe: Option<Instant>,
    probes: usize,
}

/// Permission to wait for the next probe of a provider that is down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// Message to log; `None` if another request of the run has already reported this probe.
    pub message: Option<String>,
}

impl OutageBudget {
    /// Grants permission to wait for the probe that is due at `until`. Returns `None` if the budget
    /// is exhausted.
    pub fn wait(&self, provider: &str, until: Instant) -> Option<Wait> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let outage_start = *state.outage_start.get_or_insert(now);
        // Another request of the run is already waiting for this probe, so the probe is not counted
        // again.
        if state.probe.is_some_and(|known| until <= known) {
            return Some(Wait { message: None });
        }
        let total = state.spent + until.saturating_duration_since(outage_start);
        if state.probes == MAX_PROBES || total > MAX_OUTAGE_TIME {
            return None;
        }
        state.probe = Some(until);
        state.probes += 1;
        let seconds = until.saturating_duration_since(now).as_millis().div_ceil(1_000);
        let message =
            format!("{provider} is not responding; retrying in {seconds} s (try {} of {MAX_PROBES})", state.probes);
        Some(Wait { message: Some(message) })
    }

    /// Records a response from the provider, which ends the outage.
    pub fn record_response(&self) {
        let mut state = lock(&self.state);
        if let Some(outage_start) = state.outage_start.take() {
            state.spent += outage_start.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::OutageBudget;

    const PROBE_DELAY: Duration = Duration::from_secs(30);

    /// Simulates a request that waits for the next probe, which is due after `time`. Returns
    /// `false` without waiting if the budget is exhausted.
    async fn waits(budget: &OutageBudget, time: Duration) -> bool {
        let is_patient = budget.wait("P", Instant::now() + time).is_some();
        if is_patient {
            sleep(time).await;
        }
        is_patient
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_at_most_two_probes() {
        let budget = OutageBudget::default();
        let waited =
            [waits(&budget, PROBE_DELAY).await, waits(&budget, PROBE_DELAY).await, waits(&budget, PROBE_DELAY).await];
        assert_eq!(waited, [true, true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn reports_each_probe_once() {
        let budget = OutageBudget::default();
        let (first, second) = (Instant::now() + PROBE_DELAY, Instant::now() + 2 * PROBE_DELAY);
        let message_for = |until| budget.wait("Tiingo", until).unwrap().message;
        assert_eq!(message_for(first).as_deref(), Some("Tiingo is not responding; retrying in 30 s (try 1 of 2)"));
        assert_eq!((message_for(first), message_for(first)), (None, None));
        assert!(message_for(second).unwrap().ends_with("in 60 s (try 2 of 2)"));
    }

    #[tokio::test(start_paused = true)]
    async fn waits_at_most_ninety_seconds() {
        let budget = OutageBudget::default();
        assert!(waits(&budget, PROBE_DELAY).await);
        // Simulates a probe that takes 30 seconds to fail.
        sleep(PROBE_DELAY).await;
        assert!(budget.wait("P", Instant::now() + PROBE_DELAY).is_some(), "90 seconds in total");
        let budget = OutageBudget::default();
        assert!(waits(&budget, PROBE_DELAY).await);
        sleep(PROBE_DELAY + Duration::from_millis(1)).await;
        assert!(budget.wait("P", Instant::now() + PROBE_DELAY).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn ignores_time_between_outages() {
        let budget = OutageBudget::default();
        assert!(waits(&budget, PROBE_DELAY).await);
        budget.record_response();
        sleep(Duration::from_hours(1)).await;
        assert!(waits(&budget, PROBE_DELAY).await);
        assert!(!waits(&budget, PROBE_DELAY).await, "two probes in total");
    }
}
