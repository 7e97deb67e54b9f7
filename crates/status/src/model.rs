//! The status object that `GET /api/v1/onboarding/status/{id}` returns and the page shows.
//!
//! The API fixes the field names. All numbers are whole, because code that formats floats would
//! make the browser bundle larger for no visible gain.

use serde::{Deserialize, Serialize};

use super::Phase;

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// The run is waiting for a worker or computing.
    Running,
    /// The run has completed all nine phases.
    Completed,
    /// The run ended before all phases completed; the `error` field of the status gives the reason.
    Failed,
    /// The portfolio exists, but it has no run.
    NotFound,
}

/// The state of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PhaseState {
    Pending,
    Running,
    Completed,
    Failed,
}

/// The severity of a log entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    Debug,
    Info,
    Warning,
    Error,
}

impl LogLevel {
    /// Returns the name of the level in the downloaded text log.
    pub fn file_word(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// One line of the activity log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LogEntry {
    /// Sequence number of the entry within the attempt: 1, 2, 3 … A debug entry, which is hidden,
    /// has the number of the visible entry before it.
    pub seq: u64,
    /// Time of the entry, in UTC, as RFC 3339 with milliseconds.
    pub timestamp: String,
    pub level: LogLevel,
    /// The phase that the entry is about; null for entries about the whole run.
    pub phase_id: Option<Phase>,
    /// The text of the entry, without line breaks.
    pub message: String,
}

/// Progress of the whole run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OverallProgress {
    /// The phase that is running, or the phase that failed; null if there is neither.
    pub current_phase: Option<Phase>,
    pub current_phase_name: Option<String>,
    /// Number of completed phases.
    pub phases_completed: u32,
    /// Total number of phases.
    pub phases_total: u32,
    /// Completed share of the run in percent, with phases weighted by their expected duration: 0 to
    /// 99 until the run completes, then 100. It never falls.
    pub percent_complete: u32,
}

/// Progress of the running phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CurrentPhaseProgress {
    /// Number of items, such as symbols, that the phase has finished.
    pub current: u64,
    /// Total number of items in the phase; 0 if the phase does not count items.
    pub total: u64,
    /// The kind of item that the phase counts, such as "symbols".
    pub unit: String,
}

/// A range of time, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Range {
    #[serde(rename = "low_seconds")]
    pub low: u64,
    #[serde(rename = "high_seconds")]
    pub high: u64,
}

/// The usual duration of a phase on this server, as a range of whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UsualSeconds {
    pub low: u64,
    pub high: u64,
}

/// The status of one phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PhaseStatus {
    pub phase_id: Phase,
    pub phase_name: String,
    pub status: PhaseState,
    /// Number of items, such as symbols, that the phase has finished.
    pub current: u64,
    /// Total number of items in the phase; 0 until it is known, or if the phase does not count
    /// items.
    pub total: u64,
    /// The kind of item that the phase counts, such as "symbols".
    pub unit: String,
    /// Whole seconds that the phase took, or for which it has been running so far; null before it
    /// starts.
    pub duration_seconds: Option<u64>,
    /// Milliseconds that the phase took, or for which it has been running so far; null before it
    /// starts. More precise than `duration_seconds`, because most phases of a small portfolio take
    /// less than a second.
    pub duration_ms: Option<u64>,
    /// Number of warnings that the phase has caused.
    pub warnings: u32,
    /// Warnings of the phase grouped by cause, each with its effect on the results.
    pub warning_groups: Vec<WarningGroup>,
    /// Time at which the phase started, in UTC, as RFC 3339; null until then.
    pub started_at: Option<String>,
    /// Time at which the phase ended, in UTC, as RFC 3339; null until then.
    pub completed_at: Option<String>,
    /// A sentence about the result of the phase; null until it completes.
    pub summary: Option<String>,
    /// Usual duration of the phase on this server; null if no earlier run was measured.
    pub usual_seconds: Option<UsualSeconds>,
    /// Whether the result of the phase is reused from an earlier attempt.
    pub reused: bool,
    /// Sequence number of the phase's first visible log entry in this attempt; null if there is
    /// none.
    pub first_seq: Option<u64>,
}

impl PhaseStatus {
    /// Creates the status of a phase that has not started.
    pub fn pending(phase: Phase) -> Self {
        Self {
            phase_id: phase,
            phase_name: phase.name().to_owned(),
            status: PhaseState::Pending,
            current: 0,
            total: 0,
            unit: phase.unit().to_owned(),
            duration_seconds: None,
            duration_ms: None,
            warnings: 0,
            warning_groups: Vec::new(),
            started_at: None,
            completed_at: None,
            summary: None,
            usual_seconds: None,
            reused: false,
            first_seq: None,
        }
    }
}

/// All warnings of a phase that have the same cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WarningGroup {
    /// Short name of the cause, to show to users.
    pub title: String,
    /// A sentence about the effect of the warnings on the results.
    pub effect: String,
    /// Affected symbols; empty if the whole portfolio is affected.
    pub symbols: Vec<String>,
    /// Number of affected symbols. The live page gets only the first of a long list.
    #[serde(default)]
    pub symbols_total: u64,
}

