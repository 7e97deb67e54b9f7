//! Persistent data: uploaded files, portfolios, runs, phase results and all log entries.
//!
//! Access is always checked. A read requires the id *and* the viewer, and a change by a user
//! requires the id *and* the owner. A write by a worker requires the run, its portfolio and its
//! fence: once another worker claims the run, the old worker can no longer write. No other module
//! contains SQL.

mod job_engine;
mod links;
mod records;
mod run_lists;
mod sqlite;
mod uploads;

use async_trait::async_trait;
use status::Phase;
use thiserror::Error;
use uuid::Uuid;

use crate::server::{
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};

pub use job_engine::{Job, JobEngine, JobHandler};
pub use links::{Link, LinkStore, LinkTarget, MAX_LINKS, NewLink, TokenHash};
pub use records::{
    AcceptedRun, FinishedPhase, KeyFigures, ListCursor, NewPortfolio, Portfolio, PortfolioDetails, PortfolioListItem,
    QueueState, Quotas, RunKey, RunRecord,
};
pub use run_lists::{RunList, RunListItem, RunListStore};
pub use sqlite::SqliteStore;
pub use uploads::{
    Correction, FileSource, Layout, MAX_LAYOUTS, MAX_PREVIEWS, PortfolioFile, Preview, PreviewEntries, StoredFile,
    UploadStore,
};

/// Why a call to the store failed. The messages are shown to users.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("A setup of this portfolio is already running.")]
    AlreadyRunning,
    /// The user has reached the quota for active runs.
    #[error("You have reached the limit of active setups. Start the next one when one of them has finished.")]
    TooManyRuns,
    /// The user has reached another quota. The message names the quota and says what the user can
    /// do about it.
    #[error("{0}")]
    QuotaReached(String),
    /// Another worker has claimed the run, so the fence of this worker is outdated.
    #[error("This run was taken over by another worker.")]
    Fenced,
    /// The portfolio does not exist, or belongs to another user.
    #[error("This portfolio does not exist.")]
    NotFound,
    /// The database is locked or full, so a retry may succeed later. The underlying error is only
    /// for the server's log.
    #[error("The database did not answer in time.")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A result is larger than the largest value that the database can store.
    #[error("The results of this setup are too large to be stored. Upload fewer positions.")]
    TooLarge,
    /// The database refused a statement and would refuse it again on a retry. The underlying error
    /// is only for the server's log.
    #[error("The database refused this.")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub type StoreResult<T> = Result<T, StoreError>;

/// Persistent storage of portfolios and runs.
#[async_trait]
pub trait Store: LinkStore + RunListStore + UploadStore {
    /// Creates a portfolio, its file, its first run and the job to compute that run, in one
    /// transaction. If the file comes from a preview, deletes the preview. If the owner already has
    /// a portfolio with the same form key or from the same preview, returns the first run of that
    /// portfolio instead.
    ///
    /// # Errors
    /// Returns [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if the owner would
    /// exceed `quotas`.
    async fn create_portfolio(&self, new: &NewPortfolio, quotas: &Quotas) -> StoreResult<AcceptedRun>;

    /// Creates the next attempt for a portfolio and the job to compute it, in one transaction. If
    /// the portfolio already has a run with the same `idempotency_key`, returns that run instead.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] while a run of the portfolio is active,
    /// [`StoreError::NotFound`] if the portfolio belongs to another user, and
    /// [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if the owner would exceed
    /// `quotas`.
    async fn create_attempt(
        &self,
        owner: &str,
        portfolio_id: Uuid,
        from_start: bool,
        idempotency_key: Option<&str>,
        now_ms: i64,
        quotas: &Quotas,
    ) -> StoreResult<AcceptedRun>;

    /// Replaces a portfolio's positions, cash, name and file, deletes the preview that they come
    /// from, and creates the next attempt and its job, in one transaction. If the preview has been
    /// started before, returns the run that was started then.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] while a run of the portfolio is active,
    /// [`StoreError::NotFound`] if the owner has no such portfolio or no such preview of it, and
    /// [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if the owner would exceed
    /// `quotas`.
    async fn correct_portfolio(&self, correction: &Correction, quotas: &Quotas) -> StoreResult<AcceptedRun>;

