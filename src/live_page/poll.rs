//! Decides when the live page polls next, and which connection state it shows until then. The
//! current time and the random numbers are passed in, so tests need neither a clock nor a random
//! number generator.
//!
//! The polling loop itself is in `browser/polling.rs`, which is compiled only for the browser.

use status::{RunStatus, format_wait};

/// Shown and announced when the portfolio of the page was deleted.
pub const GONE: &str = "This portfolio no longer exists";

/// Delays before the next poll after 1, 2, 3, … consecutive failures, in milliseconds. The final
/// value also applies to all further failures.
const BACK_OFF_MS: [u64; 5] = [2_000, 4_000, 8_000, 15_000, 30_000];

/// How many times longer a hidden tab waits between polls than a visible one.
const HIDDEN_FACTOR: u64 = 8;

/// Minimum number of `not_found` responses after which the status of a run counts as lost, and
/// minimum time in milliseconds from the first to the last of them.
const LOST_AFTER: (u32, i64) = (5, 10_000);

/// Poll interval while the run's status counts as lost, in milliseconds.
const LOST_POLL_MS: u64 = 30_000;

/// While the page is connected, it shows the age of its data only if the data is at least this many
/// seconds old.
const FRESH_SECONDS: u64 = 5;

/// State of the connection between the page and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The page has not polled yet, or its scripts do not run. It still shows the status that the
    /// server rendered.
    Fresh,
    /// The last poll succeeded.
    Live,
    /// The last poll failed. The next one is due at `at_ms`, in milliseconds of the browser's
    /// monotonic clock (`performance.now()`).
    Reconnecting { at_ms: i64 },
    /// The last poll failed, and the browser reports that the device is offline. The page keeps
    /// polling anyway, because a server on the same machine is reachable without a network.
    Offline,
    /// The user paused the updates.
    Paused,
    /// The session has expired. The page polls again when the user signs in or returns to the page.
    SignedOut,
    /// The run is over, so the page has stopped polling.
    Over,
    /// The portfolio was deleted, so the page has stopped polling.
    Gone,
}

/// Returns how long to wait before the next poll, in milliseconds, after `failures` consecutive
/// failures.
///
/// Without failures, the wait is the `next_poll_ms` that the server has sent, or eight times that
/// if the tab is hidden. After a failure, the wait comes from `BACK_OFF_MS`, plus up to 20% of
/// jitter so that pages do not all reconnect at the same time. `chance`, a random number from 0 to
/// 1, determines the jitter.
pub fn wait_ms(failures: u32, next_poll_ms: u64, hidden: bool, chance: f64) -> u64 {
    let Some(step) = failures.checked_sub(1) else {
        return if hidden { next_poll_ms * HIDDEN_FACTOR } else { next_poll_ms };
    };
    let base = BACK_OFF_MS[(step as usize).min(BACK_OFF_MS.len() - 1)];
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most a fifth of 30,000
    let spread = (base as f64 * 0.2 * chance.clamp(0.0, 1.0)) as u64;
    base + spread
}

impl Connection {
    /// Returns whether the page has stopped polling, because its data can no longer change.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Over | Self::Gone)
    }

    /// Returns whether the page may show outdated data.
    pub fn is_stale(self) -> bool {
        !matches!(self, Self::Fresh | Self::Live | Self::Over)
    }

    /// Returns whether the page offers a button that polls immediately.
    pub fn can_try_now(self) -> bool {
        matches!(self, Self::Reconnecting { .. } | Self::Offline | Self::SignedOut)
    }

    /// Returns the text that the page shows for this connection state. `now_ms` is the current
    /// time, and `shown_ms` the time at which the data on the page arrived, both in milliseconds of
    /// the monotonic clock.
    pub fn label(self, now_ms: i64, shown_ms: i64) -> String {
        let age_seconds = u64::try_from(now_ms.saturating_sub(shown_ms)).unwrap_or(0) / 1000;
        let age = || format_wait(age_seconds);
        match self {
            // This state needs no label, because the connection indicator shows the time at which
            // the server sent the data.
            Self::Fresh => String::new(),
            Self::Live if age_seconds < FRESH_SECONDS => "Live".to_owned(),
            Self::Live => format!("Live, updated {} ago", age()),
            Self::Reconnecting { at_ms } => {
                // Round up, so that the countdown stays at 1 until the poll is due.
                let left = (at_ms.saturating_sub(now_ms).max(0) + 999) / 1000;
                format!("Reconnecting in {left} s, last update {} ago", age())
            }
            Self::Offline => format!("Offline, last update {} ago", age()),
            Self::Paused => format!("Paused, last update {} ago", age()),
            Self::SignedOut => format!("Signed out, last update {} ago", age()),
            Self::Over => "Finished".to_owned(),
            Self::Gone => GONE.to_owned(),
        }
    }
}

