//! Tests how events change the state of a run, and what readers of the tracker see.

use std::sync::Arc;

use proptest::prelude::*;
use status::{LogLevel, Phase, PhaseState, PollAnswer, RunError, RunStatus, Status, VERSIONS_PER_EPOCH};
use uuid::Uuid;

use super::{Event, RunIdentity, RunState, Tracker};
use crate::server::{
    findings::{Finding, MAX_BYTES, TilePrice},
    util::viewer::Viewer,
};

fn run(owner: &str) -> RunState {
    let identity = RunIdentity {
        portfolio_id: Uuid::new_v4(),
        owner: owner.to_owned(),
        portfolio_name: "Growth".to_owned(),
        attempt: 1,
        positions_total: 2,
        data_notice: None,
    };
    let mut state = RunState::new(identity, 0);
    state.plan.expected_ms = [5.0, 1.0, 1.0, 8.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    state
}

fn log(level: LogLevel, message: &str) -> Event {
    Event::Log { phase: Some(Phase::MarketData), level, message: message.to_owned() }
}

fn tile(tile: u8, symbol: &str) -> Finding {
    Finding::Price { tile, symbol: symbol.to_owned(), price: TilePrice::Waiting }
}

fn found(findings: impl Into<Vec<Finding>>) -> Event {
    Event::Found { phase: Phase::MarketData, findings: findings.into() }
}

fn market_data_taken_over(findings: Vec<Finding>) -> Event {
    let (phase, summary) = (Phase::MarketData, String::new());
    Event::PhaseTakenOver { phase, summary, warnings: 0, warned: Vec::new(), findings }
}

/// Returns the findings that pages show, each with its sequence number and time.
fn shown_findings(state: &RunState) -> Vec<(u64, u64, Finding)> {
    let shown = state.found().into_iter().filter(|record| !record.is_withdrawn);
    shown.map(|record| (record.seq, record.at_ms, record.finding.clone())).collect()
}

fn failure() -> Event {
    Event::Failed(RunError::new("x", "x", Some(Phase::Snapshots)))
}

#[test]
fn repeats_last_shown_number_for_debug_entry() {
    let mut state = run("a");
    for event in [log(LogLevel::Info, "one"), log(LogLevel::Debug, "hidden"), log(LogLevel::Info, "two")] {
        state.apply(event, 1);
    }
    let numbers: Vec<_> = state.entries.iter().map(|entry| (entry.line, entry.seq)).collect();
    assert_eq!(numbers, [(1, 1), (2, 1), (3, 2)]);
}

#[test]
fn remembers_first_shown_line_of_each_phase() {
    let mut state = run("a");
    let in_phase = |phase, level, message: &str| Event::Log { phase, level, message: message.to_owned() };
    for event in [
        in_phase(None, LogLevel::Info, "before"),
        in_phase(Some(Phase::MarketData), LogLevel::Debug, "hidden"),
        in_phase(Some(Phase::MarketData), LogLevel::Info, "first"),
        // A restart computes the phase again, but the log keeps the lines of its first start.
        Event::PhaseStarted { phase: Phase::MarketData, total: 1 },
        Event::PhasesDiscarded(vec![Phase::MarketData]),
        in_phase(Some(Phase::MarketData), LogLevel::Info, "second"),
    ] {
        state.apply(event, 1);
    }
    let first: Vec<_> = state.phase_statuses(2).iter().map(|phase| phase.first_seq).collect();
    assert_eq!((first[0], first[1]), (Some(2), None));
}

/// Guards against a bug found by fuzzing: after an event reported a progress value that was not
/// finite, the next event caused a panic.
#[test]
fn survives_progress_that_is_not_finite() {
    let mut state = run("a");
    state.apply(Event::PhaseStarted { phase: Phase::MarketData, total: 10 }, 1);
    for (current, done) in [(5, 0.5), (6, f64::NAN), (7, f64::NAN), (8, f64::INFINITY), (9, -1.0)] {
        state.apply(Event::Progress { current, done, left_ms: Some(f64::NAN) }, 2);
        assert!(state.percent < 100 && state.phases[0].left_ms().is_none());
    }
    let percent = state.percent;
    state.apply(Event::PhaseCompleted { phase: Phase::MarketData, summary: String::new() }, 3);
    assert!(state.percent >= percent && percent > 0);
}

#[test]
fn shows_repeated_line_once() {
    let mut state = run("a");
    state.apply(log(LogLevel::Info, "same"), 1);
    state.apply(log(LogLevel::Info, "same"), 2);
    assert_eq!(state.to_status(1, None, 3).activity_log.len(), 1);
}

#[test]
fn returns_last_fifty_or_all_later_entries() {
    let mut state = run("a");
    for number in 1..=120 {
        state.apply(log(LogLevel::Info, &format!("line {number}")), 1);
    }
    let seqs = |after| state.to_status(1, after, 2).activity_log.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    assert_eq!(seqs(None), (71..=120).collect::<Vec<_>>());
    assert_eq!(seqs(Some(5)), (6..=120).collect::<Vec<_>>());
}

#[test]
fn shares_one_status_per_version() {
    let run = Tracker::default().insert(run("a"));
    let first = run.shared_status(10);
    assert!(Arc::ptr_eq(&first, &run.shared_status(20)));
    run.report(log(LogLevel::Info, "one"));
    let second = run.shared_status(30);
    assert_eq!(second.status(None, 30).unwrap().last_seq, 1);
    assert!(second.version() > first.version());
}

#[test]
fn encodes_answer_once_per_version() {
    let run = Tracker::default().insert(run("a"));
    run.report(log(LogLevel::Info, "one"));
    run.report(log(LogLevel::Info, "two"));
    let shared = run.shared_status(10);
    let answer = shared.changed(1, 0).unwrap();
    assert!(Arc::ptr_eq(&answer, &shared.changed(1, 0).unwrap()), "all who have entry 1 share it");
    assert!(!Arc::ptr_eq(&answer, &shared.changed(0, 0).unwrap()));
    let expected = PollAnswer::Changed(Box::new(shared.view(Some(1), 10).unwrap().into_change(0)));
    let sent: PollAnswer = serde_json::from_slice(&answer.json()).unwrap();
    assert_eq!(sent, expected, "it is what the server function returns");
    for after in 0..100 {
        shared.changed(after, 0);
    }
    assert!(shared.changed(1, 0).is_some(), "one that was dropped is encoded again");
}

#[test]
fn renews_shared_bytes_within_quarter_second() {
    let run = Tracker::default().insert(run("a"));
    let first = run.shared_status(1_000);
    assert!(Arc::ptr_eq(&first, &run.shared_status(1_249)));
    let time = |bytes: &[u8]| serde_json::from_slice::<Status>(bytes).unwrap().server_time;
    let renewed = run.shared_status(1_250);
    assert_eq!(renewed.version(), first.version());
    assert_ne!(time(&renewed.bytes().json()), time(&first.bytes().json()));
}

#[test]
fn updates_durations_while_nothing_is_reported() {
    let run = Tracker::default().insert(run("a"));
    run.report(Event::PhaseStarted { phase: Phase::MarketData, total: 1 });
    let started = run.read(|state| state.reported_ms);
    run.shared_status(started);
    let status = run.status(None, started + 4_000).unwrap();
    assert_eq!(status.phases.unwrap()[0].duration_ms, Some(4_000));
    assert_eq!((status.elapsed_seconds > 0, status.heartbeat_age_seconds), (true, 4));
}

#[test]
fn reads_entries_from_shared_status_or_memory() {
    let run = Tracker::default().insert(run("a"));
    for number in 1..=120 {
        run.report(log(LogLevel::Info, &format!("line {number}")));
    }
    let seqs = |after| run.status(after, 0).unwrap().activity_log.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    assert_eq!(seqs(Some(118)), [119, 120]);
    assert_eq!(seqs(Some(120)), Vec::<u64>::new());
    assert_eq!(seqs(Some(0)), (1..=120).collect::<Vec<_>>());
    assert_eq!(seqs(None), (71..=120).collect::<Vec<_>>());
}

#[test]
fn replaces_finding_in_same_place() {
    let mut state = run("a");
    state.apply(found([tile(0, "A"), tile(1, "B")]), 5);
    state.apply(found([tile(0, "C")]), 9);
    assert_eq!(shown_findings(&state), [(2, 5, tile(1, "B")), (3, 9, tile(0, "C"))]);
}

#[test]
fn withdraws_findings_when_phase_starts_again() {
    let mut state = run("a");
    let start = Event::PhaseStarted { phase: Phase::MarketData, total: 1 };
    state.apply(start.clone(), 1);
    state.apply(found([tile(0, "A"), tile(1, "B")]), 2);
    state.apply(start, 3);
    assert!(shown_findings(&state).is_empty());
    assert_eq!(state.last_found(), 4, "pages that have the findings learn that they are gone");
    state.apply(found([tile(0, "A")]), 4);
    assert_eq!(shown_findings(&state), [(5, 4, tile(0, "A"))]);
}

#[test]
fn withdraws_findings_of_discarded_phases() {
    let mut state = run("a");
    state.apply(found([tile(0, "A")]), 1);
    state.apply(Event::PhasesDiscarded(vec![Phase::MarketData]), 2);
    assert_eq!((shown_findings(&state), state.last_found()), (Vec::new(), 2));
}

#[test]
fn numbers_findings_taken_over_within_run() {
    let mut state = run("a");
    state.apply(found([tile(0, "A")]), 1);
    state.apply(market_data_taken_over(vec![tile(7, "Z")]), 2);
    assert_eq!(shown_findings(&state), [(3, 2, tile(7, "Z"))]);
}

#[test]
fn sends_page_the_rest_of_many_findings() {
    let run = Tracker::default().insert(run("a"));
    run.report(found((0..200).map(|number| tile(number, "LONGSYMBOL")).collect::<Vec<_>>()));
    let shared = run.shared_status(10);
    let change = |known| {
        let sent: PollAnswer = serde_json::from_slice(&shared.changed(0, known).unwrap().json()).unwrap();
        if let PollAnswer::Changed(change) = sent { change.found } else { unreachable!() }
    };
    let mut seqs = Vec::new();
    while !shared.is_all_found(seqs.last().copied().unwrap_or(0)) {
        let part = change(seqs.last().copied().unwrap_or(0));
        assert!(part.iter().map(|found| found.html.len()).sum::<usize>() <= MAX_BYTES);
        seqs.extend(part.into_iter().map(|found| found.seq));
    }
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
    let complete = shared.changed(0, 200).unwrap();
    assert!(Arc::ptr_eq(&complete, &shared.changed(0, 999).unwrap()), "all who have every finding share it");
}

#[test]
fn sends_all_findings_after_end_of_run() {
    let run = Tracker::default().insert(run("a"));
    run.report(found((0..200).map(|number| tile(number, "LONGSYMBOL")).collect::<Vec<_>>()));
    run.report(failure());
    assert_eq!(run.view(Some(0), 10).unwrap().into_change(0).found.len(), 200);
}

#[test]
fn hides_time_left_while_store_is_busy() {
    let mut state = run("a");
    state.plan.expected_ms = [60_000.0; 9];
    state.apply(Event::PhaseStarted { phase: Phase::MarketData, total: 1 }, 1);
    assert!(state.to_status(1, None, 2).eta.is_some());
    state.apply(Event::StoreBusy, 3);
    let status = state.to_status(1, None, 4);
    assert_eq!((status.store_busy, status.eta), (true, None));
}

#[test]
fn keeps_entries_that_store_lacks_in_memory() {
    let mut state = run("a");
    for number in 0..7_000 {
        state.apply(log(LogLevel::Debug, &format!("{number}")), 1);
    }
    assert_eq!(state.unsaved().len(), 7_000);
    state.mark_saved(7_000, 0, false);
    assert_eq!(state.entries.len(), super::ENTRIES_IN_MEMORY);
}

#[test]
fn fails_only_running_phase_with_its_run() {
    let mut state = run("a");
    state.apply(Event::PhaseStarted { phase: Phase::Snapshots, total: 9 }, 1);
    state.apply(failure(), 2);
    assert_eq!(state.phases[Phase::Snapshots.index()].state, PhaseState::Failed);
    assert_eq!(state.phases[Phase::PositionValues.index()].state, PhaseState::Pending);
}

#[test]
fn ignores_events_after_end_of_run() {
    let mut state = run("a");
    state.apply(failure(), 1);
    let version = state.version;
    state.apply(Event::Completed, 2);
    assert_eq!((state.status, state.version), (RunStatus::Failed, version));
}

#[test]
fn shows_zero_duration_after_clock_set_back() {
    let mut state = run("a");
    state.apply(Event::PhaseStarted { phase: Phase::MarketData, total: 1 }, 10_000);
    let status = state.to_status(1, None, -5_000);
    assert_eq!(status.elapsed_seconds, 0);
    assert_eq!(status.phases.and_then(|phases| phases[0].duration_seconds), Some(0));
}

#[test]
fn hides_run_from_other_users() {
    let tracker = Tracker::default();
    let id = tracker.insert(run("a")).read(|state| state.identity.portfolio_id);
    assert!(tracker.get(Viewer::Owner("a"), id).is_some());
    assert!(tracker.get(Viewer::Owner("b"), id).is_none());
}

#[test]
fn drops_only_ended_runs_after_an_hour() {
    let tracker = Tracker::default();
    let running = tracker.insert(run("a")).read(|state| state.identity.portfolio_id);
    let mut over = run("a");
    over.apply(Event::Completed, super::clock::now_ms());
    let over = tracker.insert(over).read(|state| state.identity.portfolio_id);
    tracker.drop_stale(super::clock::now_ms() + 3_600_001);
    assert!(tracker.get(Viewer::Owner("a"), running).is_some());
    assert!(tracker.get(Viewer::Owner("a"), over).is_none());
}

#[test]
fn forgets_run_of_same_epoch_alone() {
    let tracker = Tracker::default();
    let before = RunState { version: VERSIONS_PER_EPOCH + 1, ..run("a") };
    let after = RunState { version: 2 * VERSIONS_PER_EPOCH + 1, ..before.clone() };
    let id = before.identity.portfolio_id;
    let (replaced, current) = (tracker.insert(before), tracker.insert(after));
    current.report(log(LogLevel::Info, "one"));
    tracker.forget(&replaced);
    assert!(tracker.get(Viewer::Owner("a"), id).is_some(), "another worker has taken its place");
    tracker.forget(&current);
    assert!(tracker.get(Viewer::Owner("a"), id).is_none());
}

fn any_event() -> impl Strategy<Value = Event> {
    let phase = (0..9_usize).prop_map(|index| Phase::ALL[index]);
    prop_oneof![
        (phase.clone(), 0..300_u64).prop_map(|(phase, total)| Event::PhaseStarted { phase, total }),
        (0..400_u64, -1.0..2.0_f64, prop::option::of(-1.0..1e9_f64))
            .prop_map(|(current, done, left_ms)| Event::Progress { current, done, left_ms }),
        prop::option::of(0..100_i64).prop_map(|until_ms| Event::WaitingForLimit { until_ms }),
        (phase.clone(), "[a-c]{1,2}").prop_map(|(phase, message)| Event::Log {
            phase: Some(phase),
            level: LogLevel::Info,
            message
        }),
        phase.clone().prop_map(|phase| Event::PhaseCompleted { phase, summary: String::new() }),
        phase.prop_map(|phase| Event::PhaseTakenOver {
            phase,
            summary: String::new(),
            warnings: 1,
            warned: Vec::new(),
            findings: vec![tile(1, "B")],
        }),
        (0..3_u8).prop_map(|number| found([tile(number, "A")])),
        Just(Event::Queued(Some(2))),
        Just(Event::StoreBusy),
        Just(failure()),
        Just(Event::Completed),
    ]
}

proptest! {
    /// Applies arbitrary sequences of events, including sequences that no real run produces.
    #[test]
    fn never_lowers_percent_nor_reaches_hundred_early(events in prop::collection::vec(any_event(), 0..80)) {
        let mut state = run("a");
        for (at, event) in (0..).zip(events) {
            let (percent, version, over) = (state.percent, state.version, state.status != RunStatus::Running);
            let (found, last_found) = (state.found(), state.last_found());
            state.apply(event, at);
            prop_assert!(state.last_found() > last_found || state.found() == found, "a change gets a number");
            prop_assert!(state.percent >= percent);
            prop_assert_eq!(state.percent == 100, state.status == RunStatus::Completed);
            prop_assert!(over || state.version > version);
        }
    }

    /// Interleaves the log events of two runs in an arbitrary order. The log of each run must
    /// contain only its own entries.
    #[test]
    fn keeps_entries_of_two_runs_apart(turns in prop::collection::vec(any::<bool>(), 0..200)) {
        let tracker = Tracker::default();
        let runs = [tracker.insert(run("a")), tracker.insert(run("b"))];
        let mut count = [0_u64; 2];
        for turn in turns {
            let which = usize::from(turn);
            count[which] += 1;
            runs[which].report(log(LogLevel::Info, &format!("run {which} line {}", count[which])));
        }
        for (which, run) in runs.iter().enumerate() {
            let lines = run.read(|state| state.to_status(1, Some(0), 0).activity_log);
            prop_assert_eq!(lines.len() as u64, count[which]);
            for (line, number) in lines.iter().zip(1_u64..) {
                prop_assert_eq!(&line.message, &format!("run {which} line {number}"));
                prop_assert_eq!(line.seq, number);
            }
        }
    }
}
