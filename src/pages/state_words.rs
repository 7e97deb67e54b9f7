//! The states of runs and phases as words, for pages that only the server renders.

use status::{PhaseState, PhaseStatus, RunStatus};

/// Returns the word for the state of a run.
pub fn run_state(status: RunStatus, is_cancelled: bool) -> &'static str {
    match status {
        RunStatus::Running => "Running",
        RunStatus::Completed => "Completed",
        RunStatus::Failed if is_cancelled => "Cancelled",
        RunStatus::Failed => "Failed",
        RunStatus::NotFound => "Not started",
    }
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