/// A symbol without prices, and why they are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UnavailableSymbol {
    pub symbol: String,
    /// The reason given by the price source, such as "not in the sample data".
    pub reason: String,
}

/// Facts about the portfolio that are known once market data has been collected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Number of positions that have all the data needed to analyze them.
    pub positions_analyzed: u64,
    /// Number of positions in the uploaded file.
    pub positions_total: u64,
    /// Number of positions whose symbol has no prices.
    pub positions_unavailable: u64,
    /// Number of trading days for which portfolio snapshots are made.
    pub trading_days: u64,
    /// Number of completed phases.
    pub phases_completed: u32,
    /// Total number of phases.
    pub phases_total: u32,
    /// Symbols without prices, each listed once.
    pub unavailable_symbols: Vec<UnavailableSymbol>,
    /// Number of symbols without prices. The live page gets only the first of a long list.
    #[serde(default)]
    pub unavailable_total: u64,
    /// A sentence that accounts for every position of the file, such as "18 of 20 positions
    /// analyzed; 2 left out because HZNP and SGEN have no prices."; empty until market data has
    /// been collected.
    #[serde(default)]
    pub positions_sentence: String,
}

/// The reason why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunError {
    /// Stable, machine-readable code, such as `cancelled`.
    pub code: String,
    /// One sentence that tells the user what went wrong.
    pub message: String,
    /// The phase that failed; null if no phase had started.
    pub phase_id: Option<Phase>,
    /// The party that can fix the failure.
    #[serde(default)]
    pub who: Fixer,
    /// One sentence or two that say who can fix the failure, and how; missing after a
    /// cancellation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
}

/// The party that can fix a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Fixer {
    /// The owner of the portfolio can fix the failure.
    You,
    /// The operator of the server can fix the failure.
    #[default]
    Operator,
    /// The failure is temporary and needs no fix.
    Time,
}

/// How long a retry would take, and how many phases it would reuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RetryCost {
    /// Number of finished phases that a retry with `from=failed` reuses, provided that prices have
    /// not changed since those phases finished.
    pub reused_phases: u32,
    /// Expected duration of a retry with `from=failed`, in whole seconds; null if no earlier run
    /// was measured.
    pub failed_seconds: Option<u64>,
    /// Expected duration of a retry with `from=start`, in whole seconds; null if no earlier run was
    /// measured.
    pub start_seconds: Option<u64>,
}

/// The complete status of one run at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Status {
    pub portfolio_id: String,
    pub portfolio_name: String,
    pub status: RunStatus,
    /// Number of this attempt, counted from 1; 0 if the portfolio has no run.
    pub attempt: u32,
    /// Total number of attempts for the portfolio.
    pub attempts: u32,
    /// Time at which the run was accepted, in UTC, as RFC 3339; null without a run.
    pub started_at: Option<String>,
    /// Time at which the run ended, in UTC, as RFC 3339; null until then.
    pub completed_at: Option<String>,
    /// Whole seconds from when the run was accepted until it ended, or until now if it has not
    /// ended.
    pub elapsed_seconds: u64,
    /// The same duration in milliseconds, because a small setup takes less than a second.
    pub elapsed_ms: u64,
    /// Version number of the status. It increases by at least 1 with every change.
    pub version: u64,
    /// The server's time when it sent this response, in UTC, as RFC 3339.
    pub server_time: String,
    /// Whole seconds since the run last reported progress; 0 after the run has ended.
    pub heartbeat_age_seconds: u64,
    /// Milliseconds after which the client should poll again.
    pub next_poll_ms: u64,
    /// Position in the queue, counted from 1; null unless the run is waiting for a worker.
    pub queue_position: Option<u32>,
    /// Estimated time left; null if it cannot be estimated.
    pub eta: Option<Range>,
    /// Number of positions in the uploaded file.
    pub positions_total: u64,
    /// A notice about the prices that the page must show, such as that they are sample data; null
    /// if none is needed.
    pub data_notice: Option<String>,
    /// Whole seconds until the rate limit of the data provider allows the next request; null if the
    /// run is not waiting for it.
    pub limit_wait_seconds: Option<u64>,
    /// Whether some results are not stored yet because the database is locked or its disk is full.
    pub store_busy: bool,
    /// Progress of the run; null without a run.
    pub overall_progress: Option<OverallProgress>,
    /// Progress of the running phase; null if no phase is running.
    pub current_phase_progress: Option<CurrentPhaseProgress>,
    /// Visible log entries: the last 50, or every entry after the requested `seq`.
    pub activity_log: Vec<LogEntry>,
    /// Sequence number of the newest visible log entry, even if `activity_log` does not include it.
    pub last_seq: u64,
    /// The status of each of the nine phases; null without a run.
    pub phases: Option<Vec<PhaseStatus>>,
    /// Facts about the portfolio; null until market data has been collected.
    pub summary: Option<Summary>,
    /// The reason why the run failed; null unless it failed.
    pub error: Option<RunError>,
    /// Expected duration of a retry, and the phases that it reuses; null unless the run failed, or
    /// completed without prices that a retry asks for again.
    pub retry: Option<RetryCost>,
    /// Short code that identifies this attempt to support staff, such as "K7Q-M2X"; null without a
    /// run.
    pub support_code: Option<String>,
}

