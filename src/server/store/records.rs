//! The data types that the store accepts and returns.

use chrono::NaiveDate;
use positions::Position;
use serde::{Deserialize, Serialize};
use status::{Phase, RunError, RunStatus, Summary, VERSIONS_PER_EPOCH};
use uuid::Uuid;

use super::FileSource;
use crate::server::tracker::{PhaseRecord, Plan, RunIdentity, RunState};

/// A validated upload that is to be stored as a portfolio.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPortfolio {
    pub id: Uuid,
    pub owner: String,
    pub name: String,
    pub cash: f64,
    pub positions: Vec<Position>,
    pub created_ms: i64,
    /// Idempotency key: a hash of the form's token and content. It ensures that submitting the same
    /// form twice creates only one portfolio.
    /// A portfolio that is started from a preview needs none: the preview's id takes its place.
    pub form_key: Option<String>,
    pub file: FileSource,
}

/// Limits on how much data one user may store and how many runs one user may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    pub active_runs: u32,
    pub portfolios: u32,
    /// Maximum number of attempts per portfolio.
    pub attempts: u32,
    /// Maximum number of bytes that one user's uploaded files, logs and results may take up
    /// together.
    pub stored_bytes: u64,
}

impl Quotas {
    pub const UNLIMITED: Self =
        Self { active_runs: u32::MAX, portfolios: u32::MAX, attempts: u32::MAX, stored_bytes: u64::MAX };
}

/// A stored portfolio.
#[derive(Clone, Debug, PartialEq)]
pub struct Portfolio {
    pub id: Uuid,
    pub owner: String,
    pub name: String,
    pub cash: f64,
    pub positions: Vec<Position>,
}

/// Whether a run waits before it computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueState {
    /// The run computes, or it has ended.
    #[default]
    NotWaiting,
    /// No worker has taken the run yet, so its position is not known.
    NotTaken,
    /// The run waits for a compute slot, at this position, counted from 1.
    Waiting(u32),
}

impl QueueState {
    /// Returns the state of a run that a worker has taken.
    pub fn from_position(position: Option<u32>) -> Self {
        position.map_or(Self::NotWaiting, Self::Waiting)
    }
}

/// The key figures of a run, for the list *Your portfolios*. Phase 4 computes them, and they are
/// stored together with the result of that phase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeyFigures {
    /// Last day with prices.
    pub as_of: NaiveDate,
    /// Equity on that day, in dollars.
    pub value: f64,
    /// Time-weighted return since the close of `since`, as a fraction; `None` if it is unknown.
    #[serde(rename = "return")]
    pub total_return: Option<f64>,
    /// The trading day before the first return.
    pub since: Option<NaiveDate>,
    /// Equity in dollars on at most 64 days, evenly spread, from the first to the last one.
    pub curve: Vec<f64>,
}

/// A portfolio in the list *Your portfolios*.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct PortfolioListItem {
    pub portfolio_id: Uuid,
    pub portfolio_name: String,
    pub status: RunStatus,
    pub percent_complete: u32,
    /// True if the owner cancelled the newest attempt. Its `status` is then `failed`.
    pub cancelled: bool,
    pub attempt: u32,
    /// Number of warnings in the newest attempt. The home page shows it, but it is not part of the
    /// API.
    #[serde(skip)]
    pub warnings: u32,
    /// Whether the newest attempt waits. Not part of the API either.
    #[serde(skip)]
    pub queue: QueueState,
    pub created_at: String,
    /// Equity of the newest attempt on the day `as_of`, in dollars. Null until its snapshots are
    /// computed, and for attempts of an earlier version.
    pub value: Option<f64>,
    /// Time-weighted return since the close of the day `since`, as a fraction. Null if `value` is
    /// null, and if the equity was ever zero or negative.
    #[serde(rename = "return")]
    pub total_return: Option<f64>,
    /// The trading day before the first return.
    pub since: Option<NaiveDate>,
    /// Last day with prices.
    pub as_of: Option<NaiveDate>,
    /// Details for the home page; not part of the API.
    #[serde(skip)]
    pub details: PortfolioDetails,
}

/// Details of a portfolio that the home page needs in addition to the fields of the API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PortfolioDetails {
    /// Equity in dollars on at most 64 days. Empty if it is unknown.
    pub curve: Vec<f64>,
    /// Whether a phase of the newest attempt has a result.
    pub has_results: bool,
    /// Whether the uploaded file is stored, so that the positions can be corrected or replaced.
    pub has_file: bool,
    /// Whether a retry may get further than the newest attempt, or get prices that it lacks.
    pub can_retry: bool,
}

