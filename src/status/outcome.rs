//! The sentences about what completed and what failed.

use super::{PhaseState, PhaseStatus};

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
    use crate::status::{Phase, PhaseState, PhaseStatus};

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
    fn one_completed_phase_is_not_a_range() {
        assert_eq!(completed_phases(&phases(1, None)).as_deref(), Some("Phase 1 (Market Data Collection)"));
    }

    #[test]
    fn nothing_completed_is_nothing_to_say() {
        assert_eq!(completed_phases(&phases(0, Some(0))), None);
    }
}
