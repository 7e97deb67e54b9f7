//! What a screen reader is told without asking. Pure: the time is passed in.
//!
//! A run of an hour has few moments worth interrupting for: phases that complete, quarters of the way, a connection
//! that is lost and found, the end. They are at least five seconds apart and at most twenty in a run. A failure is not
//! among them: it is an alert of its own.

use status::{RunStatus, Status};

use super::poll::Connection;

/// Between two messages, in milliseconds.
const APART_MS: i64 = 5_000;

/// Messages in a run. The last one is kept for the end.
const MOST: u32 = 20;

/// What there is to say of a moment. The same moment is said once.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Moment {
    /// Phases completed, and the last quarter of the way that is behind.
    Underway {
        phases: u32,
        quarter: u32,
    },
    Disconnected,
    SignedOut,
    Gone,
    Complete,
    /// A person ended it. A failure is an alert of its own.
    Cancelled,
    /// Nothing to say here.
    Silent,
}

impl Moment {
    fn from_status(status: &Status, connection: Connection) -> Self {
        match (status.status, connection) {
            (_, Connection::Gone) => Self::Gone,
            (RunStatus::Completed, _) => Self::Complete,
            (RunStatus::Failed, _) if status.is_cancelled() => Self::Cancelled,
            (RunStatus::Failed | RunStatus::NotFound, _) => Self::Silent,
            (RunStatus::Running, Connection::Reconnecting { .. } | Connection::Offline) => Self::Disconnected,
            (RunStatus::Running, Connection::SignedOut) => Self::SignedOut,
            // Whoever paused the updates knows it.
            (RunStatus::Running, _) => Self::Underway {
                phases: status.overall_progress.as_ref().map_or(0, |progress| progress.phases_completed),
                quarter: status.percent() / 25,
            },
        }
    }

    fn message(&self) -> Option<String> {
        Some(match self {
            Self::Underway { phases, quarter: 0 } => format!("{phases} of 9 phases complete"),
            Self::Underway { phases, quarter } => {
                format!("{phases} of 9 phases complete, past {} percent", quarter * 25)
            }
            Self::Disconnected => "The connection to the server is lost; trying again".to_owned(),
            Self::SignedOut => "Signed out; the setup keeps running".to_owned(),
            Self::Gone => "This portfolio no longer exists".to_owned(),
            Self::Complete => "Portfolio setup complete".to_owned(),
            Self::Cancelled => "Setup cancelled".to_owned(),
            Self::Silent => return None,
        })
    }
}

/// Paces what is said.
#[derive(Clone, Debug)]
pub struct Announcer {
    last: Moment,
    last_ms: i64,
    said: u32,
}

impl Announcer {
    /// For a page that shows this status from the start: what is on it already is not said.
    pub fn new(status: &Status, now_ms: i64) -> Self {
        Self { last: Moment::from_status(status, Connection::Live), last_ms: now_ms, said: 0 }
    }

    /// Whether there is nothing left to say of this status.
    pub fn has_said(&self, status: &Status) -> bool {
        self.last == Moment::from_status(status, Connection::Live)
    }

    /// What to say now, if anything. A moment that comes too soon after another is said later, unless a newer one has
    /// taken its place by then.
    pub fn say(&mut self, status: &Status, connection: Connection, now_ms: i64) -> Option<String> {
        let moment = Moment::from_status(status, connection);
        // After this one there is no later.
        let is_last = moment == Moment::Gone;
        if moment == self.last || (now_ms - self.last_ms < APART_MS && !is_last) {
            return None;
        }
        let is_end = is_last || matches!(moment, Moment::Complete | Moment::Cancelled);
        let most = if is_end { MOST } else { MOST - 1 };
        let words = moment.message().filter(|_| self.said < most);
        self.last = moment;
        if words.is_some() {
            self.last_ms = now_ms;
            self.said += 1;
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use status::{CANCELLED, OverallProgress, RunError, RunStatus, Status};

    use super::{Announcer, MOST};
    use crate::live_page::poll::Connection;

    const LOST: Connection = Connection::Reconnecting { at_ms: 0 };

    fn status(state: RunStatus, phases_completed: u32, percent_complete: u32) -> Status {
        Status {
            status: state,
            overall_progress: Some(OverallProgress {
                current_phase: None,
                current_phase_name: None,
                phases_completed,
                phases_total: 9,
                percent_complete,
            }),
            ..Status::without_run(String::new(), String::new(), 0, String::new())
        }
    }

    fn running(phases: u32, percent: u32) -> Status {
        status(RunStatus::Running, phases, percent)
    }

    #[test]
    fn what_the_page_shows_from_the_start_is_not_said() {
        let mut announcer = Announcer::new(&running(3, 40), 0);
        assert_eq!(announcer.say(&running(3, 41), Connection::Live, 60_000), None);
    }

    #[test]
    fn moments_closer_than_five_seconds_are_said_once_as_the_newest() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        assert_eq!(announcer.say(&running(1, 30), Connection::Live, 4_999), None);
        assert_eq!(
            announcer.say(&running(2, 60), Connection::Live, 5_000).as_deref(),
            Some("2 of 9 phases complete, past 50 percent")
        );
        assert_eq!(announcer.say(&running(2, 61), Connection::Live, 10_000), None, "the same moment");
    }

    #[test]
    fn a_lost_connection_is_said_and_so_is_how_far_it_is_afterwards() {
        let mut announcer = Announcer::new(&running(1, 10), 0);
        assert!(announcer.say(&running(1, 10), LOST, 5_000).is_some_and(|words| words.contains("lost")));
        assert_eq!(announcer.say(&running(1, 10), Connection::Live, 10_000).as_deref(), Some("1 of 9 phases complete"));
    }

    #[test]
    fn the_end_is_said_even_after_a_hundred_moments_and_no_run_has_more_than_twenty() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        let mut said = 0;
        for moment in 1..=100 {
            said += u32::from(
                announcer
                    .say(&running(1, 0), if moment % 2 == 0 { Connection::Live } else { LOST }, moment * 5_000)
                    .is_some(),
            );
        }
        let end = announcer.say(&status(RunStatus::Completed, 9, 100), Connection::Live, 1_000_000);
        assert_eq!(end.as_deref(), Some("Portfolio setup complete"));
        assert!(announcer.has_said(&status(RunStatus::Completed, 9, 100)));
        assert_eq!(said + 1, MOST);
    }

    #[test]
    fn announces_a_cancellation() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        let error = Some(RunError::new(CANCELLED, "", None));
        let cancelled = Status { error, ..status(RunStatus::Failed, 0, 0) };
        assert_eq!(announcer.say(&cancelled, Connection::Live, 60_000).as_deref(), Some("Setup cancelled"));
    }

    #[test]
    fn a_failure_is_an_alert_and_not_said_twice() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        assert_eq!(announcer.say(&status(RunStatus::Failed, 1, 10), Connection::Live, 60_000), None);
    }

    #[test]
    fn signed_out_is_not_called_a_lost_connection_and_a_deleted_portfolio_is_told_at_once() {
        let mut announcer = Announcer::new(&running(1, 10), 0);
        let said = announcer.say(&running(1, 10), Connection::SignedOut, 5_000);
        assert_eq!(said.as_deref(), Some("Signed out; the setup keeps running"));
        let said = announcer.say(&running(1, 10), Connection::Gone, 5_001);
        assert_eq!(said.as_deref(), Some("This portfolio no longer exists"));
        assert_eq!(
            announcer.say(&running(2, 20), Connection::Paused, 20_000).as_deref(),
            Some("2 of 9 phases complete")
        );
    }
}
