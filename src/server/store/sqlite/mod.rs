//! The embedded store: one SQLite file.
//!
//! WAL with `synchronous=FULL`: what was committed survives a kill and a power cut. One connection writes,
//! others read beside it, so that a slow writer never holds up a reader. `busy_timeout` is how long a lock of
//! another process is waited for before the store counts as unavailable.

#[cfg(test)]
mod job_tests;
mod jobs;
mod open_database;
mod portfolios;
mod prices;
mod private_files;
mod quotas;
mod rows;
mod run_reads;
mod run_writes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlitePool};
use status::Phase;
use tokio::sync::Notify;
use uuid::Uuid;

use self::{open_database::Severity, portfolios::NewAttempt};
use super::{
    AcceptedRun, FinishedPhase, JobEngine, JobHandler, ListCursor, NewPortfolio, Portfolio, PortfolioListItem, Quotas,
    RunKey, RunRecord, Store, StoreError, StoreResult,
};
use crate::server::{
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};

/// A [`Store`] in one SQLite file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// A run was put into the queue here.
    nudged: Arc<Notify>,
}

impl SqliteStore {
    /// Opens the database at a `sqlite://PATH` URL, creating file and folder, and brings its tables up to date. One that
    /// another process has locked is waited for.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn open(url: &str) -> Result<Self, String> {
        let (writer, readers) = open_database::open_database(url).await?;
        Ok(Self { writer, readers, nudged: Arc::default() })
    }

    /// Lets the file grow to so many pages and no further, as a full disk does: for tests.
    #[doc(hidden)]
    pub async fn limit_pages(&self, most: u32) -> StoreResult<()> {
        let pragma = AssertSqlSafe(format!("PRAGMA max_page_count = {most}"));
        sqlx::query(pragma).execute(&self.writer).await.map_err(unavailable)?;
        Ok(())
    }
}

/// Sorts the database's errors into those that pass, those of size, and the rest. Their text is for
/// the log.
fn unavailable(error: sqlx::Error) -> StoreError {
    match open_database::severity(&error) {
        Severity::Passing => StoreError::Busy(Box::new(error)),
        Severity::TooLarge => StoreError::TooLarge,
        Severity::Permanent => StoreError::Unavailable(Box::new(error)),
    }
}

#[async_trait]
impl JobEngine for SqliteStore {
    async fn reclaim(&self) -> StoreResult<()> {
        jobs::reclaim(&self.writer).await
    }

    async fn requeue_stranded(&self, under_way: &[i64]) -> StoreResult<Vec<i64>> {
        jobs::requeue_stranded(&self.readers, &self.writer, under_way).await
    }

    async fn work(&self, handler: Arc<dyn JobHandler>) -> StoreResult<()> {
        let worked = jobs::work(&self.writer, handler, self.nudged.clone()).await;
        worked.map_err(|error| StoreError::Unavailable(error.into()))
    }

    fn nudge(&self) {
        self.nudged.notify_one();
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create_portfolio(&self, new: &NewPortfolio, quotas: &Quotas) -> StoreResult<AcceptedRun> {
        portfolios::create(&self.writer, new, quotas).await
    }

    async fn create_attempt(
        &self,
        owner: &str,
        portfolio_id: Uuid,
        from_start: bool,
        idempotency_key: Option<&str>,
        now_ms: i64,
        quotas: &Quotas,
    ) -> StoreResult<AcceptedRun> {
        let attempt = NewAttempt { owner, portfolio_id, from_start, idempotency_key, now_ms };
        portfolios::create_attempt(&self.writer, attempt, quotas).await
    }

    async fn portfolio(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<Option<Portfolio>> {
        portfolios::one(&self.readers, viewer, portfolio_id).await
    }

    async fn portfolios(
        &self,
        owner: &str,
        before: Option<ListCursor>,
        limit: u32,
    ) -> StoreResult<Vec<PortfolioListItem>> {
        portfolios::list(&self.readers, owner, before, limit).await
    }

    async fn list_cursor(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<Option<ListCursor>> {
        portfolios::cursor(&self.readers, owner, portfolio_id).await
    }

    async fn delete_portfolio(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<()> {
        portfolios::delete(&self.writer, owner, portfolio_id).await
    }

    async fn run(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<RunRecord>> {
        run_reads::run(&self.readers, viewer, portfolio_id, attempt).await
    }

    async fn run_with_entries(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<(RunRecord, Vec<Entry>)>> {
        run_reads::run_with_entries(&self.readers, viewer, portfolio_id, attempt).await
    }

    async fn run_with_outputs(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
    ) -> StoreResult<Option<(RunRecord, Vec<FinishedPhase>)>> {
        run_reads::run_with_outputs(&self.readers, viewer, portfolio_id, attempt).await
    }

    async fn entries(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
        line: u64,
    ) -> StoreResult<Vec<Entry>> {
        run_reads::entries(&self.readers, viewer, portfolio_id, attempt, line, None).await
    }

    async fn entries_page(
        &self,
        viewer: Viewer<'_>,
        portfolio_id: Uuid,
        attempt: u32,
        line: u64,
        limit: u32,
    ) -> StoreResult<Vec<Entry>> {
        run_reads::entries(&self.readers, viewer, portfolio_id, attempt, line, Some(limit)).await
    }

    async fn outputs(&self, viewer: Viewer<'_>, portfolio_id: Uuid, attempt: u32) -> StoreResult<Vec<FinishedPhase>> {
        run_reads::outputs(&self.readers, viewer, portfolio_id, attempt).await
    }

    async fn claim_run(&self, run_id: i64) -> StoreResult<Option<(RunKey, RunRecord)>> {
        run_writes::claim(&self.writer, run_id).await
    }

    async fn start_run(&self, key: RunKey, data_notice: Option<&str>) -> StoreResult<()> {
        run_writes::start(&self.writer, key, data_notice).await
    }

    async fn append(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        run_writes::append(&self.writer, key, state).await
    }

    async fn give_back(&self, key: RunKey, state: &RunState, start_count: u32) -> StoreResult<()> {
        run_writes::give_back(&self.writer, key, state, start_count).await
    }

    async fn discard_phases(&self, key: RunKey, state: &RunState, phases: &[Phase]) -> StoreResult<()> {
        run_writes::discard_phases(&self.writer, key, state, phases).await
    }

    async fn finish_phase(&self, key: RunKey, state: &RunState, finished: &FinishedPhase) -> StoreResult<()> {
        run_writes::finish_phase(&self.writer, key, state, finished).await
    }

    async fn finish_run(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        run_writes::finish_run(&self.writer, key, state).await
    }

    async fn phase_history(&self, runs: u32) -> StoreResult<Vec<(Phase, u64, u64)>> {
        run_reads::phase_history(&self.readers, runs).await
    }

    async fn purge(&self, before_ms: i64) -> StoreResult<u64> {
        run_writes::purge(&self.writer, before_ms).await
    }

    async fn ping(&self) -> StoreResult<()> {
        sqlx::query("SELECT 1 FROM runs LIMIT 1").fetch_optional(&self.readers).await.map_err(unavailable)?;
        Ok(())
    }
}
