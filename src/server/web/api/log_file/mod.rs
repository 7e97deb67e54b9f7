//! Writes the log of a run as a file: text for people, JSON for programs. Without debug entries,
//! the file contains the same entries as the live page.
//!
//! The tracker ensures that each entry is a single line. This module removes line breaks from all
//! other values, such as portfolio names, so that no value can forge a line of the log.

#[cfg(any(test, fuzzing))]
pub mod fuzz_checks;

use std::{collections::BTreeMap, fmt::Write};

use serde_json::json;
use status::{Phase, PhaseState, PhaseStatus, RunStatus, format_exact, format_took};
use text::within_line;

use crate::server::{
    tracker::{Entry, RunState, support},
    util::clock::{log_time, rfc3339},
};

const RULE: &str = "================================================================================";

/// The file format of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// Whether a log file includes debug entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Debug {
    Include,
    Exclude,
}

impl Format {
    /// Parses the query parameter `format`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Returns the file name extension of this format.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
        }
    }
}

/// Returns the start of a run's text log, up to its first entry.
pub fn text_head(run: &RunState, now_ms: i64) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let _ = write_head(&mut out, run, now_ms);
    out
}

/// Formats log entries as lines of a text log.
pub fn text_entries<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    let mut out = String::new();
    for entry in entries {
        let _ = writeln!(out, "{} [{}] {}", log_time(entry.at_ms), entry.level.file_word(), entry.message);
    }
    out
}

/// Returns the end of a run's text log, after its last entry. `count` is the number of entries in
/// the log.
pub fn text_tail(run: &RunState, count: usize) -> String {
    let mut out = String::new();
    if run.status == RunStatus::Running {
        let _ = writeln!(out, "(run in progress: {count} entries so far)");
    }
    let _ = writeln!(out);
    let _ = heading(&mut out, "END OF LOG");
    out
}

fn write_head(out: &mut String, run: &RunState, now_ms: i64) -> std::fmt::Result {
    heading(out, "SIGMASIGHT PORTFOLIO SETUP LOG")?;
    writeln!(out, "Portfolio ID: {}", run.identity.portfolio_id)?;
    writeln!(out, "Portfolio Name: {}", within_line(&run.identity.portfolio_name))?;
    writeln!(out, "Started: {} UTC", log_time(run.started_ms))?;
    if let Some(end) = run.completed_ms {
        writeln!(out, "Completed: {} UTC", log_time(end))?;
    }
    writeln!(out, "Total Duration: {}", format_exact(run.elapsed_ms(now_ms)))?;
    writeln!(out, "Final Status: {}", status_word(run.status))?;
    if let Some(error) = &run.error {
        writeln!(out, "Error: {}", within_line(&error.message))?;
    }
    if let Some(notice) = &run.identity.data_notice {
        writeln!(out, "Market Data: {}", within_line(notice))?;
    }

    writeln!(out)?;
    heading(out, "SUPPORT")?;
    for detail in support::details(run) {
        writeln!(out, "{}: {}", detail.label, detail.value)?;
    }

    writeln!(out)?;
    heading(out, "SUMMARY")?;
    if let Some(summary) = run.summary() {
        let (done, total) = (summary.positions_analyzed, summary.positions_total);
        writeln!(out, "Positions Analyzed: {done}/{total} ({} unavailable)", summary.positions_unavailable)?;
        writeln!(out, "Trading Days Processed: {}", run.phases[Phase::Snapshots.index()].current)?;
    }
    writeln!(out, "Phases Completed: {}/{}", run.phases_completed(), run.phases.len())?;

    writeln!(out)?;
    heading(out, "PHASE DETAILS")?;
    for (number, phase) in run.phase_statuses(now_ms).iter().enumerate() {
        write_phase(out, number + 1, phase)?;
    }

    heading(out, "ACTIVITY LOG")
}