/// Distinguishes a run that has not started yet from one that does not exist.
#[derive(Clone, Copy, Debug, Default)]
pub struct LostWatch {
    has_seen_run: bool,
    responses: u32,
    first_ms: i64,
}

impl LostWatch {
    /// Takes into account a response that arrived at `now_ms` and reported `state`. Returns whether
    /// the run's status now counts as lost. Once any response has contained the run, its status
    /// never counts as lost.
    pub fn is_lost(&mut self, state: RunStatus, now_ms: i64) -> bool {
        self.has_seen_run |= state != RunStatus::NotFound;
        if self.has_seen_run {
            return false;
        }
        if self.responses == 0 {
            self.first_ms = now_ms;
        }
        self.responses += 1;
        self.responses >= LOST_AFTER.0 && now_ms - self.first_ms >= LOST_AFTER.1
    }

    /// Returns how long to wait before the next poll: `next_poll_ms`, which the server has sent, or
    /// `LOST_POLL_MS` while the status counts as lost.
    pub fn next_poll_ms(is_lost: bool, next_poll_ms: u64) -> u64 {
        if is_lost { LOST_POLL_MS } else { next_poll_ms }
    }
}

/// Statistics about this page's polls, for the support details.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollHealth {
    pub succeeded: u32,
    pub failed: u32,
    /// Duration of the slowest successful poll, in milliseconds.
    pub slowest_ms: i64,
}

impl PollHealth {
    /// Records the outcome of a poll and its duration.
    pub fn record(&mut self, has_succeeded: bool, duration_ms: i64) {
        if has_succeeded {
            self.succeeded += 1;
            self.slowest_ms = self.slowest_ms.max(duration_ms);
        } else {
            self.failed += 1;
        }
    }

    /// Returns the statistics as one line of the support details.
    pub fn summary(self) -> String {
        format!("{} succeeded, {} failed, slowest {} ms", self.succeeded, self.failed, self.slowest_ms)
    }
}

#[cfg(test)]
mod tests {
    use status::RunStatus;

    use super::{Connection, LostWatch, PollHealth, wait_ms};

    #[test]
    fn follows_interval_of_server_without_failures() {
        assert_eq!(wait_ms(0, 2_000, false, 0.9), 2_000);
    }

    #[test]
    fn polls_less_often_in_hidden_tab() {
        assert_eq!(wait_ms(0, 2_000, true, 0.0), 16_000);
    }

    #[test]
    fn backs_off_to_thirty_seconds_at_most() {
        let waits: Vec<_> = (1..=7).map(|failures| wait_ms(failures, 2_000, false, 0.0)).collect();
        assert_eq!(waits, [2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn adds_at_most_a_fifth_as_jitter() {
        assert_eq!(wait_ms(5, 2_000, false, 1.0), 36_000);
    }

    #[test]
    fn names_age_of_old_data() {
        assert_eq!(Connection::Live.label(8_999, 4_000), "Live");
        assert_eq!(Connection::Live.label(9_000, 4_000), "Live, updated 5 s ago");
        assert_eq!(
            Connection::Reconnecting { at_ms: 8_001 }.label(5_000, 1_000),
            "Reconnecting in 4 s, last update 4 s ago"
        );
        assert_eq!(Connection::Offline.label(62_000, 1_000), "Offline, last update 1 min 1 s ago");
        assert_eq!(Connection::SignedOut.label(61_000, 59_000), "Signed out, last update 2 s ago");
    }

    #[test]
    fn never_shows_negative_age() {
        assert_eq!(Connection::Live.label(0, 4_000), "Live");
        assert_eq!(Connection::Offline.label(0, 4_000), "Offline, last update 0 s ago");
    }

    #[test]
    fn loses_status_after_five_responses_over_ten_seconds() {
        let mut watch = LostWatch::default();
        let lost: Vec<_> = (0..6).map(|response| watch.is_lost(RunStatus::NotFound, response * 2_500)).collect();
        assert_eq!(lost, [false, false, false, false, true, true]);
        let mut quick = LostWatch::default();
        assert!((0..20).all(|response| !quick.is_lost(RunStatus::NotFound, response * 500)), "over ten seconds");
    }

    #[test]
    fn never_loses_status_that_was_seen() {
        let mut watch = LostWatch::default();
        watch.is_lost(RunStatus::Running, 0);
        assert!((1..20).all(|response| !watch.is_lost(RunStatus::NotFound, response * 10_000)));
    }

    #[test]
    fn counts_successful_and_failed_polls() {
        let mut health = PollHealth::default();
        health.record(true, 12);
        health.record(false, 8_000);
        health.record(true, 7);
        assert_eq!(health.summary(), "2 succeeded, 1 failed, slowest 12 ms");
    }
}
