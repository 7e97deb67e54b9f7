//! Sentences about a run that ended early: what completed, what failed and what to do.

mod failure;

pub use failure::Failure;

use super::{Fixer, PhaseState, PhaseStatus, RunError};

/// The error code of a run that was cancelled by a user.
pub const CANCELLED: &str = "cancelled";

impl RunError {
    /// Creates an error. `code` is stable and decides who can fix the failure; `message` is a
    /// sentence for users.
    pub fn new(code: impl Into<String>, message: impl Into<String>, phase_id: Option<super::Phase>) -> Self {
        let code = code.into();
        let who = Fixer::from_code(&code);
        Self { who, code, message: message.into(), phase_id, advice: String::new() }
    }

    /// Returns whether a user cancelled the run.
    pub fn is_cancelled(&self) -> bool {
        self.code == CANCELLED
    }

    /// Returns this error with a sentence that says who can fix it, and how. A cancellation gets
    /// no advice, because it needs no fix. `support_code` identifies the run to the operator.
    #[must_use]
    pub fn with_advice(self, support_code: &str) -> Self {
        let failure = Failure::from_code(&self.code);
        let fix = failure.map_or("", Failure::fix);
        let advice = match self.who {
            _ if self.is_cancelled() => String::new(),
            Fixer::You => format!("You can fix this: {fix}"),
            Fixer::Time => format!("This usually passes by itself: {fix}"),
            Fixer::Operator => {
                format!("This needs the person who runs this server. Give them support code {support_code}. {fix}")
            }
        };
        Self { advice: advice.trim_end().to_owned(), ..self }
    }

    /// Returns whether a retry with the same positions could succeed.
    pub fn is_worth_retrying(&self) -> bool {
        self.is_cancelled() || self.who != Fixer::You
    }

    /// Returns whether the page should recommend a retry as the next step.
    pub fn is_best_retried(&self) -> bool {
        self.is_cancelled() || self.who == Fixer::Time
    }
}

impl Fixer {
    /// Returns who can fix a failure with this code. If the code is unknown, the operator must fix
    /// the failure.
    pub fn from_code(code: &str) -> Self {
        Failure::from_code(code).map_or(Self::Operator, Failure::fixer)
    }
}

/// Returns text such as "Phases 1-5 (Market Data Collection to Position Values)", or `None` when
/// nothing completed.
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

/// Returns text such as "Phase 6 (Position Betas)", or `None` when no phase failed.
pub fn failed_phase(phases: &[PhaseStatus]) -> Option<String> {
    let failed = phases.iter().find(|phase| phase.status == PhaseState::Failed)?;
    Some(format!("Phase {} ({})", failed.phase_id.number(), failed.phase_name))
}

#[cfg(test)]
mod tests;