fn write_phase(out: &mut String, number: usize, phase: &PhaseStatus) -> std::fmt::Result {
    writeln!(out, "Phase {number} - {}", phase.phase_name)?;
    writeln!(out, "  Status: {}", phase_word(phase))?;
    if let Some(seconds) = phase.duration_seconds {
        writeln!(out, "  Duration: {}", format_took(seconds, phase.duration_ms.unwrap_or(0)))?;
    }
    match &phase.summary {
        // For the market data phase, writes the summary, such as "17/19 symbols (89% coverage)",
        // instead of the counters. The summary counts the symbols that have prices; the counters
        // count the symbols that were requested.
        Some(summary) if phase.phase_id == Phase::MarketData => {
            writeln!(out, "  Symbols: {}", within_line(summary).replacen(" symbols", "", 1))?;
        }
        _ if phase.total > 0 && !phase.unit.is_empty() => {
            let (first, rest) = phase.unit.split_at(1);
            writeln!(out, "  {}{rest}: {}/{}", first.to_uppercase(), phase.current, phase.total)?;
        }
        _ => {}
    }
    if phase.warnings > 0 {
        writeln!(out, "  Warnings: {}", phase.warnings)?;
    }
    if phase.reused {
        writeln!(out, "  Reused: from an earlier attempt")?;
    }
    writeln!(out)
}

fn heading(out: &mut String, title: &str) -> std::fmt::Result {
    writeln!(out, "{RULE}\n{title}\n{RULE}")
}

fn status_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Completed => "completed",
        RunStatus::Failed => "failed",
        RunStatus::NotFound => "not_found",
    }
}

fn phase_word(phase: &PhaseStatus) -> &'static str {
    match phase.status {
        PhaseState::Pending => "pending",
        PhaseState::Running => "running",
        PhaseState::Completed => "completed",
        PhaseState::Failed => "failed",
    }
}

/// Returns the entries to include in the file, with or without debug entries.
pub fn selected(entries: &[Entry], debug: Debug) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(move |entry| debug == Debug::Include || entry.is_shown())
}

/// The start of a run's JSON log, up to its first entry. The list of entries is the first field of
/// the JSON object, so that the entries can be streamed before the other fields are written.
pub const JSON_HEAD: &str = r#"{"activity_log":["#;

/// Formats log entries as elements of the entry list in a JSON log. `first` is `true` if no other
/// entries precede these.
pub fn json_entries<'a>(entries: impl Iterator<Item = &'a Entry>, mut first: bool) -> String {
    let mut out = String::new();
    for entry in entries {
        let comma = if first { "" } else { "," };
        let _ = write!(out, "{comma}{}", json!(entry.to_wire()));
        first = false;
    }
    out
}

/// Returns the end of a run's JSON log, after its last entry.
pub fn json_tail(run: &RunState, now_ms: i64) -> String {
    let rest = json!({
        "portfolio_id": run.identity.portfolio_id,
        "portfolio_name": run.identity.portfolio_name,
        "attempt": run.identity.attempt,
        "started_at": rfc3339(run.started_ms),
        "completed_at": run.completed_ms.map(rfc3339),
        "duration_seconds": run.elapsed_ms(now_ms) / 1000,
        "final_status": status_word(run.status),
        "error": run.error,
        "support": support::details(run).into_iter().map(|detail| (detail.field, detail.value)).collect::<BTreeMap<_, _>>(),
        "summary": run.summary(),
        "phases": run.phase_statuses(now_ms),
    });
    // The opening brace of the JSON object is already in `JSON_HEAD`.
    format!("],{}", rest.to_string().trim_start_matches('{'))
}

/// Returns the complete text log of a run whose entries are all in memory.
#[cfg(any(test, fuzzing))]
pub fn text(run: &RunState, debug: Debug, now_ms: i64) -> String {
    let entries = text_entries(selected(&run.entries, debug));
    let tail = text_tail(run, selected(&run.entries, debug).count());
    text_head(run, now_ms) + &entries + &tail
}

/// Returns the complete JSON log of a run whose entries are all in memory.
#[cfg(any(test, fuzzing))]
pub fn json(run: &RunState, debug: Debug, now_ms: i64) -> String {
    let entries = json_entries(selected(&run.entries, debug), true);
    format!("{JSON_HEAD}{entries}{}", json_tail(run, now_ms))
}
