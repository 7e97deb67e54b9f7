//! Snapshot tests of the formats that clients receive: the status, the log files and the CSV
//! template. A failure means that a format has changed, which must be a deliberate decision.

use positions::template_csv;
use status::{LogLevel, Phase, RunError, Status, Summary, UnavailableSymbol};
use uuid::Uuid;

use super::log_file::{self, Debug, text};
use crate::server::{
    tracker::{Cause, Event, Plan, RunIdentity, RunState},
    util::clock::rfc3339,
};

/// 2026-01-09 12:00:00 UTC, in Unix milliseconds.
const NOON: i64 = 1_767_960_000_000;

fn run() -> RunState {
    let identity = RunIdentity {
        portfolio_id: Uuid::from_u128(0x5211_0fe1_ca52_42ff_abaa_c0c9_0e8e_21be),
        owner: "local".to_owned(),
        portfolio_name: "Growth Portfolio".to_owned(),
        attempt: 1,
        positions_total: 2,
        data_notice: Some("Prices are stale sample data.".to_owned()),
    };
    let mut run = RunState::new(identity, NOON);
    run.plan = Plan { expected_ms: [12_000.0; 9], ..Plan::default() };
    let log = |level, message: &str| Event::Log { phase: Some(Phase::MarketData), level, message: message.to_owned() };
    let facts = Summary {
        positions_analyzed: 1,
        positions_total: 2,
        positions_unavailable: 1,
        trading_days: 254,
        unavailable_symbols: vec![UnavailableSymbol { symbol: "HZNP".into(), reason: "not in the sample data".into() }],
        ..Summary::default()
    };
    let events = [
        Event::PhaseStarted { phase: Phase::MarketData, total: 2 },
        log(LogLevel::Debug, "Fetching AAPL..."),
        log(LogLevel::Info, "Fetched AAPL: 273 days of history"),
        Event::Warning {
            phase: Phase::MarketData,
            cause: Cause::NoPriceHistory,
            symbols: vec!["HZNP".to_owned()],
            message: "HZNP: Symbol unavailable (not in the sample data)".to_owned(),
        },
        Event::Progress { current: 2, done: 1.0, left_ms: None },
        Event::Facts(facts),
        Event::PhaseCompleted { phase: Phase::MarketData, summary: "1/2 symbols (50% coverage)".into() },
        Event::PhaseStarted { phase: Phase::FactorAnalysis, total: 1 },
    ];
    for (second, event) in (1..).zip(events) {
        run.apply(event, NOON + second * 1000);
    }
    run.shown_percent = run.percent;
    run
}

fn json(run: &RunState, debug: Debug, now_ms: i64) -> serde_json::Value {
    serde_json::from_str(&log_file::json(run, debug, now_ms)).unwrap()
}

/// Applies events to a run. All of them happen 65 seconds after its start.
fn apply(mut run: RunState, events: impl IntoIterator<Item = Event>) -> RunState {
    for event in events {
        run.apply(event, NOON + 65_000);
    }
    run.shown_percent = run.percent;
    run
}

fn completed() -> RunState {
    let rest = Phase::ALL.into_iter().skip(1).flat_map(|phase| {
        [
            Event::PhaseStarted { phase, total: 1 },
            Event::Progress { current: 1, done: 1.0, left_ms: None },
            Event::PhaseCompleted { phase, summary: phase.running_message().to_owned() },
        ]
    });
    apply(run(), rest.chain([Event::Completed]))
}

fn cancelled() -> RunState {
    let error = RunError::new("cancelled", "This setup was cancelled.", Some(Phase::FactorAnalysis));
    apply(run(), [Event::Failed(error)])
}

fn failed() -> RunState {
    let mut run = run();
    let message = "The database did not answer in time.";
    let error = RunError::new("store_unavailable", message, Some(Phase::FactorAnalysis));
    run.apply(Event::Failed(error), NOON + 65_000);
    run
}

#[test]
fn writes_text_log_of_running_setup() {
    insta::assert_snapshot!(text(&run(), Debug::Exclude, NOON + 20_000));
}

#[test]
fn writes_failed_text_log_with_debug_entries() {
    insta::assert_snapshot!(text(&failed(), Debug::Include, NOON + 99_000));
}

#[test]
fn writes_json_log_of_failed_setup() {
    insta::assert_json_snapshot!(json(&failed(), Debug::Exclude, NOON + 99_000));
}

#[test]
fn serializes_status_of_running_setup() {
    insta::assert_json_snapshot!(run().to_status(1, None, NOON + 20_000));
}

#[test]
fn serializes_status_of_failed_setup() {
    insta::assert_json_snapshot!(failed().to_status(1, None, NOON + 99_000));
}

#[test]
fn serializes_status_of_completed_setup() {
    insta::assert_json_snapshot!(completed().to_status(1, None, NOON + 99_000));
}

#[test]
fn serializes_status_of_cancelled_second_attempt() {
    insta::assert_json_snapshot!(cancelled().to_status(2, None, NOON + 99_000));
}

#[test]
fn serializes_status_of_queued_setup() {
    let waiting = apply(RunState::new(run().identity, NOON), [Event::Queued(Some(3))]);
    insta::assert_json_snapshot!(waiting.to_status(1, None, NOON + 20_000));
}

#[test]
fn serializes_status_while_provider_and_database_wait() {
    let waiting = apply(run(), [Event::WaitingForLimit { until_ms: Some(NOON + 50_000) }, Event::StoreBusy]);
    insta::assert_json_snapshot!(waiting.to_status(1, None, NOON + 20_000));
}

#[test]
fn serializes_status_of_portfolio_without_run() {
    let id = run().identity.portfolio_id.to_string();
    insta::assert_json_snapshot!(Status::without_run(id, "Growth Portfolio".to_owned(), 2, rfc3339(NOON)));
}

#[test]
fn writes_completed_json_log_with_debug_entries() {
    insta::assert_json_snapshot!(json(&completed(), Debug::Include, NOON + 99_000));
}

#[test]
fn writes_text_log_of_completed_setup() {
    insta::assert_snapshot!(text(&completed(), Debug::Exclude, NOON + 99_000));
}

#[test]
fn writes_csv_template() {
    insta::assert_snapshot!(template_csv());
}
