//! When to ask again, and what to say meanwhile. Pure: time and chance are passed in.
//!
//! The loop that acts on it is in `pages::progress`, in the browser alone.

use status::{RunStatus, format_wait};

/// Waiting times after 1, 2, 3 … failed polls in a row, in milliseconds.
const BACK_OFF_MS: [u64; 5] = [2_000, 4_000, 8_000, 15_000, 30_000];

/// A hidden tab asks this many times less often.
const HIDDEN_FACTOR: u64 = 8;

/// Answers without any run, and the milliseconds between the first and the last of them, before the status counts as
/// lost.
const LOST_AFTER: (u32, i64) = (5, 10_000);

/// How often a status that is lost is asked for, in milliseconds.
const LOST_POLL_MS: u64 = 30_000;

/// What stands between the page and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Before the first poll, and without scripts: what is shown is as of the page's arrival.
    Fresh,
    /// The last poll was answered.
    Live,
    /// The last poll failed; the next is at this monotonic time, in milliseconds.
    Reconnecting {
        /// When, on the clock of `performance.now()`.
        at_ms: i64,
    },
    /// The last poll failed, and the browser says that there is no network. It is asked for all the same: a server on
    /// this machine needs none.
    Offline,
    /// A person paused the updates.
    Paused,
    /// The session is over; the page asks again when somebody comes back to it.
    SignedOut,
    /// The run is over: there is nothing left to ask.
    Over,
    /// The portfolio is gone.
    Gone,
}

/// How long to wait after `failures` failed polls in a row, in milliseconds. `chance` from 0 to 1 spreads the
/// waiting times of many pages by up to a fifth, so that they do not all come back in the same moment.
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
    /// Nothing left to ask.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Over | Self::Gone)
    }

    /// Whether what is shown may be older than it looks.
    pub fn is_stale(self) -> bool {
        !matches!(self, Self::Fresh | Self::Live | Self::Over)
    }

    /// Whether a person may want to ask at once.
    pub fn can_try_now(self) -> bool {
        matches!(self, Self::Reconnecting { .. } | Self::Offline | Self::SignedOut)
    }

    /// The words for it. `now_ms` and `shown_ms`, when what is shown arrived, are on the same monotonic clock.
    pub fn label(self, now_ms: i64, shown_ms: i64) -> String {
        let age = || format_wait(u64::try_from(now_ms.saturating_sub(shown_ms)).unwrap_or(0) / 1000);
        match self {
            // Whoever shows it says of when it is.
            Self::Fresh => String::new(),
            Self::Live => format!("Live, updated {} ago", age()),
            Self::Reconnecting { at_ms } => {
                // Rounded up, so that it says 1 and not 0 until the moment comes.
                let left = (at_ms.saturating_sub(now_ms).max(0) + 999) / 1000;
                format!("Reconnecting in {left} s, last update {} ago", age())
            }
            Self::Offline => format!("Offline, last update {} ago", age()),
            Self::Paused => format!("Paused, last update {} ago", age()),
            Self::SignedOut => format!("Signed out, last update {} ago", age()),
            Self::Over => "Finished".to_owned(),
            Self::Gone => "This portfolio no longer exists".to_owned(),
        }
    }
}

/// Tells a run that is about to appear from one that does not exist.
#[derive(Clone, Copy, Debug, Default)]
pub struct LostWatch {
    has_seen_a_run: bool,
    answers: u32,
    first_ms: i64,
}

impl LostWatch {
    /// Takes the state of an answer that arrived at `now_ms`. True once the status counts as lost.
    pub fn is_lost(&mut self, state: RunStatus, now_ms: i64) -> bool {
        self.has_seen_a_run |= state != RunStatus::NotFound;
        if self.has_seen_a_run {
            return false;
        }
        if self.answers == 0 {
            self.first_ms = now_ms;
        }
        self.answers += 1;
        self.answers >= LOST_AFTER.0 && now_ms - self.first_ms >= LOST_AFTER.1
    }

    /// When to ask again, where the server would like to be asked after `next_poll_ms`.
    pub fn next_poll_ms(is_lost: bool, next_poll_ms: u64) -> u64 {
        if is_lost { LOST_POLL_MS } else { next_poll_ms }
    }
}

/// How polling went so far, for those who help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollHealth {
    /// Answers that came.
    pub answered: u32,
    /// Polls without one.
    pub failed: u32,
    /// The longest wait for an answer, in milliseconds.
    pub longest_ms: i64,
}

impl PollHealth {
    /// Counts a poll that took so long.
    pub fn count(&mut self, is_answered: bool, took_ms: i64) {
        if is_answered {
            self.answered += 1;
            self.longest_ms = self.longest_ms.max(took_ms);
        } else {
            self.failed += 1;
        }
    }

    /// As a line for those who help.
    pub fn summary(self) -> String {
        format!("{} answered, {} failed, longest {} ms", self.answered, self.failed, self.longest_ms)
    }
}

#[cfg(test)]
mod tests {
    use status::RunStatus;

    use super::{Connection, LostWatch, PollHealth, wait_ms};

    #[test]
    fn without_failures_the_server_says_when_to_ask() {
        assert_eq!(wait_ms(0, 2_000, false, 0.9), 2_000);
    }

    #[test]
    fn a_hidden_tab_asks_less_often() {
        assert_eq!(wait_ms(0, 2_000, true, 0.0), 16_000);
    }

    #[test]
    fn failures_back_off_to_half_a_minute_and_no_further() {
        let waits: Vec<_> = (1..=7).map(|failures| wait_ms(failures, 2_000, false, 0.0)).collect();
        assert_eq!(waits, [2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn chance_adds_at_most_a_fifth() {
        assert_eq!(wait_ms(5, 2_000, false, 1.0), 36_000);
    }

    #[test]
    fn old_data_says_how_old_it_is() {
        assert_eq!(Connection::Live.label(5_400, 4_000), "Live, updated 1 s ago");
        assert_eq!(
            Connection::Reconnecting { at_ms: 8_001 }.label(5_000, 1_000),
            "Reconnecting in 4 s, last update 4 s ago"
        );
        assert_eq!(Connection::Offline.label(62_000, 1_000), "Offline, last update 1 min 1 s ago");
        assert_eq!(Connection::SignedOut.label(61_000, 59_000), "Signed out, last update 2 s ago");
    }

    #[test]
    fn no_age_is_negative() {
        assert_eq!(Connection::Live.label(0, 4_000), "Live, updated 0 s ago");
    }

    #[test]
    fn a_status_is_lost_after_five_answers_over_ten_seconds() {
        let mut watch = LostWatch::default();
        let lost: Vec<_> = (0..6).map(|answer| watch.is_lost(RunStatus::NotFound, answer * 2_500)).collect();
        assert_eq!(lost, [false, false, false, false, true, true]);
        let mut quick = LostWatch::default();
        assert!((0..20).all(|answer| !quick.is_lost(RunStatus::NotFound, answer * 500)), "over ten seconds");
    }

    #[test]
    fn a_status_that_was_seen_is_never_lost() {
        let mut watch = LostWatch::default();
        watch.is_lost(RunStatus::Running, 0);
        assert!((1..20).all(|answer| !watch.is_lost(RunStatus::NotFound, answer * 10_000)));
    }

    #[test]
    fn the_health_of_polling_counts_answers_and_failures() {
        let mut health = PollHealth::default();
        health.count(true, 12);
        health.count(false, 8_000);
        health.count(true, 7);
        assert_eq!(health.summary(), "2 answered, 1 failed, longest 12 ms");
    }
}
