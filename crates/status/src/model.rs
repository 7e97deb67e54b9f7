//! The status object: what `GET /api/v1/onboarding/status/{id}` answers and what the page shows.
//!
//! Field names are the contract's. Whole seconds and whole numbers only: formatting a float costs the
//! browser bundle more than the page needs.

use serde::{Deserialize, Serialize};

use super::Phase;

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Accepted and not ended: computing, or waiting for a worker.
    Running,
    /// Every phase completed.
    Completed,
    /// Ended before every phase completed; `error` says why.
    Failed,
    /// The portfolio is known, but no run of it.
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

/// How serious a log entry is.
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
    /// The word in the downloaded text file.
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
    /// Number of the shown line: 1, 2, 3 … per attempt. A debug line carries the number of the last shown one.
    pub seq: u64,
    /// When, as RFC 3339 in UTC with milliseconds.
    pub timestamp: String,
    /// How serious.
    pub level: LogLevel,
    /// The phase it belongs to, if any.
    pub phase_id: Option<Phase>,
    /// One line of text.
    pub message: String,
}

/// How far the whole run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OverallProgress {
    /// The running phase, or the one that failed.
    pub current_phase: Option<Phase>,
    /// Its name.
    pub current_phase_name: Option<String>,
    /// How many phases completed.
    pub phases_completed: u32,
    /// How many there are.
    pub phases_total: u32,
    /// 0 to 99 until completion, then 100. Weighted by time; never falls.
    pub percent_complete: u32,
}

/// How far the running phase is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CurrentPhaseProgress {
    /// Items done.
    pub current: u64,
    /// Items in all; 0 where there is nothing to count.
    pub total: u64,
    /// What is counted.
    pub unit: String,
}

/// A range of whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Range {
    #[serde(rename = "low_seconds")]
    pub low: u64,
    #[serde(rename = "high_seconds")]
    pub high: u64,
}

/// The usual duration of a phase on this installation, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UsualSeconds {
    pub low: u64,
    pub high: u64,
}

/// One phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PhaseStatus {
    /// Which.
    pub phase_id: Phase,
    /// Its name.
    pub phase_name: String,
    /// Its state.
    pub status: PhaseState,
    /// Items done.
    pub current: u64,
    /// Items in all; 0 until known, and where there is nothing to count.
    pub total: u64,
    /// What is counted.
    pub unit: String,
    /// Whole seconds it took, or has been running for; null before it starts.
    pub duration_seconds: Option<u64>,
    /// The same in milliseconds: most phases of a small portfolio take less than a second.
    pub duration_ms: Option<u64>,
    /// How many warnings it gave.
    pub warnings: u32,
    /// The same by cause, with what each changes in the results.
    pub warning_groups: Vec<WarningGroup>,
    /// When it started, RFC 3339 UTC.
    pub started_at: Option<String>,
    /// When it ended, RFC 3339 UTC.
    pub completed_at: Option<String>,
    /// What it achieved, in words; null until it completed.
    pub summary: Option<String>,
    /// What it usually takes here; null without history.
    pub usual_seconds: Option<UsualSeconds>,
    /// Whether its result was taken over from an earlier attempt.
    pub reused: bool,
}

impl PhaseStatus {
    /// A phase that has not started.
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
        }
    }
}

/// Warnings of one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WarningGroup {
    /// The cause, in words.
    pub title: String,
    /// What it changes in the results: a sentence.
    pub effect: String,
    /// The symbols that it concerns; empty where it concerns the whole portfolio.
    pub symbols: Vec<String>,
}

/// A symbol that has no prices, and what the source said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UnavailableSymbol {
    /// The symbol.
    pub symbol: String,
    /// The source's reason, such as "not in the sample data".
    pub reason: String,
}

/// What a run found out about the portfolio. Known once the market data is collected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Positions that have what they need to be analyzed.
    pub positions_analyzed: u64,
    /// Positions in the file.
    pub positions_total: u64,
    /// Positions whose symbol has no prices.
    pub positions_unavailable: u64,
    /// Trading days the snapshots cover.
    pub trading_days: u64,
    /// Phases completed.
    pub phases_completed: u32,
    /// Phases in all.
    pub phases_total: u32,
    /// The unavailable symbols, each once.
    pub unavailable_symbols: Vec<UnavailableSymbol>,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunError {
    /// A stable word for programs, such as `cancelled`.
    pub code: String,
    /// One sentence for people.
    pub message: String,
    /// The phase it happened in; null when none had started.
    pub phase_id: Option<Phase>,
    /// Who can do something about it.
    #[serde(default)]
    pub who: Fixer,
}

/// Who can do something about a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Fixer {
    /// The person whose setup it is.
    You,
    /// The operator of the server.
    #[default]
    Operator,
    /// Nobody has to: it passes.
    Time,
}

/// What trying again takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RetryCost {
    /// Finished phases that `from=failed` takes over, as long as prices are of the same day.
    pub reused_phases: u32,
    /// Expected whole seconds of the others; null with nothing to go on.
    pub failed_seconds: Option<u64>,
    /// Expected whole seconds of `from=start`; null with nothing to go on.
    pub start_seconds: Option<u64>,
}

