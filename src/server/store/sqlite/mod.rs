//! The embedded store, which keeps everything in one SQLite file.
//!
//! The database uses WAL mode with `synchronous=FULL`, so committed data survives a crash of the
//! process as well as a power failure. One connection writes, and others read concurrently, so a
//! slow writer never delays a reader. If another process holds a lock, a call waits for at most
//! `busy_timeout` and then fails with [`StoreError::Busy`].

#[cfg(test)]
mod correction_tests;
mod corrections;
#[cfg(test)]
mod job_tests;
mod jobs;
#[cfg(test)]
mod link_tests;
mod links;
mod open_database;
mod portfolios;
mod prices;
mod private_files;
mod quotas;
mod rows;
#[cfg(test)]
mod run_list_tests;
mod run_lists;
mod run_reads;
mod run_writes;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod upload_tests;
mod uploads;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlitePool};
use status::Phase;
use tokio::sync::Notify;
use uuid::Uuid;

use self::{open_database::Severity, portfolios::NewAttempt};
use super::{
    AcceptedRun, Correction, FinishedPhase, JobEngine, JobHandler, ListCursor, NewPortfolio, Portfolio,
    PortfolioListItem, Quotas, RunKey, RunRecord, Store, StoreError, StoreResult,
};
use crate::server::{
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};

/// A [`Store`] that keeps its data in one SQLite file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Notified when this process adds a job to the queue.
    job_added: Arc<Notify>,
}

impl SqliteStore {
    /// Opens the database at a `sqlite://PATH` URL and migrates its tables. Creates the file and
    /// its folder if they are missing. Waits as long as another process has the database locked.
    ///
    /// # Errors
    /// Returns a message for the operator if the database cannot be opened.
    pub async fn open(url: &str) -> Result<Self, String> {
        let (writer, readers) = open_database::open_database(url).await?;
        Ok(Self { writer, readers, job_added: Arc::default() })
    }

    /// Limits the database file to `max_pages` pages, so that tests can simulate a full disk.
    #[doc(hidden)]
    pub async fn limit_pages(&self, max_pages: u32) -> StoreResult<()> {
        let pragma = AssertSqlSafe(format!("PRAGMA max_page_count = {max_pages}"));
        sqlx::query(pragma).execute(&self.writer).await.map_err(store_error)?;
        Ok(())
    }
}

/// Converts a database error to a [`StoreError`] according to its severity. The message for users
/// does not contain the text of the database error.
fn store_error(error: sqlx::Error) -> StoreError {
    match open_database::severity(&error) {
        Severity::Temporary => StoreError::Busy(Box::new(error)),
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
        let result = jobs::work(&self.writer, handler, self.job_added.clone()).await;
        result.map_err(|error| StoreError::Unavailable(error.into()))
    }

    fn nudge(&self) {
        self.job_added.notify_one();
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

    async fn correct_portfolio(&self, correction: &Correction, quotas: &Quotas) -> StoreResult<AcceptedRun> {
        corrections::correct(&self.writer, correction, quotas).await
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
        sqlx::query("SELECT 1 FROM runs LIMIT 1").fetch_optional(&self.readers).await.map_err(store_error)?;
        Ok(())
    }
}
