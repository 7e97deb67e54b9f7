//! The embedded store: one SQLite file.
//!
//! WAL with `synchronous=FULL`: what was committed survives a kill and a power cut. One connection writes,
//! others read beside it, so that a slow writer never holds up a reader. `busy_timeout` is how long a lock of
//! another process is waited for before the store counts as unavailable.

mod jobs;
mod portfolios;
mod prices;
mod rows;
mod run_reads;
mod run_writes;
#[cfg(test)]
mod tests;

use std::{path::Path, str::FromStr, sync::Arc, time::Duration};

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Connection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    FinishedPhase, JobEngine, JobHandler, NewPortfolio, Portfolio, PortfolioListItem, RunKey, RunRecord, Store,
    StoreError, StoreResult, StoredOutput, StoredRun,
};
use crate::{
    server::tracker::{Entry, RunState},
    status::Phase,
};

/// How long a lock held by another process is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A [`Store`] in one SQLite file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// A run was put into the queue here.
    nudged: Arc<Notify>,
}

impl SqliteStore {
    /// Opens the database at a `sqlite://PATH` URL, creating file and folder, and brings its tables up to date.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn open(url: &str) -> Result<Self, String> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|error| format!("DATABASE_URL={url} is not a SQLite address: {error}"))?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        if let Some(folder) = options.get_filename().parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("The folder of DATABASE_URL={url} cannot be created: {error}"))?;
        }
        let failed = |error: sqlx::Error| format!("The database DATABASE_URL={url} cannot be opened: {error}");
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(BUSY_TIMEOUT * 2)
                // A full disk ends a transaction behind the driver's back; a connection that still believes in it is
                // of no more use.
                .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        };
        let writer = pool(1).connect_with(options.clone()).await.map_err(failed)?;
        let outdated = |error| format!("The tables of DATABASE_URL={url} cannot be brought up to date: {error}");
        sqlx::migrate!("migrations/sqlite").run(&writer).await.map_err(outdated)?;
        jobs::migrate(&writer).await.map_err(outdated)?;
        let readers = pool(4).connect_with(options.read_only(true)).await.map_err(failed)?;
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

/// Codes of SQLite for what passes by itself or once an operator has made room: busy, locked, full.
const PASSING: [i32; 3] = [5, 6, 13];

/// Whatever the database says is for the log; a person is told that it did not answer.
fn unavailable(error: sqlx::Error) -> StoreError {
    let passing = match &error {
        sqlx::Error::PoolTimedOut => true,
        // The low byte is the code, the others say more of it.
        sqlx::Error::Database(database) => database
            .code()
            .and_then(|code| code.parse::<i32>().ok())
            .is_some_and(|code| PASSING.contains(&(code & 0xff))),
        _ => false,
    };
    if passing { StoreError::Busy(Box::new(error)) } else { StoreError::Unavailable(Box::new(error)) }
}

#[async_trait]
impl JobEngine for SqliteStore {
    async fn reclaim(&self) -> StoreResult<()> {
        jobs::reclaim(&self.writer).await
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
    async fn create_portfolio(&self, new: &NewPortfolio) -> StoreResult<StoredRun> {
        portfolios::create(&self.writer, new).await
    }

    async fn create_attempt(
        &self,
        owner: &str,
        portfolio_id: Uuid,
        from_start: bool,
        idempotency_key: Option<&str>,
        now_ms: i64,
    ) -> StoreResult<StoredRun> {
        portfolios::create_attempt(&self.writer, owner, portfolio_id, from_start, idempotency_key, now_ms).await
    }

    async fn portfolio(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<Option<Portfolio>> {
        portfolios::one(&self.readers, owner, portfolio_id).await
    }

    async fn portfolios(&self, owner: &str) -> StoreResult<Vec<PortfolioListItem>> {
        portfolios::list(&self.readers, owner).await
    }

    async fn delete_portfolio(&self, owner: &str, portfolio_id: Uuid) -> StoreResult<()> {
        portfolios::delete(&self.writer, owner, portfolio_id).await
    }

    async fn run(&self, owner: &str, portfolio_id: Uuid, attempt: Option<u32>) -> StoreResult<Option<RunRecord>> {
        run_reads::run(&self.readers, owner, portfolio_id, attempt).await
    }

    async fn entries(&self, owner: &str, portfolio_id: Uuid, attempt: u32, line: u64) -> StoreResult<Vec<Entry>> {
        run_reads::entries(&self.readers, owner, portfolio_id, attempt, line).await
    }

    async fn outputs(&self, owner: &str, portfolio_id: Uuid, attempt: u32) -> StoreResult<Vec<StoredOutput>> {
        run_reads::outputs(&self.readers, owner, portfolio_id, attempt).await
    }

    async fn unfinished_run(&self, run_id: i64) -> StoreResult<Option<StoredRun>> {
        run_reads::unfinished_run(&self.readers, run_id).await
    }

    async fn take_run(&self, run_id: i64, data_notice: Option<&str>) -> StoreResult<RunKey> {
        run_writes::take(&self.writer, run_id, data_notice).await
    }

    async fn append(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        run_writes::append(&self.writer, key, state).await
    }

    async fn give_back(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        run_writes::give_back(&self.writer, key, state).await
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
