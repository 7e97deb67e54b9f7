//! Persistent data: portfolios, runs, phase results and every entry of the log.
//!
//! Reads take the id *and* the viewer; changes by users take the id *and* the owner. Writes of a
//! run take the run, its portfolio and its fence: once another worker claims the run, the old
//! worker may not write. No other module contains SQL.

mod job_engine;
mod records;
mod sqlite;

use async_trait::async_trait;
use status::Phase;
use thiserror::Error;
use uuid::Uuid;

use crate::server::{
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};

pub use job_engine::{Job, JobEngine, JobHandler};
pub use records::{
    AcceptedRun, FinishedPhase, ListCursor, NewPortfolio, Portfolio, PortfolioListItem, Quotas, RunKey, RunRecord,
};
pub use sqlite::SqliteStore;

/// Why a store call failed. The messages are shown to users.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("A setup of this portfolio is already running.")]
    AlreadyRunning,
    /// The user has reached the quota of active runs.
    #[error("You have reached the limit of active setups. Start the next one when one of them has finished.")]
    TooManyRuns,
    /// The user has reached another quota. The message names the quota, and what the user can do.
    #[error("{0}")]
    QuotaReached(String),
    /// Another worker has claimed the run, so this worker's fence is outdated.
    #[error("This run was taken over by another worker.")]
    Fenced,
    /// The portfolio does not exist, or belongs to another user.
    #[error("This portfolio does not exist.")]
    NotFound,
    /// The database is locked or full, so a later attempt may succeed. The source error is for the
    /// server's log only.
    #[error("The database did not answer in time.")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A result is larger than the largest value that the database can store.
    #[error("The results of this setup are too large to be stored. Upload fewer positions.")]
    TooLarge,
    /// The database refused a statement and would refuse it again. The source error is for the
    /// server's log only.
    #[error("The database refused this.")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub type StoreResult<T> = Result<T, StoreError>;

/// Persistent storage of portfolios and runs.
#[async_trait]
pub trait Store: Send + Sync {
    /// Creates a portfolio, its first run and the job to compute it, in one transaction. If a
    /// portfolio with the same form key exists, returns the first run of that portfolio instead.
    ///
    /// # Errors
    /// [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if the owner would exceed
    /// `quotas`.
    async fn create_portfolio(&self, new: &NewPortfolio, quotas: &Quotas) -> StoreResult<AcceptedRun>;

    /// Creates the next attempt and the job to compute it, in one transaction. If the portfolio has
    /// a run with the same `idempotency_key`, returns that run instead.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`] while a run is active, [`StoreError::NotFound`] for another
    /// user's portfolio, and [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if the
    /// owner would exceed `quotas`.
    async fn create_attempt(
        &self,
        owner: &str,
        portfolio_id: Uuid,
        from_start: bool,
        idempotency_key: Option<&str>,
        now_ms: i64,
        quotas: &Quotas,
    ) -> StoreResult<AcceptedRun>;

    async fn portfolio(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<Option<Portfolio>>;

    /// Returns at most `limit` portfolios of `owner`, newest first. The list starts after the
    /// position `before`, or with the newest portfolio for `None`.
    async fn portfolios(
        &self,
        owner: &str,
        before: Option<ListCursor>,
        limit: u32,
    ) -> StoreResult<Vec<PortfolioListItem>>;

    /// Returns the position of a portfolio in the owner's list.
    async fn list_cursor(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<Option<ListCursor>>;

    /// Deletes a portfolio with its runs, log and results.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`] while a run is active, and [`StoreError::NotFound`] for
    /// another user's portfolio.
    async fn delete_portfolio(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<()>;

    /// Returns an attempt without its log entries. `None` as the `attempt` means the newest one.
    async fn run(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: Option<u32>)
    -> StoreResult<Option<RunRecord>>;

    /// Returns an attempt with all its log entries, read in one transaction. `None` as the
    /// `attempt` means the newest one.
    async fn run_with_entries(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<(RunRecord, Vec<Entry>)>>;

    /// Returns an attempt with its finished phases, read in one transaction.
    async fn run_with_outputs(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
    ) -> StoreResult<Option<(RunRecord, Vec<FinishedPhase>)>>;

    /// Returns all log entries of an attempt after `line`, in order.
    async fn entries(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: u32, line: u64)
    -> StoreResult<Vec<Entry>>;

    /// Returns at most `limit` log entries of an attempt after `line`, in order.
    async fn entries_page(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
        line: u64,
        limit: u32,
    ) -> StoreResult<Vec<Entry>>;

    /// Returns the finished phases of an attempt.
    async fn outputs(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: u32) -> StoreResult<Vec<FinishedPhase>>;

    /// Assigns a run to a worker and gives it a new fence, so that its previous worker can no
    /// longer write. Returns the run as stored, or `None` if the run has ended or was deleted.
    async fn claim_run(&self, run_id: i64) -> StoreResult<Option<(RunKey, RunRecord)>>;

    /// Records that a worker starts to compute a run, and the notice about its prices.
    async fn start_run(&self, key: RunKey, data_notice: Option<&str>) -> StoreResult<()>;

    /// Appends log entries, and records the progress of the run.
    async fn append(&self, key: RunKey, state: &RunState) -> StoreResult<()>;

    /// Appends the last log entries of a worker that stops and leaves the run to the next worker.
    /// `start_count` is the count before the worker started, so its start is not counted.
    async fn give_back(&self, key: RunKey, state: &RunState, start_count: u32) -> StoreResult<()>;

    /// Deletes the results of `phases`, because the run's inputs have changed, and stores every log
    /// entry so far, in one transaction.
    async fn discard_phases(&self, key: RunKey, state: &RunState, phases: &[Phase]) -> StoreResult<()>;

    /// Stores a finished phase with its output, and every log entry so far, in one transaction.
    async fn finish_phase(&self, key: RunKey, state: &RunState, finished: &FinishedPhase) -> StoreResult<()>;

    /// Stores the end of a run, and every log entry so far, in one transaction.
    async fn finish_run(&self, key: RunKey, state: &RunState) -> StoreResult<()>;

    /// Returns the durations of the phases of the newest completed runs as
    /// `(phase, milliseconds, items)`, for at most `runs` runs. Reused phases are left out.
    async fn phase_history(&self, runs: u32) -> StoreResult<Vec<(Phase, u64, u64)>>;

    /// Deletes the log entries of runs that ended before `before_ms`, and all finished jobs.
    /// Returns the number of deleted entries.
    async fn purge(&self, before_ms: i64) -> StoreResult<u64>;

    /// Checks that the store can be read.
    async fn ping(&self) -> StoreResult<()>;
}
