//! When to ask again, and what to say meanwhile. Pure: time and chance are passed in.
//!
//! The loop that acts on it is in `pages::progress`, in the browser alone.

/// Waiting times after 1, 2, 3 … failed polls in a row, in milliseconds.
const BACK_OFF_MS: [u64; 5] = [2_000, 4_000, 8_000, 15_000, 30_000];

/// A hidden tab asks this many times less often.
const HIDDEN_FACTOR: u64 = 8;

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
    /// The browser says that there is no network.
    Offline,
    /// A person paused the updates.
    Paused,
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
    /// The words for it. `now_ms` and `shown_ms`, when what is shown arrived, are on the same monotonic clock.
    pub fn words(self, now_ms: i64, shown_ms: i64) -> String {
        let age = now_ms.saturating_sub(shown_ms).max(0) / 1000;
        match self {
            Self::Fresh => "Connecting".to_owned(),
            Self::Live => format!("Live, updated {age} s ago"),
            Self::Reconnecting { at_ms } => {
                // Rounded up, so that it says 1 and not 0 until the moment comes.
                let left = (at_ms.saturating_sub(now_ms).max(0) + 999) / 1000;
                format!("Reconnecting in {left} s, last update {age} s ago")
            }
            Self::Offline => format!("Offline, last update {age} s ago"),
            Self::Paused => format!("Paused, last update {age} s ago"),
            Self::Over => "Finished".to_owned(),
            Self::Gone => "This portfolio no longer exists".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Connection, wait_ms};

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
        assert_eq!(Connection::Live.words(5_400, 4_000), "Live, updated 1 s ago");
        assert_eq!(
            Connection::Reconnecting { at_ms: 8_001 }.words(5_000, 1_000),
            "Reconnecting in 4 s, last update 4 s ago"
        );
        assert_eq!(Connection::Offline.words(61_000, 1_000), "Offline, last update 60 s ago");
    }

    #[test]
    fn no_age_is_negative() {
        assert_eq!(Connection::Live.words(0, 4_000), "Live, updated 0 s ago");
    }
}