/// Everything about one run at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Status {
    /// Which portfolio.
    pub portfolio_id: String,
    /// Its name.
    pub portfolio_name: String,
    /// The run's state.
    pub status: RunStatus,
    /// Which attempt this is, from 1; 0 where there is none.
    pub attempt: u32,
    /// How many attempts there are.
    pub attempts: u32,
    /// When it was accepted, RFC 3339 UTC.
    pub started_at: Option<String>,
    /// When it ended, RFC 3339 UTC.
    pub completed_at: Option<String>,
    /// Whole seconds from acceptance until now or the end.
    pub elapsed_seconds: u64,
    /// Grows by at least 1 at every change.
    pub version: u64,
    /// The server's time of this answer, RFC 3339 UTC.
    pub server_time: String,
    /// Whole seconds since the batch last reported; 0 after the end.
    pub heartbeat_age_seconds: u64,
    /// How long until the next question is worth asking, in milliseconds.
    pub next_poll_ms: u64,
    /// Its place in the line for a worker, from 1, while it waits.
    pub queue_position: Option<u32>,
    /// Time left, as a range; null with nothing to go on.
    pub eta: Option<Range>,
    /// Positions in the file.
    pub positions_total: u64,
    /// What has to be said of the prices, such as that they are sample data.
    pub data_notice: Option<String>,
    /// Whole seconds until the data provider's limit lets the next request through; null when nothing waits for it.
    pub limit_wait_seconds: Option<u64>,
    /// Whether results wait for the database, which is locked or full.
    pub store_busy: bool,
    /// How far the run is; null without a run.
    pub overall_progress: Option<OverallProgress>,
    /// How far the running phase is; null when none runs.
    pub current_phase_progress: Option<CurrentPhaseProgress>,
    /// Shown log entries: the last 50, or every one after the `seq` asked for.
    pub activity_log: Vec<LogEntry>,
    /// Number of the newest shown entry, whether or not it is in `activity_log`.
    pub last_seq: u64,
    /// The nine phases; null without a run.
    pub phases: Option<Vec<PhaseStatus>>,
    /// What is known of the portfolio; null until it is.
    pub summary: Option<Summary>,
    /// Why it failed; null otherwise.
    pub error: Option<RunError>,
    /// What a retry takes; null unless it failed.
    pub retry: Option<RetryCost>,
    /// Names this attempt to whoever helps, such as "K7Q-M2X"; null without a run.
    pub support_code: Option<String>,
}

impl Status {
    /// A portfolio without any run.
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

    /// The parts that change with the clock alone.
    pub fn clock(&self) -> TimeFields {
        TimeFields {
            server_time: self.server_time.clone(),
            elapsed_seconds: self.elapsed_seconds,
            heartbeat_age_seconds: self.heartbeat_age_seconds,
            next_poll_ms: self.next_poll_ms,
            limit_wait_seconds: self.limit_wait_seconds,
        }
    }

    /// The same at another moment.
    #[must_use]
    pub fn at(self, clock: TimeFields) -> Self {
        Self {
            server_time: clock.server_time,
            elapsed_seconds: clock.elapsed_seconds,
            heartbeat_age_seconds: clock.heartbeat_age_seconds,
            next_poll_ms: clock.next_poll_ms,
            limit_wait_seconds: clock.limit_wait_seconds,
            ..self
        }
    }

    /// Whether the run will change no more.
    pub fn is_over(&self) -> bool {
        matches!(self.status, RunStatus::Completed | RunStatus::Failed)
    }

    /// Whether a person ended it.
    pub fn is_cancelled(&self) -> bool {
        self.error.as_ref().is_some_and(RunError::is_cancelled)
    }

    /// Overall percent, 0 without a run.
    pub fn percent(&self) -> u32 {
        self.overall_progress.as_ref().map_or(0, |progress| progress.percent_complete)
    }
}

/// Versions are numbered anew by each worker that takes a run, far enough apart that none is used twice even
/// where the last second before a crash was not stored.
pub const VERSIONS_PER_EPOCH: u64 = 1_000_000_000;

/// Whether two statuses number their log entries alike. A worker that takes a run after a crash goes on from
/// what was stored, so the numbers of the last second may stand for other entries than before.
pub fn same_log(a: (u32, u64), b: (u32, u64)) -> bool {
    (a.0, a.1 / VERSIONS_PER_EPOCH) == (b.0, b.1 / VERSIONS_PER_EPOCH)
}

/// The parts of a status that change with the clock alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeFields {
    pub server_time: String,
    pub elapsed_seconds: u64,
    pub heartbeat_age_seconds: u64,
    pub next_poll_ms: u64,
    pub limit_wait_seconds: Option<u64>,
}

/// The answer to one poll of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollAnswer {
    /// Attempt and version are those the page has.
    Unchanged(TimeFields),
    /// The whole status, with only the log entries the page lacks.
    Changed(Box<Status>),
}
