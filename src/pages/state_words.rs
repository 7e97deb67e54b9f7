//! The states of runs and phases as words, for pages that only the server renders.

use status::{PhaseState, PhaseStatus, RunStatus, counted};

use crate::server::store::QueueState;

/// The state of a run in progress that waits before it computes.
const WAITING: &str = "Waiting";

/// Returns the word for the state of a run.
pub fn run_state(status: RunStatus, is_cancelled: bool, queue: QueueState) -> &'static str {
    match status {
        RunStatus::Running if queue != QueueState::NotWaiting => WAITING,
        RunStatus::Running => "Running",
        RunStatus::Completed => "Completed",
        RunStatus::Failed if is_cancelled => "Cancelled",
        RunStatus::Failed => "Failed",
        RunStatus::NotFound => "Not started",
    }
}

/// Returns the state of a run in progress, such as "Running \u{b7} 45%" or "Waiting \u{b7} 2 setups
/// ahead". A waiting run gets no percentage, because it makes no progress.
pub fn progress(percent: u32, queue: QueueState) -> String {
    match queue {
        QueueState::NotWaiting => format!("Running \u{b7} {percent}%"),
        QueueState::NotTaken => WAITING.to_owned(),
        QueueState::Waiting(ahead) => format!("{WAITING} \u{b7} {}", setups_ahead(ahead)),
    }
}

/// Returns how many setups compute before a waiting one.
pub fn setups_ahead(ahead: u32) -> String {
    format!("{} ahead", counted(ahead.into(), "setup"))
}

/// Returns the word for the state of a phase.
pub fn phase_state(phase: &PhaseStatus, is_cancelled: bool) -> &'static str {
    match phase.status {
        PhaseState::Pending => "Pending",
        PhaseState::Running => "Running",
        PhaseState::Completed if phase.warnings > 0 => "Completed with warnings",
        PhaseState::Completed => "Completed",
        PhaseState::Failed if is_cancelled => "Cancelled",
        PhaseState::Failed => "Failed",
    }
}

#[cfg(test)]
mod tests {
    use status::RunStatus;

    use super::{progress, run_state};
    use crate::server::store::QueueState;

    #[test]
    fn words_queued_runs_as_waiting() {
        assert_eq!(progress(45, QueueState::NotWaiting), "Running \u{b7} 45%");
        assert_eq!(progress(0, QueueState::NotTaken), "Waiting");
        assert_eq!(progress(5, QueueState::Waiting(1)), "Waiting \u{b7} 1 setup ahead");
        assert_eq!(progress(0, QueueState::Waiting(3)), "Waiting \u{b7} 3 setups ahead");
        assert_eq!(run_state(RunStatus::Running, false, QueueState::Waiting(3)), "Waiting");
        assert_eq!(run_state(RunStatus::Running, false, QueueState::NotWaiting), "Running");
        assert_eq!(run_state(RunStatus::Failed, true, QueueState::NotTaken), "Cancelled");
    }
}
