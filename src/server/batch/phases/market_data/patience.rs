//! How long a run waits for a provider that is down: at most two probes and 90 seconds in total.

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;

use crate::server::util::lock::lock;

/// Maximum number of probes that a run waits for.
const MOST_PROBES: usize = 2;
/// Maximum time that a run spends in outages.
const LONGEST: Duration = Duration::from_secs(90);

/// How long one run is still willing to wait, shared by its requests.
#[derive(Debug, Default)]
pub(super) struct Patience {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Start of the current outage.
    met: Option<Instant>,
    /// Time spent in earlier outages.
    spent: Duration,
    /// Time of the latest probe that a request waits for.
    probe: Option<Instant>,
    probes: usize,
}

/// A wait for the next probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// Message to report; `None` if another request of the run already reported this probe.
    pub words: Option<String>,
}

impl Patience {
    /// Returns a wait for the probe due at `until`, or `None` when patience is used up.
    pub fn wait(&self, provider: &str, until: Instant) -> Option<Wait> {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let met = *state.met.get_or_insert(now);
        // Requests that failed together wait for the same probe.
        if state.probe.is_some_and(|known| until <= known) {
            return Some(Wait { words: None });
        }
        let in_all = state.spent + until.saturating_duration_since(met);
        if state.probes == MOST_PROBES || in_all > LONGEST {
            return None;
        }
        state.probe = Some(until);
        state.probes += 1;
        let seconds = until.saturating_duration_since(now).as_millis().div_ceil(1_000);
        let words = format!(
            "{provider} does not answer at the moment; asking again in {seconds} s (try {} of {MOST_PROBES})",
            state.probes
        );
        Some(Wait { words: Some(words) })
    }

    /// Records a response of the provider, which ends the outage.
    pub fn answered(&self) {
        let mut state = lock(&self.state);
        if let Some(met) = state.met.take() {
            state.spent += met.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::Patience;

    const REST: Duration = Duration::from_secs(30);

    /// Waits for a probe due after `time`; returns whether there was patience for it.
    async fn waits(patience: &Patience, time: Duration) -> bool {
        let is_patient = patience.wait("P", Instant::now() + time).is_some();
        if is_patient {
            sleep(time).await;
        }
        is_patient
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_two_probes_and_no_third() {
        let patience = Patience::default();
        let waited = [waits(&patience, REST).await, waits(&patience, REST).await, waits(&patience, REST).await];
        assert_eq!(waited, [true, true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn says_each_probe_once() {
        let patience = Patience::default();
        let (first, second) = (Instant::now() + REST, Instant::now() + 2 * REST);
        let said = |until| patience.wait("Tiingo", until).unwrap().words;
        assert_eq!(
            said(first).as_deref(),
            Some("Tiingo does not answer at the moment; asking again in 30 s (try 1 of 2)")
        );
        assert_eq!((said(first), said(first)), (None, None));
        assert!(said(second).unwrap().ends_with("in 60 s (try 2 of 2)"));
    }

    #[tokio::test(start_paused = true)]
    async fn waits_no_longer_than_ninety_seconds() {
        let patience = Patience::default();
        assert!(waits(&patience, REST).await);
        // The probe itself takes a long time to fail.
        sleep(REST).await;
        assert!(patience.wait("P", Instant::now() + REST).is_some(), "90 seconds in all");
        let patience = Patience::default();
        assert!(waits(&patience, REST).await);
        sleep(REST + Duration::from_millis(1)).await;
        assert!(patience.wait("P", Instant::now() + REST).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn ignores_time_between_outages() {
        let patience = Patience::default();
        assert!(waits(&patience, REST).await);
        patience.answered();
        sleep(Duration::from_hours(1)).await;
        assert!(waits(&patience, REST).await);
        assert!(!waits(&patience, REST).await, "two probes in all");
    }
}
