//! Screen-reader announcements for the live page. The current time is passed in, so tests need no
//! clock.
//!
//! Announcements interrupt the user, so only a few events are announced: a completed phase, every
//! 25% of overall progress, a lost or restored connection, the end of the session, and the end of
//! the run. Even if a run takes an hour, an open page makes at most twenty announcements, at least
//! five seconds apart. The one exception is the deletion of the portfolio, which is announced
//! without delay. Failures are not announced here, because the page shows them as an alert.

use status::{RunStatus, Status};

use super::poll::{Connection, GONE};

/// Minimum time between two announcements, in milliseconds.
const MIN_INTERVAL_MS: i64 = 5_000;

/// Maximum number of announcements while a page is open. The last one is reserved for the end of
/// the run or the deletion of the portfolio.
const MAX_ANNOUNCEMENTS: u32 = 20;

/// A state of the page that may be announced. A milestone that equals the previous one is not
/// announced again.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Milestone {
    /// The number of completed phases, and the number of 25% steps that the overall progress has
    /// passed.
    Progress {
        phases: u32,
        quarter: u32,
    },
    Disconnected,
    SignedOut,
    Gone,
    Complete,
    Cancelled,
    /// The run failed, its progress is not known, or the server knows of no run. This milestone is
    /// never announced.
    Silent,
}

impl Milestone {
    fn from_status(status: &Status, connection: Connection) -> Self {
        match (status.status, connection) {
            (_, Connection::Gone) => Self::Gone,
            (RunStatus::Completed, _) => Self::Complete,
            (RunStatus::Failed, _) if status.is_cancelled() => Self::Cancelled,
            (RunStatus::Failed | RunStatus::NotFound, _) => Self::Silent,
            (RunStatus::Running, Connection::Reconnecting { .. } | Connection::Offline) => Self::Disconnected,
            (RunStatus::Running, Connection::SignedOut) => Self::SignedOut,
            // This arm also covers `Paused`: users who paused the updates need no announcement
            // about it.
            (RunStatus::Running, _) => match &status.overall_progress {
                Some(progress) => {
                    Self::Progress { phases: progress.phases_completed, quarter: progress.percent_complete / 25 }
                }
                None => Self::Silent,
            },
        }
    }

    fn message(&self) -> Option<String> {
        Some(match self {
            Self::Progress { phases, quarter: 0 } => format!("{phases} of 9 phases complete"),
            Self::Progress { phases, quarter } => {
                format!("{phases} of 9 phases complete, past {} percent", quarter * 25)
            }
            Self::Disconnected => "Connection to the server lost, reconnecting".to_owned(),
            Self::SignedOut => "Signed out. Setup keeps running.".to_owned(),
            Self::Gone => GONE.to_owned(),
            Self::Complete => "Portfolio setup complete".to_owned(),
            Self::Cancelled => "Setup cancelled".to_owned(),
            Self::Silent => return None,
        })
    }
}

/// Decides which milestones are announced, and when.
#[derive(Clone, Debug)]
pub struct Announcer {
    last: Milestone,
    last_ms: i64,
    announced: u32,
}

impl Announcer {
    /// Creates an announcer for a page that opens with `status`. The milestone of that first status
    /// is not announced, because the page already shows it.
    pub fn new(status: &Status, now_ms: i64) -> Self {
        Self { last: Milestone::from_status(status, Connection::Live), last_ms: now_ms, announced: 0 }
    }

    /// Returns whether the milestone of `status` needs no announcement, because it was the last one
    /// to be handled or because the page opened with it.
    pub fn has_announced(&self, status: &Status) -> bool {
        self.last == Milestone::from_status(status, Connection::Live)
    }

