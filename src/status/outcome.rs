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
mod tests {
    use super::{completed_phases, failed_phase};
    use crate::status::{Phase, PhaseState, PhaseStatus, RunError};

    fn phases(completed: usize, failed: Option<usize>) -> Vec<PhaseStatus> {
        Phase::ALL
            .iter()
            .enumerate()
            .map(|(index, &phase)| {
                let mut status = PhaseStatus::pending(phase);
                if index < completed {
                    status.status = PhaseState::Completed;
                }
                if failed == Some(index) {
                    status.status = PhaseState::Failed;
                }
                status
            })
            .collect()
    }

    #[test]
    fn a_failure_at_betas_names_the_five_phases_before_it() {
        let phases = phases(5, Some(5));
        assert_eq!(
            completed_phases(&phases).as_deref(),
            Some("Phases 1-5 (Market Data Collection to Position Values)")
        );
        assert_eq!(failed_phase(&phases).as_deref(), Some("Phase 6 (Position Betas)"));
    }

    #[test]
    fn offers_retry_only_where_it_helps() {
        for (code, is_worth_retrying, is_best_retried) in [
            ("cancelled", true, true),
            ("market_data_unavailable", true, true),
            ("market_data_key_refused", true, false),
            ("market_data_plan", true, false),
            ("benchmark_unavailable", true, true),
            ("benchmark_missing", true, false),
            ("internal_error", true, false),
            ("no_prices", false, false),
        ] {
            let error = RunError::new(code, "", None);
            assert_eq!(
                (error.is_worth_retrying(), error.is_best_retried()),
                (is_worth_retrying, is_best_retried),
                "{code}"
            );
            assert_eq!(error.remedy().is_empty(), error.is_cancelled());
        }
    }

    #[test]
    fn one_completed_phase_is_not_a_range() {
        assert_eq!(completed_phases(&phases(1, None)).as_deref(), Some("Phase 1 (Market Data Collection)"));
    }

    #[test]
    fn nothing_completed_is_nothing_to_say() {
        assert_eq!(completed_phases(&phases(0, Some(0))), None);
    }
}
