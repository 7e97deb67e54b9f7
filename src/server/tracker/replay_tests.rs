//! Tests that replay recorded runs and check how often their estimates of the time left were right.
//! `make recordings` creates new recordings.

use status::RunStatus;
use uuid::Uuid;

use super::{RunIdentity, RunState, live::Recorded};

/// How many times per recorded run the estimate is checked, at equal intervals.
const CHECKS: i64 = 1_000;

/// Parses a recording into its events and plans, each with a Unix timestamp in milliseconds.
fn recording(text: &str) -> Vec<(i64, Recorded)> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Replays a recorded run and returns how often, as a share from 0 to 1, the estimated range
/// contained the actual time left. Ignores the first 10% of the run.
fn share_of_correct_ranges(recording: Vec<(i64, Recorded)>) -> f64 {
    let (start, end) = (recording[0].0, recording[recording.len() - 1].0);
    let identity = RunIdentity {
        portfolio_id: Uuid::nil(),
        owner: String::new(),
        portfolio_name: String::new(),
        attempt: 1,
        positions_total: 20,
        data_notice: None,
    };
    let mut run = RunState::new(identity, start);
    let mut events = recording.into_iter().peekable();
    let (mut checks, mut correct) = (0, 0);
    for step in 0..CHECKS {
        let now = start + (end - start) * step / CHECKS;
        while let Some((at, recorded)) = events.next_if(|(at, _)| *at <= now) {
            match recorded {
                Recorded::Event(event) => run.apply(event, at),
                Recorded::Plan(plan) => run.plan = *plan,
            }
        }
        if step < CHECKS / 10 {
            continue;
        }
        checks += 1;
        let left_seconds = (end - now) as f64 / 1000.0;
        let shown = run.to_status(1, None, now).eta;
        correct +=
            u32::from(shown.is_some_and(|range| range.low as f64 <= left_seconds && left_seconds <= range.high as f64));
    }
    for (at, recorded) in events {
        if let Recorded::Event(event) = recorded {
            run.apply(event, at);
        }
    }
    assert_eq!(run.status, RunStatus::Completed, "the recording covers a whole run");
    f64::from(correct) / f64::from(checks)
}

fn check(text: &str) {
    let share = share_of_correct_ranges(recording(text));
    println!("the range was correct in {:.1} % of the checks", share * 100.0);
    assert!(share >= 0.8, "{share}");
}

#[test]
fn estimates_time_left_of_fast_run() {
    check(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/fast.jsonl")));
}

#[test]
fn estimates_time_left_with_slow_provider() {
    check(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/slow.jsonl")));
}

#[test]
fn estimates_time_left_with_failing_provider() {
    check(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/failing.jsonl")));
}
