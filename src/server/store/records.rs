//! What goes into the store and comes out of it.

use positions::Position;
use status::{Phase, RunError, RunStatus, Summary, VERSIONS_PER_EPOCH};
use uuid::Uuid;

use crate::server::tracker::{PhaseRecord, Plan, RunIdentity, RunState};

/// A validated upload.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPortfolio {
    pub id: Uuid,
    pub owner: String,
    pub name: String,
    pub cash: f64,
    pub positions: Vec<Position>,
    pub created_ms: i64,
    /// Names the form that was sent together with what was in it: sent twice, it makes one
    /// portfolio.
    pub form_key: Option<String>,
}

/// What one user may keep here and have under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Runs under way.
    pub active_runs: u32,
    /// Portfolios.
    pub portfolios: u32,
    /// Attempts of one portfolio.
    pub attempts: u32,
    /// Bytes of uploads, logs and results, over all portfolios.
    pub stored_bytes: u64,
}

impl Quotas {
    /// No limits.
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

/// One line of *Your portfolios*.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PortfolioListItem {
    pub portfolio_id: Uuid,
    pub portfolio_name: String,
    pub status: RunStatus,
    pub percent_complete: u32,
    /// Whether a person ended the newest attempt; its `status` is then `failed`.
    pub cancelled: bool,
    pub attempt: u32,
    /// Number of warnings in the newest attempt. The home page shows it; the API does not have it.
    #[serde(skip)]
    pub warnings: u32,
    pub created_at: String,
}

/// Where a page of *Your portfolios* begins: behind this portfolio, which need not be there any
/// more.
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
    /// Reuse nothing of earlier attempts.
    pub from_start: bool,
    /// False where an idempotency key led to a run that was there already.
    pub is_new: bool,
}

/// A worker's hold on a run: the right to write to it, as long as no other worker takes it.
///
/// Every write checks run, portfolio and fence together. The fence is random, so the key of a
/// worker of the past fits no other run, whatever is deleted and created in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey {
    pub run_id: i64,
    pub portfolio_id: Uuid,
    pub fence: Uuid,
}

/// A finished phase, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedPhase {
    pub phase: Phase,
    /// Of everything its result depends on.
    pub fingerprint: String,
    /// Whether a later attempt may get better prices, and so computes it again.
    pub is_provisional: bool,
    /// What it produced, as JSON.
    pub output: Vec<u8>,
}

/// One attempt as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    pub run_id: i64,
    /// Its `data_notice` is what had to be said of its prices when it last started.
    pub identity: RunIdentity,
    pub attempts: u32,
    /// Reuse nothing of earlier attempts.
    pub from_start: bool,
    /// Workers that have started it since it last got further, except one that died while the run
    /// waited for a data provider.
    pub start_count: u32,
    /// The furthest that any worker got; see [`RunState::furthest`].
    pub furthest: u64,
    pub status: RunStatus,
    pub version: u64,
    pub percent: u32,
    pub epoch: i64,
    pub started_ms: i64,
    pub completed_ms: Option<i64>,
    pub facts: Option<Summary>,
    /// What each phase was expected to take.
    pub plan: Option<Plan>,
    pub error: Option<RunError>,
    pub phases: [PhaseRecord; 9],
    /// Numbers of the newest entry and of the newest shown one.
    pub last_line: u64,
    pub last_seq: u64,
}

impl RunRecord {
    /// The state with which the worker goes on that has just claimed this run, without entries.
    pub fn into_claimed_state(self, data_notice: Option<String>) -> RunState {
        let epoch = u64::try_from(self.epoch).unwrap_or(0);
        RunState { version: epoch * VERSIONS_PER_EPOCH + 1, ..self.into_state(data_notice) }
    }

    /// The state of this run as of the last write, without entries.
    ///
    /// `data_notice` is what has to be said of the source's prices now; a run that is over says what it said then.
    pub fn into_state(self, data_notice: Option<String>) -> RunState {
        let mut identity = self.identity;
        if self.status == RunStatus::Running {
            identity.data_notice = data_notice;
        }
        // Above all that the last worker may have shown and not stored, below what the next one will show.
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