impl Status {
    /// Creates the status of a portfolio that has no run.
    pub fn without_run(
        portfolio_id: String,
        portfolio_name: String,
        positions_total: u64,
        server_time: String,
    ) -> Self {
        Self {
            portfolio_id,
            portfolio_name,
            status: RunStatus::NotFound,
            attempt: 0,
            attempts: 0,
            started_at: None,
            completed_at: None,
            elapsed_seconds: 0,
            elapsed_ms: 0,
            version: 0,
            server_time,
            heartbeat_age_seconds: 0,
            next_poll_ms: 2_000,
            queue_position: None,
            eta: None,
            positions_total,
            data_notice: None,
            limit_wait_seconds: None,
            store_busy: false,
            overall_progress: None,
            current_phase_progress: None,
            activity_log: Vec::new(),
            last_seq: 0,
            phases: None,
            summary: None,
            error: None,
            retry: None,
            support_code: None,
        }
    }

    /// Returns the time fields: the fields that change as time passes, even if nothing happens in
    /// the run.
    pub fn clock(&self) -> TimeFields {
        TimeFields {
            server_time: self.server_time.clone(),
            elapsed_seconds: self.elapsed_seconds,
            elapsed_ms: self.elapsed_ms,
            heartbeat_age_seconds: self.heartbeat_age_seconds,
            next_poll_ms: self.next_poll_ms,
            limit_wait_seconds: self.limit_wait_seconds,
        }
    }

    /// Returns this status with its time fields replaced.
    #[must_use]
    pub fn at(self, clock: TimeFields) -> Self {
        Self {
            server_time: clock.server_time,
            elapsed_seconds: clock.elapsed_seconds,
            elapsed_ms: clock.elapsed_ms,
            heartbeat_age_seconds: clock.heartbeat_age_seconds,
            next_poll_ms: clock.next_poll_ms,
            limit_wait_seconds: clock.limit_wait_seconds,
            ..self
        }
    }

    /// Returns whether the run has ended, so that its status no longer changes.
    pub fn is_over(&self) -> bool {
        matches!(self.status, RunStatus::Completed | RunStatus::Failed)
    }

    /// Returns whether a user cancelled the run.
    pub fn is_cancelled(&self) -> bool {
        self.error.as_ref().is_some_and(RunError::is_cancelled)
    }

    /// Returns the overall percentage, or `None` if it is not known.
    pub fn percent(&self) -> Option<u32> {
        self.overall_progress.as_ref().map(|progress| progress.percent_complete)
    }
}

/// Number of status versions reserved for each lease epoch. When a worker takes over a run, a new
/// epoch begins, and the worker counts versions from a new multiple of this number. No version is
/// used twice, even if the changes in the final second before a crash were not stored.
pub const VERSIONS_PER_EPOCH: u64 = 1_000_000_000;

/// Returns whether two statuses, each given as (attempt, version), use the same sequence numbers
/// for the same log entries. This may not hold across a crash: the next worker continues from the
/// stored log, so it may give a new entry the number of an entry that was never stored.
pub fn same_log(a: (u32, u64), b: (u32, u64)) -> bool {
    (a.0, a.1 / VERSIONS_PER_EPOCH) == (b.0, b.1 / VERSIONS_PER_EPOCH)
}

/// The fields of a status that change as time passes, even if nothing happens in the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeFields {
    pub server_time: String,
    pub elapsed_seconds: u64,
    pub elapsed_ms: u64,
    pub heartbeat_age_seconds: u64,
    pub next_poll_ms: u64,
    pub limit_wait_seconds: Option<u64>,
}

/// The server's response when a page polls the status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollAnswer {
    /// The page already has this attempt and version, and all findings, so only the time fields are
    /// sent.
    Unchanged(TimeFields),
    Changed(Box<Change>),
}

/// The parts of a run's status and findings that a page does not have yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The whole status, with only those log entries that the page does not have.
    pub status: Status,
    /// Findings that are new or have changed, oldest change first. If there are many, only the
    /// first of them; the page gets the others with its next polls.
    pub found: Vec<Found>,
}

/// A finding of a run, drawn by the server for the section *What we found so far*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Sequence number of the finding's newest change, counted within the run.
    pub seq: u64,
    /// The `id` of the HTML element: the id of its panel, a hyphen, and its place in the panel.
    pub id: String,
    /// The element that replaces the one with the same id, or joins the panel. Empty if the run
    /// has withdrawn the finding.
    pub html: String,
}