    /// Returns the message to announce now, if any.
    ///
    /// A milestone reached within five seconds of the previous announcement waits until those five
    /// seconds have passed. If a newer milestone is reached in the meantime, only the newer one is
    /// announced.
    pub fn next_message(&mut self, status: &Status, connection: Connection, now_ms: i64) -> Option<String> {
        let milestone = Milestone::from_status(status, connection);
        // The page stops polling once the portfolio is deleted, so this message cannot wait.
        let is_last = milestone == Milestone::Gone;
        if milestone == self.last || (now_ms - self.last_ms < MIN_INTERVAL_MS && !is_last) {
            return None;
        }
        let is_end = is_last || matches!(milestone, Milestone::Complete | Milestone::Cancelled);
        let limit = if is_end { MAX_ANNOUNCEMENTS } else { MAX_ANNOUNCEMENTS - 1 };
        let message = milestone.message().filter(|_| self.announced < limit);
        self.last = milestone;
        if message.is_some() {
            self.last_ms = now_ms;
            self.announced += 1;
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use status::{CANCELLED, OverallProgress, RunError, RunStatus, Status};

    use super::{Announcer, MAX_ANNOUNCEMENTS};
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
    fn skips_milestone_shown_from_the_start() {
        let mut announcer = Announcer::new(&running(3, 40), 0);
        assert_eq!(announcer.next_message(&running(3, 41), Connection::Live, 60_000), None);
    }

    #[test]
    fn announces_only_newest_of_close_milestones() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        assert_eq!(announcer.next_message(&running(1, 30), Connection::Live, 4_999), None);
        assert_eq!(
            announcer.next_message(&running(2, 60), Connection::Live, 5_000).as_deref(),
            Some("2 of 9 phases complete, past 50 percent")
        );
        assert_eq!(announcer.next_message(&running(2, 61), Connection::Live, 10_000), None, "the same milestone");
    }

    #[test]
    fn announces_lost_connection_and_progress_after_it() {
        let mut announcer = Announcer::new(&running(1, 10), 0);
        assert!(announcer.next_message(&running(1, 10), LOST, 5_000).is_some_and(|message| message.contains("lost")));
        assert_eq!(
            announcer.next_message(&running(1, 10), Connection::Live, 10_000).as_deref(),
            Some("1 of 9 phases complete")
        );
    }

    #[test]
    fn reserves_last_of_twenty_announcements_for_end() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        let mut announced = 0;
        for round in 1..=100 {
            announced += u32::from(
                announcer
                    .next_message(&running(1, 0), if round % 2 == 0 { Connection::Live } else { LOST }, round * 5_000)
                    .is_some(),
            );
        }
        let end = announcer.next_message(&status(RunStatus::Completed, 9, 100), Connection::Live, 1_000_000);
        assert_eq!(end.as_deref(), Some("Portfolio setup complete"));
        assert!(announcer.has_announced(&status(RunStatus::Completed, 9, 100)));
        assert_eq!(announced + 1, MAX_ANNOUNCEMENTS);
    }

    #[test]
    fn announces_a_cancellation() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        let error = Some(RunError::new(CANCELLED, "", None));
        let cancelled = Status { error, ..status(RunStatus::Failed, 0, 0) };
        assert_eq!(announcer.next_message(&cancelled, Connection::Live, 60_000).as_deref(), Some("Setup cancelled"));
    }

    #[test]
    fn leaves_failure_to_the_alert() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        assert_eq!(announcer.next_message(&status(RunStatus::Failed, 1, 10), Connection::Live, 60_000), None);
    }

    #[test]
    fn announces_no_progress_that_is_unknown() {
        let mut announcer = Announcer::new(&running(0, 0), 0);
        let unknown = Status { overall_progress: None, ..running(0, 0) };
        assert_eq!(announcer.next_message(&unknown, Connection::Live, 60_000), None);
    }

    #[test]
    fn announces_sign_out_and_deleted_portfolio() {
        let mut announcer = Announcer::new(&running(1, 10), 0);
        let message = announcer.next_message(&running(1, 10), Connection::SignedOut, 5_000);
        assert_eq!(message.as_deref(), Some("Signed out. Setup keeps running."));
        let message = announcer.next_message(&running(1, 10), Connection::Gone, 5_001);
        assert_eq!(message.as_deref(), Some("This portfolio no longer exists"));
        assert_eq!(
            announcer.next_message(&running(2, 20), Connection::Paused, 20_000).as_deref(),
            Some("2 of 9 phases complete")
        );
    }
}
