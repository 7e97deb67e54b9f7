use super::{completed_phases, failed_phase};
use crate::{Phase, PhaseState, PhaseStatus, RunError};

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
fn names_phases_before_the_failure() {
    let phases = phases(5, Some(5));
    assert_eq!(completed_phases(&phases).as_deref(), Some("Phases 1-5 (Market Data Collection to Position Values)"));
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
fn names_single_completed_phase_without_range() {
    assert_eq!(completed_phases(&phases(1, None)).as_deref(), Some("Phase 1 (Market Data Collection)"));
}

#[test]
fn returns_none_when_nothing_completed() {
    assert_eq!(completed_phases(&phases(0, Some(0))), None);
}
