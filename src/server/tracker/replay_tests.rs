//! Replays recorded runs to check the estimates of the time left. `make recordings` records the
//! runs again.

use status::RunStatus;
use uuid::Uuid;

use super::{RunIdentity, RunState, live::Recorded};

/// Number of evenly spaced checks over a run.
const LOOKS: i64 = 1_000;

/// Parses a recording into events and plans, each with its time.
fn recording(text: &str) -> Vec<(i64, Recorded)> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the share of checks, after the first tenth of the run, in which the shown range
/// contained the actual time left.
fn share_of_truth(recording: Vec<(i64, Recorded)>) -> f64 {
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
    let (mut looks, mut held) = (0, 0);
    for look in 0..LOOKS {
        let now = start + (end - start) * look / LOOKS;
        while let Some((at, recorded)) = events.next_if(|(at, _)| *at <= now) {
            match recorded {
                Recorded::Event(event) => run.apply(event, at),
                Recorded::Plan(plan) => run.plan = *plan,
            }
        }
        if look < LOOKS / 10 {
            continue;
        }
        looks += 1;
        let left_seconds = (end - now) as f64 / 1000.0;
        let shown = run.to_status(1, None, now).eta;
        held +=
            u32::from(shown.is_some_and(|range| range.low as f64 <= left_seconds && left_seconds <= range.high as f64));
    }
    for (at, recorded) in events {
        if let Recorded::Event(event) = recorded {
            run.apply(event, at);
        }
    }
    assert_eq!(run.status, RunStatus::Completed, "the recording is of a whole run");
    f64::from(held) / f64::from(looks)
}

fn check(text: &str) {
    let share = share_of_truth(recording(text));
    println!("the range held the truth in {:.1} % of the looks", share * 100.0);
    assert!(share >= 0.8, "{share}");
}

#[test]
fn the_time_left_of_a_fast_run_holds() {
    check(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/fast.jsonl")));
}

#[test]
fn the_time_left_of_a_run_over_a_slow_provider_holds() {
    check(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/slow.jsonl")));
}

#[test]
fn the_time_left_of_a_run_over_a_failing_provider_holds() {
    check(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/failing.jsonl")));
}