/// A cursor that marks a place in the list *Your portfolios*. The next page of the list starts
/// after the portfolio with this creation time and id, even if that portfolio has been deleted in
/// the meantime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListCursor {
    pub created_ms: i64,
    pub id: Uuid,
}

/// A run that has been accepted into the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedRun {
    pub run_id: i64,
    pub owner: String,
    pub portfolio_id: Uuid,
    pub attempt: u32,
    /// Whether the run ignores the results of earlier attempts.
    pub from_start: bool,
    /// False if the run already existed because its idempotency key was used before.
    pub is_new: bool,
}

/// A worker's permission to write to a run. It is valid until another worker claims the run.
///
/// Every write checks the run, the portfolio and the fence together. The fence is random, so an
/// outdated `RunKey` never matches another run, even if portfolios have been deleted and created in
/// the meantime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey {
    pub run_id: i64,
    pub portfolio_id: Uuid,
    pub fence: Uuid,
}

/// A finished phase with its result, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedPhase {
    pub phase: Phase,
    /// Fingerprint of all inputs that affect the phase's result.
    pub fingerprint: String,
    /// True if a later attempt may get better prices, in which case it has to compute the phase
    /// again.
    pub is_provisional: bool,
    /// The phase's result as JSON.
    pub output: Vec<u8>,
    /// The key figures of the run; only phase 4 has them.
    pub key_figures: Option<KeyFigures>,
}

impl FinishedPhase {
    /// Creates a finished phase whose result is final and which has no key figures.
    pub fn new(phase: Phase, fingerprint: impl Into<String>, output: Vec<u8>) -> Self {
        Self { phase, fingerprint: fingerprint.into(), is_provisional: false, output, key_figures: None }
    }
}

/// An attempt with its progress and outcome, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    pub run_id: i64,
    /// Facts about the run, such as its portfolio. The field `data_notice` holds the notice about
    /// prices from the most recent start of the run.
    pub identity: RunIdentity,
    pub attempts: u32,
    /// Whether the run ignores the results of earlier attempts.
    pub from_start: bool,
    /// Number of workers that have started the run since it last made progress. Does not count a
    /// worker that died while the run was waiting for a data provider.
    pub start_count: u32,
    /// Furthest progress that any worker has made with the run. See [`RunState::furthest`].
    pub furthest: u64,
    pub status: RunStatus,
    pub version: u64,
    pub percent: u32,
    pub epoch: i64,
    pub started_ms: i64,
    pub completed_ms: Option<i64>,
    pub facts: Option<Summary>,
    /// Expected durations of the phases of this run.
    pub plan: Option<Plan>,
    pub error: Option<RunError>,
    pub phases: [PhaseRecord; 9],
    /// Sequence number of the newest log entry, including debug entries.
    pub last_line: u64,
    /// Sequence number of the newest log entry that users can see, which excludes debug entries.
    pub last_seq: u64,
}

impl RunRecord {
    /// Returns the run's state, without log entries, for the worker that has just claimed the run.
    pub fn into_claimed_state(self, data_notice: Option<String>) -> RunState {
        let epoch = u64::try_from(self.epoch).unwrap_or(0);
        RunState { version: epoch * VERSIONS_PER_EPOCH + 1, ..self.into_state(data_notice) }
    }

    /// Returns the run's state as of the most recent write, without log entries.
    ///
    /// `data_notice` is the price source's current notice. It is ignored if the run has ended,
    /// because such a run keeps its stored notice.
    pub fn into_state(self, data_notice: Option<String>) -> RunState {
        let mut identity = self.identity;
        if self.status == RunStatus::Running {
            identity.data_notice = data_notice;
        }
        // While a run is active, its version must be above every version that the previous worker
        // may have shown to clients but not stored, and below every version that the next worker
        // will show.
        let next_epoch = if self.status == RunStatus::Running { u64::try_from(self.epoch).unwrap_or(0) + 1 } else { 0 };
        RunState {
            status: self.status,
            completed_ms: self.completed_ms,
            reported_ms: self.completed_ms.unwrap_or(self.started_ms),
            version: self.version.max(next_epoch * VERSIONS_PER_EPOCH),
            percent: self.percent,
            shown_percent: self.percent,
            phases: self.phases,
            facts: self.facts,
            plan: self.plan.unwrap_or_default(),
            error: self.error,
            last_line: self.last_line,
            last_seq: self.last_seq,
            saved_line: self.last_line,
            ..RunState::new(identity, self.started_ms)
        }
    }
}
