use super::{Failure, completed_phases, failed_phase};
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
    const YOU: &str = "You can fix this: ";
    const TIME: &str = "This usually passes by itself: ";
    const OPERATOR: &str = "This needs the person who runs this server. Give them support code K7Q-M2X.";
    // Code, beginning of the advice, whether a retry is offered, whether it is recommended.
    let expected = [
        ("cancelled", "", true, true),
        ("no_prices", YOU, false, false),
        ("too_large", YOU, false, false),
        ("result_too_large", YOU, false, false),
        ("cannot_value", YOU, false, false),
        ("store_unavailable", TIME, true, true),
        ("market_data_unavailable", TIME, true, true),
        ("benchmark_unavailable", TIME, true, true),
        ("benchmark_missing", OPERATOR, true, false),
        ("market_data_key_refused", OPERATOR, true, false),
        ("market_data_plan", OPERATOR, true, false),
        ("store_failed", OPERATOR, true, false),
        ("cannot_correlate", OPERATOR, true, false),
        ("crashed_repeatedly", OPERATOR, true, false),
        ("internal_error", OPERATOR, true, false),
    ];
    assert_eq!(Failure::ALL.map(Failure::code), expected.map(|(code, ..)| code));
    for (code, advice, is_worth_retrying, is_best_retried) in expected {
        let error = RunError::new(code, "", None).with_advice("K7Q-M2X");
        assert!(error.advice.starts_with(advice), "{error:?}");
        assert_eq!(error.advice.len() > advice.len(), code != "cancelled", "{error:?}");
        let offers = (error.is_worth_retrying(), error.is_best_retried());
        assert_eq!(offers, (is_worth_retrying, is_best_retried), "{code}");
    }
}

#[test]
fn leaves_unknown_failure_to_the_operator() {
    let error = RunError::new("of_another_version", "", None).with_advice("K7Q-M2X");
    assert_eq!(error.advice, "This needs the person who runs this server. Give them support code K7Q-M2X.");
}

#[test]
fn names_single_completed_phase_without_range() {
    assert_eq!(completed_phases(&phases(1, None)).as_deref(), Some("Phase 1 (Market Data Collection)"));
}

#[test]
fn returns_none_when_nothing_completed() {
    assert_eq!(completed_phases(&phases(0, Some(0))), None);
}
