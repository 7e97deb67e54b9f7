//! The queue of runs, built on the crate apalis. The queue's tables are part of the store's
//! database, and the queue uses the store's write connection.
//!
//! Pitfalls of apalis, and how this module avoids them:
//! - Its `setup` turns SQLite's `synchronous` setting off. This module therefore only runs its
//!   migrations, and records them in a separate table.
//! - The name of a worker must never be used twice. Each worker therefore gets a unique name.
//! - Jobs that are fetched in one batch come in no particular order. A worker therefore fetches one
//!   job at a time. It looks for a job every 250 ms and whenever this process has accepted a run.
//! - Fetching a job already marks it as taken. By default, apalis marks the job again when it
//!   starts. This module turns that off.
//! - A graceful shutdown waits forever if more than four jobs end while it is in progress. It is
//!   never used: jobs stay in the queue as they are, and the next start of the server reclaims
//!   them.
//! - The future of a worker may be suspended in the middle of a transaction. It is therefore polled
//!   until the runs have stored their final log entries.
//! - An attempt at a job is counted only if the worker survives to report it. The number of
//!   attempts is therefore unlimited, and `RunRecord::start_count` detects a run that kills its
//!   workers.
//! - A new job whose idempotency key already exists is dropped silently. This module therefore
//!   checks each insert.
//! - The built-in cleanup of finished jobs rewrites the whole database file. This module therefore
//!   deletes the jobs itself.

use std::{convert::Infallible, sync::Arc, time::Duration};

use apalis_core::{
    backend::{
        WorkerFilter,
        ext::{BackendExt, poll_strategy::Strategy},
    },
    error::WorkerError,
    task::{builder::TaskBuilder, data::Data},
    worker::builder::WorkerBuilder,
};
use apalis_sqlite::{Config, SqliteStorage, queries};
use futures::stream;
use sqlx::{Sqlite, SqlitePool, Transaction, migrate::MigrateError};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{StoreResult, run_reads, store_error};
use crate::server::store::{
    StoreError,
    job_engine::{Job, JobHandler},
};

/// Time between two checks for jobs that other processes have added.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);

/// Number of heartbeats that a worker may miss before other workers take over its jobs.
const MISSED_HEARTBEATS: usize = 3;

/// Maximum number of attempts at a job. It is so high that the queue never gives up on a run.
const MAX_ATTEMPTS: usize = i32::MAX as usize;

/// Priority of a run whose owner has no other active run.
const TOP_PRIORITY: u32 = 1_000_000;

/// Migrates the database tables of the job queue.
pub(super) async fn migrate(writer: &SqlitePool) -> Result<(), MigrateError> {
    let mut migrator = SqliteStorage::migrations();
    migrator.dangerous_set_table_name("_apalis_migrations");
    migrator.run(writer).await?;
    // In older databases, whose run ids were not unique, jobs of deleted runs may still be in the
    // queue. New run ids start above the ids in these jobs.
    sqlx::query(
        "UPDATE run_ids SET next = MAX(next, \
         (SELECT COALESCE(MAX(CAST(idempotency_key AS INTEGER)), 0) + 1 FROM Jobs WHERE job_type = ?))",
    )
    .bind(Job::QUEUE)
    .execute(writer)
    .await?;
    Ok(())
}

/// Adds a run to the queue, within the transaction that creates the run.
///
/// # Errors
/// Returns an error if the queue already has a job for this run. In that case, the queue drops the
/// new job.
pub(super) async fn enqueue(tx: &mut Transaction<'_, Sqlite>, run_id: i64, owner: &str) -> StoreResult<()> {
    if !try_enqueue(tx, run_id, owner).await? {
        return Err(StoreError::Unavailable(format!("the queue did not accept the job of run {run_id}").into()));
    }
    Ok(())
}

/// Adds a run to the queue unless the queue already has a job for it. Returns whether a job was
/// added.
async fn try_enqueue(tx: &mut Transaction<'_, Sqlite>, run_id: i64, owner: &str) -> StoreResult<bool> {
    let other_runs: u32 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM runs r JOIN portfolios p ON p.id = r.portfolio_id \
         WHERE p.owner = ? AND r.status = 'running' AND r.id <> ?",
    )
    .bind(owner)
    .bind(run_id)
    .fetch_one(&mut **tx)
    .await
    .map_err(store_error)?;
    let job = Job { run_id, priority: TOP_PRIORITY.saturating_sub(other_runs) };
    let task = TaskBuilder::new(serde_json::to_vec(&job).map_err(|error| StoreError::Unavailable(error.into()))?)
        .priority(job.priority as usize)
        .max_attempts(MAX_ATTEMPTS)
        // Makes the job due immediately, even if the clock is set back later.
        .run_at_timestamp(0)
        // Limits the queue to one job per run, no matter how often the run is added.
        .idempotency_key(run_id.to_string())
        .build();
    queries::push_tasks(&mut **tx, Job::QUEUE, &[task]).await.map_err(queue_error)?;
    let inserted: i64 = sqlx::query_scalar("SELECT changes()").fetch_one(&mut **tx).await.map_err(store_error)?;
    Ok(inserted == 1)
}

