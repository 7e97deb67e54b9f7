//! The log of a run as a file: text for people, JSON for programs. The same entries as on the page.
//!
//! Entries became one line each when they were reported; whatever else is told is made one here, so that nothing in the
//! file can pass for a line of ours.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::{Value, json};

use crate::{
    server::{
        clock::{log_time, rfc3339},
        support,
        text::within_line,
        tracker::{Entry, RunState},
    },
    status::{Phase, PhaseState, PhaseStatus, RunStatus, format_duration},
};

const RULE: &str = "================================================================================";

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Text,
    Json,
}

/// Whether debug entries are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Debug {
    Include,
    LeaveOut,
}

impl Format {
    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The file name's ending.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
        }
    }
}

/// The text file.
pub fn text(run: &RunState, debug: Debug, now_ms: i64) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = write_text(&mut out, run, debug, now_ms);
    out
}

fn write_text(out: &mut String, run: &RunState, debug: Debug, now_ms: i64) -> std::fmt::Result {
    heading(out, "SIGMASIGHT PORTFOLIO SETUP LOG")?;
    writeln!(out, "Portfolio ID: {}", run.identity.portfolio_id)?;
    writeln!(out, "Portfolio Name: {}", within_line(&run.identity.portfolio_name))?;
    writeln!(out, "Started: {} UTC", log_time(run.started_ms))?;
    if let Some(end) = run.completed_ms {
        writeln!(out, "Completed: {} UTC", log_time(end))?;
    }
    writeln!(out, "Total Duration: {}", format_duration(run.elapsed_ms(now_ms) / 1000))?;
    writeln!(out, "Final Status: {}", status_word(run.status))?;
    if let Some(error) = &run.error {
        writeln!(out, "Error: {}", within_line(&error.message))?;
    }
    if let Some(notice) = &run.identity.data_notice {
        writeln!(out, "Market Data: {}", within_line(notice))?;
    }

    writeln!(out)?;
    heading(out, "SUPPORT")?;
    for (name, value) in support::details(run) {
        writeln!(out, "{name}: {value}")?;
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

    heading(out, "ACTIVITY LOG")?;
    let mut count = 0;
    for entry in chosen(run, debug) {
        writeln!(out, "{} [{}] {}", log_time(entry.at_ms), entry.level.file_word(), entry.message)?;
        count += 1;
    }
    if run.status == RunStatus::Running {
        writeln!(out, "(run in progress: {count} entries so far)")?;
    }
    writeln!(out)?;
    heading(out, "END OF LOG")
}

fn write_phase(out: &mut String, number: usize, phase: &PhaseStatus) -> std::fmt::Result {
    writeln!(out, "Phase {number} - {}", phase.phase_name)?;
    writeln!(out, "  Status: {}", phase_word(phase))?;
    if let Some(seconds) = phase.duration_seconds {
        writeln!(out, "  Duration: {}", format_duration(seconds))?;
    }
    match &phase.summary {
        // "17/19 symbols (89% coverage)" counts the symbols with prices, which says more than those asked for.
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

fn chosen(run: &RunState, debug: Debug) -> impl Iterator<Item = &Entry> {
    run.entries.iter().filter(move |entry| debug == Debug::Include || entry.is_shown())
}

/// The JSON object.
pub fn json(run: &RunState, debug: Debug, now_ms: i64) -> Value {
    json!({
        "portfolio_id": run.identity.portfolio_id,
        "portfolio_name": run.identity.portfolio_name,
        "attempt": run.identity.attempt,
        "started_at": rfc3339(run.started_ms),
        "completed_at": run.completed_ms.map(rfc3339),
        "duration_seconds": run.elapsed_ms(now_ms) / 1000,
        "final_status": status_word(run.status),
        "error": run.error,
        "support": support::details(run).into_iter().map(|(name, value)| (name.to_lowercase().replace(' ', "_"), value)).collect::<BTreeMap<_, _>>(),
        "summary": run.summary(),
        "phases": run.phase_statuses(now_ms),
        "activity_log": chosen(run, debug).map(Entry::to_wire).collect::<Vec<_>>(),
    })
}
