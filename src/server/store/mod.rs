//! What outlives the process: portfolios, runs, phase results and every line of the log.
//!
//! Reads name the id *and* the viewer; changes by people name the id *and* the owner.
//! Writes of a run name the run, its portfolio and its fence: once another worker takes the run,
//! the old one may not write. SQL is nowhere else.

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

/// Why the store did not do as asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The portfolio already has an active run.
    #[error("A setup of this portfolio is already running.")]
    AlreadyRunning,
    /// The user has as many active runs as they may.
    #[error("You have as many setups under way as one user can have. Start the next one when one of them has ended.")]
    TooManyRuns,
    /// The user has reached a quota. The message says which, and what to do.
    #[error("{0}")]
    QuotaReached(String),
    /// Another worker has taken the run since.
    #[error("This run was taken over by another worker.")]
    Fenced,
    /// The portfolio does not exist, or belongs to somebody else.
    #[error("There is no such portfolio.")]
    NotFound,
    /// The database is locked or full: the same may well work later. The inner text is for the server's log only.
    #[error("The database did not answer in time.")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A result has more bytes than the database takes.
    #[error("The results of this setup are too large to be stored. Upload fewer positions.")]
    TooLarge,
    /// The database refused, and will refuse the same again. The inner text is for the server's log
    /// only.
    #[error("The database refused this.")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Result of a store call.
pub type StoreResult<T> = Result<T, StoreError>;

/// The store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Creates a portfolio, its first run and the job to compute it, in one transaction. A form key
    /// seen before returns the first run of the portfolio that it made.
    ///
    /// # Errors
    /// [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] where the owner would exceed
    /// `quotas`.
    async fn create_portfolio(&self, new: &NewPortfolio, quotas: &Quotas) -> StoreResult<AcceptedRun>;

    /// Creates the next attempt and the job to compute it, in one transaction. With an `idempotency_key` seen before, gives the run that it made then.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`] while a run is active, [`StoreError::NotFound`] for another's
    /// portfolio, [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] where the owner would
    /// exceed `quotas`.
    async fn create_attempt(
        &self,
        owner: &str,
        portfolio_id: Uuid,
        from_start: bool,
        idempotency_key: Option<&str>,
        now_ms: i64,
        quotas: &Quotas,
    ) -> StoreResult<AcceptedRun>;

    /// One portfolio.
    async fn portfolio(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<Option<Portfolio>>;

    /// At most `limit` of one's portfolios, newest first, from the one behind `before` on.
    async fn portfolios(
        &self,
        owner: &str,
        before: Option<ListCursor>,
        limit: u32,
    ) -> StoreResult<Vec<PortfolioListItem>>;

    /// The cursor of a portfolio in that list.
    async fn list_cursor(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<Option<ListCursor>>;

    /// Deletes a portfolio with its runs, log and results.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`] while a run is active, [`StoreError::NotFound`] for another's portfolio.
    async fn delete_portfolio(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<()>;

    /// One attempt, the newest for `None`, without its entries.
    async fn run(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: Option<u32>)
    -> StoreResult<Option<RunRecord>>;

    /// Returns an attempt with all its entries, as of one moment; the newest for `None`.
    async fn run_with_entries(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<(RunRecord, Vec<Entry>)>>;

    /// Returns an attempt with its finished phases, as of one moment.
    async fn run_with_outputs(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
    ) -> StoreResult<Option<(RunRecord, Vec<FinishedPhase>)>>;

    /// All entries of an attempt after `line`, in order.
    async fn entries(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: u32, line: u64)
    -> StoreResult<Vec<Entry>>;

    /// At most `limit` of these entries.
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

    /// Assigns a run to a worker, with a new fence: its previous worker may not write any more.
    /// Returns the run as it was then, or `None` if it has ended or was deleted.
    async fn claim_run(&self, run_id: i64) -> StoreResult<Option<(RunKey, RunRecord)>>;

    /// Notes that a worker begins to compute a run, and what has to be said of its prices.
    async fn start_run(&self, key: RunKey, data_notice: Option<&str>) -> StoreResult<()>;

    /// Appends entries and notes how far the run is.
    async fn append(&self, key: RunKey, state: &RunState) -> StoreResult<()>;

    /// Appends the last entries of a worker that stops and leaves the run to the next one.
    /// `start_count` is the one before it: a worker that stops does not count.
    async fn give_back(&self, key: RunKey, state: &RunState, start_count: u32) -> StoreResult<()>;

    /// Deletes the results of these phases, because the run's inputs have changed, and stores
    /// every entry so far, in one transaction.
    async fn discard_phases(&self, key: RunKey, state: &RunState, phases: &[Phase]) -> StoreResult<()>;

    /// Stores a finished phase, what it produced and every entry so far, in one transaction.
    async fn finish_phase(&self, key: RunKey, state: &RunState, finished: &FinishedPhase) -> StoreResult<()>;

    /// Stores the end of a run and every entry so far, in one transaction.
    async fn finish_run(&self, key: RunKey, state: &RunState) -> StoreResult<()>;

    /// Milliseconds per item of each phase over the newest finished runs: `(phase, milliseconds, items)` per run.
    async fn phase_history(&self, runs: u32) -> StoreResult<Vec<(Phase, u64, u64)>>;

    /// Deletes the entries of runs that ended before `before_ms`, and the jobs that are done. Returns how many entries.
    async fn purge(&self, before_ms: i64) -> StoreResult<u64>;

    /// Whether the store can be read.
    async fn ping(&self) -> StoreResult<()>;
}
