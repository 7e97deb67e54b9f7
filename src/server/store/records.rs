//! The records that the store takes and returns.

use positions::Position;
use status::{Phase, RunError, RunStatus, Summary, VERSIONS_PER_EPOCH};
use uuid::Uuid;

use crate::server::tracker::{PhaseRecord, Plan, RunIdentity, RunState};

/// A validated upload that is about to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPortfolio {
    pub id: Uuid,
    pub owner: String,
    pub name: String,
    pub cash: f64,
    pub positions: Vec<Position>,
    pub created_ms: i64,
    /// Idempotency key of the form that was submitted, together with its content: submitting the
    /// same form twice creates one portfolio.
    pub form_key: Option<String>,
}

/// Limits on what one user may store and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    pub active_runs: u32,
    pub portfolios: u32,
    /// Maximum number of attempts per portfolio.
    pub attempts: u32,
    /// Maximum bytes of uploads, logs and results, over all portfolios of a user.
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

/// A portfolio in the list *Your portfolios*.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PortfolioListItem {
    pub portfolio_id: Uuid,
    pub portfolio_name: String,
    pub status: RunStatus,
    pub percent_complete: u32,
    /// True if a person cancelled the newest attempt, whose `status` is then `failed`.
    pub cancelled: bool,
    pub attempt: u32,
    /// Number of warnings in the newest attempt. The home page shows it; the API does not have it.
    #[serde(skip)]
    pub warnings: u32,
    pub created_at: String,
}

/// A position in the list *Your portfolios*: a page of the list starts after this portfolio. The
/// position stays valid when the portfolio is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListCursor {
    pub created_ms: i64,
    pub id: Uuid,
}

/// A run that was accepted into the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedRun {
    pub run_id: i64,
    pub owner: String,
    pub portfolio_id: Uuid,
    pub attempt: u32,
    /// True if the run reuses no phases of earlier attempts.
    pub from_start: bool,
    /// False if an idempotency key matched a run that already existed.
    pub is_new: bool,
}

/// A worker's permission to write to a run, until another worker claims the run.
///
/// Every write checks run, portfolio and fence together. The fence is random, so an outdated key
/// never matches another run, even after portfolios were deleted and created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey {
    pub run_id: i64,
    pub portfolio_id: Uuid,
    pub fence: Uuid,
}

/// A finished phase as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedPhase {
    pub phase: Phase,
    /// Fingerprint of all inputs that the result depends on.
    pub fingerprint: String,
    /// True if a later attempt may get better prices, and therefore computes the phase again.
    pub is_provisional: bool,
    /// The result of the phase as JSON.
    pub output: Vec<u8>,
}

/// An attempt as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    pub run_id: i64,
    /// Identity of the run. Its `data_notice` is the notice about the prices from the last start.
    pub identity: RunIdentity,
    pub attempts: u32,
    /// True if the run reuses no phases of earlier attempts.
    pub from_start: bool,
    /// Number of workers that have started the run since it last made progress. A worker that died
    /// while the run waited for a data provider is not counted.
    pub start_count: u32,
    /// Furthest progress that any worker has made; see [`RunState::furthest`].
    pub furthest: u64,
    pub status: RunStatus,
    pub version: u64,
    pub percent: u32,
    pub epoch: i64,
    pub started_ms: i64,
    pub completed_ms: Option<i64>,
    pub facts: Option<Summary>,
    /// Expected durations of the phases.
    pub plan: Option<Plan>,
    pub error: Option<RunError>,
    pub phases: [PhaseRecord; 9],
    /// Number of the newest log entry, debug entries included.
    pub last_line: u64,
    /// Number of the newest log entry that users see.
    pub last_seq: u64,
}

impl RunRecord {
    /// Returns the state, without log entries, for the worker that has just claimed this run.
    pub fn into_claimed_state(self, data_notice: Option<String>) -> RunState {
        let epoch = u64::try_from(self.epoch).unwrap_or(0);
        RunState { version: epoch * VERSIONS_PER_EPOCH + 1, ..self.into_state(data_notice) }
    }

    /// Returns the state of this run as of the last write, without log entries.
    ///
    /// `data_notice` is the current notice about the source's prices. A run that has ended keeps
    /// the notice that was stored with it.
    pub fn into_state(self, data_notice: Option<String>) -> RunState {
        let mut identity = self.identity;
        if self.status == RunStatus::Running {
            identity.data_notice = data_notice;
        }
        // The version is above every version that the last worker may have shown without storing
        // it, and below every version that the next worker will show.
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
