//! Checks the invariants of a run's log file. The fuzz targets in `fuzz/` call these checks with
//! arbitrary events, including events that a real run would not report.

use positions::validate_name;
use status::{LogLevel, Phase, RunError, RunStatus, Summary};
use text::{is_unshowable, leaves_line};
use uuid::Uuid;

use super::{self as log_file, Debug};
use crate::server::tracker::{Cause, Event, RunIdentity, RunState};

/// Start of the simulated run: 2026-01-09 12:00:00 UTC, in Unix milliseconds.
const START_MS: i64 = 1_767_960_000_000;

/// Simulates a run with the events encoded in `bytes`, and checks its log file.
///
/// The bytes are split at `|`. The first part is the portfolio name. The second part is the notice
/// about the prices, which tells users, for example, that the prices are sample data. Each further
/// part is an event.
///
/// # Panics
/// Panics if an invariant is violated.
pub fn log_file(bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == b'|');
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    // Replaces an invalid name with a default name, because an upload with an invalid name would be
    // rejected.
    let portfolio_name = validate_name(&text()).unwrap_or_else(|_| "Growth".to_owned());
    let identity = RunIdentity {
        portfolio_id: Uuid::from_u128(7),
        owner: "local".to_owned(),
        portfolio_name,
        attempt: 1,
        positions_total: 3,
        data_notice: Some(text()).filter(|notice| !notice.is_empty()),
    };
    let mut run = RunState::new(identity, START_MS);
    let mut now_ms = START_MS;
    for part in parts {
        let (head, rest) = part.split_at(part.len().min(3));
        let [kind, detail, delay] = [0, 1, 2].map(|at| head.get(at).copied().unwrap_or_default());
        // The delay before an event may be negative, which simulates a clock that was set back.
        now_ms += (i64::from(delay) - 48) * 1_000;
        run.apply(event(kind, detail, rest), now_ms);
    }
    let debug = if bytes.len().is_multiple_of(2) { Debug::Include } else { Debug::Exclude };
    check_log(&run, debug, now_ms);
}

fn event(kind: u8, detail: u8, rest: &[u8]) -> Event {
    let text = String::from_utf8_lossy(rest).into_owned();
    let count = rest.iter().fold(0_u64, |count, byte| count.wrapping_mul(256).wrapping_add(u64::from(*byte)));
    let phase = Phase::ALL[usize::from(detail) % Phase::ALL.len()];
    let level = [LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error][usize::from(detail / 16) % 4];
    match kind {
        b'q' => Event::Queued(Some(detail.into())),
        b's' => Event::PhaseStarted { phase, total: count },
        b'p' => Event::Progress { current: count, done: f64::from_bits(count), left_ms: Some(f64::from_bits(count)) },
        b'l' => Event::WaitingForLimit { until_ms: Some(START_MS.wrapping_add(count.cast_signed())) },
        b'w' => Event::Warning { phase, cause: Cause::OddPrices, symbols: vec![text.clone()], message: text },
        b'f' => Event::Facts(facts(count)),
        b'c' => Event::PhaseCompleted { phase, summary: text },
        b't' => Event::PhaseTakenOver {
            phase,
            summary: text,
            warnings: detail.into(),
            warned: Vec::new(),
            findings: Vec::new(),
        },
        b'x' => Event::Failed(RunError::new("failed", text, Some(phase))),
        b'e' => Event::Completed,
        _ => Event::Log { phase: Some(phase).filter(|_| detail > 0), level, message: text },
    }
}

fn facts(count: u64) -> Summary {
    Summary {
        positions_analyzed: count,
        positions_total: count,
        positions_unavailable: count,
        trading_days: count,
        phases_completed: 0,
        phases_total: Phase::COUNT,
        ..Summary::default()
    }
}

fn check_log(run: &RunState, debug: Debug, now_ms: i64) {
    let entries: Vec<_> = run.entries.iter().filter(|entry| debug == Debug::Include || entry.is_shown()).collect();
    let text = log_file::text(run, debug, now_ms);
    assert!(!text.chars().any(|character| character != '\n' && leaves_line(character)), "{text:?}");

    let lines: Vec<&str> = text.lines().collect();
    let is_rule = |line: &&str| line.len() == 80 && line.bytes().all(|byte| byte == b'=');
    assert_eq!(lines.iter().filter(|line| is_rule(line)).count(), 12, "six headings and no forged ones: {text}");
    let begin = lines.iter().position(|line| *line == "ACTIVITY LOG").map(|heading| heading + 2);
    let end = lines.iter().rposition(|line| *line == "END OF LOG").map(|heading| heading - 2);
    let (Some(begin), Some(end)) = (begin, end) else { panic!("a heading is missing: {text}") };
    let running = usize::from(run.status == RunStatus::Running);
    assert_eq!(end - begin, entries.len() + running, "one line per entry: {text}");
    for (line, entry) in lines[begin..].iter().zip(&entries) {
        assert!(line.ends_with(&format!(" [{}] {}", entry.level.file_word(), entry.message)), "{line:?}");
        assert!(!line.chars().any(is_unshowable), "{line:?}");
    }

    let json = log_file::json(run, debug, now_ms);
    let read: serde_json::Value = match serde_json::from_str(&json) {
        Ok(read) => read,
        Err(error) => panic!("{error}: {json}"),
    };
    assert_eq!(read["activity_log"].as_array().map(Vec::len), Some(entries.len()));
    assert_eq!(read["portfolio_name"].as_str(), Some(&*run.identity.portfolio_name));
}

#[cfg(test)]
mod tests {
    use test_support::fuzz_seeds;

    #[test]
    fn writes_well_formed_log_for_every_seed() {
        fuzz_seeds::each_of("log_file", super::log_file);
    }
}