    async fn portfolio(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<Option<Portfolio>>;

    /// Returns up to `limit` portfolios of `owner`, newest first. The list starts after the cursor
    /// `before`, or with the newest portfolio if `before` is `None`.
    async fn portfolios(
        &self,
        owner: &str,
        before: Option<ListCursor>,
        limit: u32,
    ) -> StoreResult<Vec<PortfolioListItem>>;

    /// Returns the cursor that marks a portfolio's place in its owner's list.
    async fn list_cursor(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<Option<ListCursor>>;

    /// Deletes a portfolio with its runs, log entries and results.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] while a run of the portfolio is active, and
    /// [`StoreError::NotFound`] if the portfolio belongs to another user.
    async fn delete_portfolio(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<()>;

    /// Returns an attempt without its log entries. If `attempt` is `None`, returns the newest
    /// attempt.
    async fn run(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: Option<u32>)
    -> StoreResult<Option<RunRecord>>;

    /// Returns an attempt with all its log entries, read in one transaction. If `attempt` is
    /// `None`, returns the newest attempt.
    async fn run_with_entries(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<(RunRecord, Vec<Entry>)>>;

    /// Returns an attempt with the results of its finished phases, read in one transaction.
    async fn run_with_outputs(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
    ) -> StoreResult<Option<(RunRecord, Vec<FinishedPhase>)>>;

    /// Returns all log entries of an attempt that come after entry number `line`, in order.
    async fn entries(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: u32, line: u64)
    -> StoreResult<Vec<Entry>>;

    /// Returns up to `limit` log entries of an attempt that come after entry number `line`, in
    /// order.
    async fn entries_page(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
        line: u64,
        limit: u32,
    ) -> StoreResult<Vec<Entry>>;

    /// Returns the results of an attempt's finished phases.
    async fn outputs(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: u32) -> StoreResult<Vec<FinishedPhase>>;

    /// Assigns a run to the calling worker with a new fence, so that the previous worker can no
    /// longer write. Returns the run as it is stored, or `None` if the run has ended or was
    /// deleted.
    async fn claim_run(&self, run_id: i64) -> StoreResult<Option<(RunKey, RunRecord)>>;

    /// Records that a worker has started to compute a run. `data_notice` is the notice about the
    /// prices that the run uses.
    async fn start_run(&self, key: RunKey, data_notice: Option<&str>) -> StoreResult<()>;

    /// Appends log entries and records the progress of the run.
    async fn append(&self, key: RunKey, state: &RunState) -> StoreResult<()>;

    /// Appends the final log entries of a worker that is shutting down and leaves its run to
    /// another worker. Resets the run's start count to `start_count`, the value that it had before
    /// this worker started the run.
    async fn give_back(&self, key: RunKey, state: &RunState, start_count: u32) -> StoreResult<()>;

    /// Deletes the results of `phases` because the run's inputs have changed, and stores all log
    /// entries so far, in one transaction.
    async fn discard_phases(&self, key: RunKey, state: &RunState, phases: &[Phase]) -> StoreResult<()>;

    /// Stores the output of a finished phase and all log entries so far, in one transaction.
    async fn finish_phase(&self, key: RunKey, state: &RunState, finished: &FinishedPhase) -> StoreResult<()>;

    /// Stores the outcome of a run that has ended, and all its log entries, in one transaction.
    async fn finish_run(&self, key: RunKey, state: &RunState) -> StoreResult<()>;

    /// Returns how long the phases of the most recent completed runs took, as `(phase,
    /// milliseconds, items)`. Reads at most `runs` runs. Leaves out phases whose results were
    /// reused from an earlier attempt.
    async fn phase_history(&self, runs: u32) -> StoreResult<Vec<(Phase, u64, u64)>>;

    /// Deletes all finished jobs. Also deletes the log entries of runs that ended before
    /// `before_ms`, a Unix time in milliseconds. Returns the number of deleted log entries.
    async fn purge(&self, before_ms: i64) -> StoreResult<u64>;

    /// Checks that the store is readable.
    async fn ping(&self) -> StoreResult<()>;
}