/// Puts unfinished runs that have no job back into the queue, and returns their ids. Skips the runs
/// in `under_way`, because this process is computing them.
///
/// A run loses its job only through a bug or through a change from outside the program, for example
/// if a job is acknowledged before its run has ended. Without this function, such a run would never
/// be started again.
pub(super) async fn requeue_stranded(
    readers: &SqlitePool,
    writer: &SqlitePool,
    under_way: &[i64],
) -> StoreResult<Vec<i64>> {
    // The first check only reads, so it needs no write lock. The transaction below checks again.
    let mut reading = readers.acquire().await.map_err(store_error)?;
    if !run_reads::without_job(&mut reading).await?.iter().any(|run| !under_way.contains(&run.run_id)) {
        return Ok(Vec::new());
    }
    drop(reading);
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let mut requeued = Vec::new();
    for run in run_reads::without_job(&mut tx).await? {
        if under_way.contains(&run.run_id) {
            continue;
        }
        sqlx::query("DELETE FROM Jobs WHERE job_type = ? AND idempotency_key = ?")
            .bind(Job::QUEUE)
            .bind(run.run_id.to_string())
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
        enqueue(&mut tx, run.run_id, &run.owner).await?;
        requeued.push(run.run_id);
    }
    tx.commit().await.map_err(store_error)?;
    Ok(requeued)
}

/// Puts every unfinished run back into the queue, even if it was handed out to another worker.
/// Deletes finished jobs, and workers without jobs.
pub(super) async fn reclaim(writer: &SqlitePool) -> StoreResult<()> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    // With `i64::MIN`, the jobs of all workers are reclaimed, no matter when their most recent
    // heartbeat was and what the clock says.
    queries::reenqueue_orphaned(&mut *tx, i64::MIN, Job::QUEUE, &WorkerFilter::None).await.map_err(store_error)?;
    delete_finished(&mut tx).await?;
    sqlx::query("DELETE FROM Workers WHERE id NOT IN (SELECT lock_by FROM Jobs WHERE lock_by IS NOT NULL)")
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    // Runs from older versions of this program, which had no queue, do not have jobs yet.
    for run in run_reads::unfinished(&mut tx).await? {
        try_enqueue(&mut tx, run.run_id, &run.owner).await?;
    }
    tx.commit().await.map_err(store_error)
}

/// Deletes the jobs of finished runs.
pub(super) async fn delete_finished(tx: &mut Transaction<'_, Sqlite>) -> StoreResult<()> {
    sqlx::query("DELETE FROM Jobs WHERE status IN ('Done', 'Killed')").execute(&mut **tx).await.map_err(store_error)?;
    Ok(())
}

/// Starts a worker that hands out jobs until the database fails or its future is dropped.
pub(super) fn work(
    writer: &SqlitePool,
    handler: Arc<dyn JobHandler>,
    job_added: Arc<Notify>,
) -> impl Future<Output = Result<(), WorkerError>> + Send + 'static {
    let config = Config::default()
        .queue(Job::QUEUE)
        .batch_size(1)
        .lock_tasks(false)
        .heartbeat_interval(HEARTBEAT_INTERVAL)
        .missed_heartbeats(MISSED_HEARTBEATS);
    let notifications = stream::unfold(job_added, |job_added| async {
        job_added.notified().await;
        Some(((), job_added))
    });
    let strategy = Strategy::new().stream(Box::pin(notifications)).interval(POLL_INTERVAL);
    let queue = SqliteStorage::<Job>::new(writer).with_config(config).poll_with_strategy(strategy);
    let worker = WorkerBuilder::new(format!("runs-{}", Uuid::new_v4())).backend(queue).data(handler).build(handle);
    worker.run()
}

async fn handle(job: Job, handler: Data<Arc<dyn JobHandler>>) -> Result<(), Infallible> {
    handler.handle(job).await;
    Ok(())
}

fn queue_error(error: apalis_sqlite::Error) -> StoreError {
    match error {
        apalis_sqlite::Error::Database(error) => store_error(error),
        other => StoreError::Unavailable(other.into()),
    }
}
