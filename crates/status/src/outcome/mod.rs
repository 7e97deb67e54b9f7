//! How a run ended early: the sentences about it, and what can be done.

use super::{Fixer, PhaseState, PhaseStatus, RunError};

/// The code of a run that a person cancelled.
pub const CANCELLED: &str = "cancelled";

impl RunError {
    /// A failure with this stable code and sentence, in this phase. Who can fix it follows from the
    /// code.
    pub fn new(code: impl Into<String>, message: impl Into<String>, phase_id: Option<super::Phase>) -> Self {
        let code = code.into();
        Self { who: Fixer::of_code(&code), code, message: message.into(), phase_id }
    }

    /// Whether a person ended the run.
    pub fn is_cancelled(&self) -> bool {
        self.code == CANCELLED
    }

    /// What can be done about it, in one sentence; empty after a cancellation, which nothing has to
    /// be done about.
    pub fn remedy(&self) -> &'static str {
        match self.who {
            _ if self.is_cancelled() => "",
            Fixer::You => "Correct the positions and upload them again.",
            Fixer::Operator => "Ask the operator of this server to fix this, then retry.",
            Fixer::Time => "This usually passes. Retry in a moment.",
        }
    }

    /// Whether the same setup may end differently the next time.
    pub fn is_worth_retrying(&self) -> bool {
        self.is_cancelled() || self.who != Fixer::You
    }

    /// Whether retrying is what a person should do now.
    pub fn is_best_retried(&self) -> bool {
        self.is_cancelled() || self.who == Fixer::Time
    }
}

impl Fixer {
    /// Who can do something about a failure with this code. One that is not known here is for the
    /// operator.
    pub fn of_code(code: &str) -> Self {
        match code {
            CANCELLED | "no_prices" | "result_too_large" | "too_large" => Self::You,
            "store_unavailable" | "market_data_unavailable" | "benchmark_unavailable" => Self::Time,
            _ => Self::Operator,
        }
    }
}

/// "Phases 1-5 (Market Data Collection to Position Values)", or `None` when nothing completed.
pub fn completed_phases(phases: &[PhaseStatus]) -> Option<String> {
    let completed: Vec<_> = phases.iter().filter(|phase| phase.status == PhaseState::Completed).collect();
    match completed.as_slice() {
        [] => None,
        [only] => Some(format!("Phase {} ({})", only.phase_id.number(), only.phase_name)),
        [first, .., last] => Some(format!(
            "Phases {}-{} ({} to {})",
            first.phase_id.number(),
            last.phase_id.number(),
            first.phase_name,
            last.phase_name
        )),
    }
}

/// "Phase 6 (Position Betas)", or `None` when no phase failed.
pub fn failed_phase(phases: &[PhaseStatus]) -> Option<String> {
    let failed = phases.iter().find(|phase| phase.status == PhaseState::Failed)?;
    Some(format!("Phase {} ({})", failed.phase_id.number(), failed.phase_name))
}

#[cfg(test)]
mod tests;
