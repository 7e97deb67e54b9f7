//! The queue of runs: apalis in the store's own database, over the store's own writing connection.
//!
//! What apalis does by itself and what is done here about it:
//! - its `setup` turns `synchronous` off, so only its migrations are run, in a table of their own;
//! - a worker's name must never be used twice, so each has a name of its own;
//! - a worker looks every 250 ms and whenever this process has accepted a run, and takes one job at a time: several come
//!   in no order;
//! - taking a job already marks it as taken, so it is not marked once more at its start;
//! - its orderly stop waits for ever when more than four jobs end in it, so it is never asked to stop: its jobs stay as
//!   they are, and the next start reclaims them;
//! - while it waits for something else it may rest in the middle of a transaction, so it is always driven on until the
//!   runs have stored their last;
//! - it counts attempts only where a worker lives to say so: a run that kills its workers is found
//!   by its own count instead (`RunRecord::start_count`), and attempts are without limit;
//! - it silently drops a job whose key it already knows, so each insert is counted;
//! - finished jobs are deleted here, since its own way to do so rewrites the whole file.

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

use super::{StoreResult, run_reads, unavailable};
use crate::server::store::{
    StoreError,
    job_engine::{Job, JobHandler},
};

/// How often a worker looks for jobs that another process put there.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A worker that did not say for this often × so many times that it lives has lost its jobs.
const HEARTBEAT: (Duration, usize) = (Duration::from_secs(2), 3);

/// Attempts of a job: no limit of the queue's.
const ATTEMPTS: usize = i32::MAX as usize;

/// The priority of somebody's only run.
const TOP_PRIORITY: u32 = 1_000_000;

/// Brings the queue's tables up to date.
pub(super) async fn migrate(writer: &SqlitePool) -> Result<(), MigrateError> {
    let mut migrator = SqliteStorage::migrations();
    migrator.dangerous_set_table_name("_apalis_migrations");
    migrator.run(writer).await?;
    // A queue from before ids were unique may still hold jobs of deleted runs.
    sqlx::query(
        "UPDATE run_ids SET next = MAX(next, \
         (SELECT COALESCE(MAX(CAST(idempotency_key AS INTEGER)), 0) + 1 FROM Jobs WHERE job_type = ?))",
    )
    .bind(Job::QUEUE)
    .execute(writer)
    .await?;
    Ok(())
}

/// Puts a run into the queue, within the transaction that creates it.
///
/// # Errors
/// Where the queue knows a job of this run already, and so would not hand it out.
pub(super) async fn enqueue(tx: &mut Transaction<'_, Sqlite>, run_id: i64, owner: &str) -> StoreResult<()> {
    if !offer(tx, run_id, owner).await? {
        return Err(StoreError::Unavailable(format!("the queue did not take the job of run {run_id}").into()));
    }
    Ok(())
}

/// Puts a run into the queue unless it has a job there; returns whether it was put there.
async fn offer(tx: &mut Transaction<'_, Sqlite>, run_id: i64, owner: &str) -> StoreResult<bool> {
    let others: u32 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM runs r JOIN portfolios p ON p.id = r.portfolio_id \
         WHERE p.owner = ? AND r.status = 'running' AND r.id <> ?",
    )
    .bind(owner)
    .bind(run_id)
    .fetch_one(&mut **tx)
    .await
    .map_err(unavailable)?;
    let job = Job { run_id, priority: TOP_PRIORITY.saturating_sub(others) };
    let task = TaskBuilder::new(serde_json::to_vec(&job).map_err(|error| StoreError::Unavailable(error.into()))?)
        .priority(job.priority as usize)
        .max_attempts(ATTEMPTS)
        // Due at once, even for a clock that was set back since.
        .run_at_timestamp(0)
        // One job a run, however often it is put here.
        .idempotency_key(run_id.to_string())
        .build();
    queries::push_tasks(&mut **tx, Job::QUEUE, &[task]).await.map_err(refused)?;
    let inserted: i64 = sqlx::query_scalar("SELECT changes()").fetch_one(&mut **tx).await.map_err(unavailable)?;
    Ok(inserted == 1)
}

/// Puts unfinished runs back that have no job, other than those that this process computes; returns
/// their ids.
///
/// A run without a job comes from a defect or from outside the program, such as a job that was
/// acknowledged although its run had not ended. Nothing else would ever start it.
pub(super) async fn requeue_stranded(
    readers: &SqlitePool,
    writer: &SqlitePool,
    under_way: &[i64],
) -> StoreResult<Vec<i64>> {
    // This check needs no write; the transaction below repeats it.
    let mut reading = readers.acquire().await.map_err(unavailable)?;
    if !run_reads::without_job(&mut reading).await?.iter().any(|run| !under_way.contains(&run.run_id)) {
        return Ok(Vec::new());
    }
    drop(reading);
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
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
            .map_err(unavailable)?;
        enqueue(&mut tx, run.run_id, &run.owner).await?;
        requeued.push(run.run_id);
    }
    tx.commit().await.map_err(unavailable)?;
    Ok(requeued)
}

/// Puts every unfinished run back into the queue, whoever had it, and clears away what is done.
pub(super) async fn reclaim(writer: &SqlitePool) -> StoreResult<()> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    // However long ago they were heard of, and whatever the clock says of that.
    queries::reenqueue_orphaned(&mut *tx, i64::MIN, Job::QUEUE, &WorkerFilter::None).await.map_err(unavailable)?;
    delete_finished(&mut tx).await?;
    sqlx::query("DELETE FROM Workers WHERE id NOT IN (SELECT lock_by FROM Jobs WHERE lock_by IS NOT NULL)")
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
    // Runs from before there was a queue.
    for run in run_reads::unfinished(&mut tx).await? {
        offer(&mut tx, run.run_id, &run.owner).await?;
    }
    tx.commit().await.map_err(unavailable)
}

/// Deletes the jobs of runs that are over.
pub(super) async fn delete_finished(tx: &mut Transaction<'_, Sqlite>) -> StoreResult<()> {
    sqlx::query("DELETE FROM Jobs WHERE status IN ('Done', 'Killed')").execute(&mut **tx).await.map_err(unavailable)?;
    Ok(())
}

/// One worker: hands out jobs until the database refuses, or until it is dropped.
pub(super) fn work(
    writer: &SqlitePool,
    handler: Arc<dyn JobHandler>,
    nudged: Arc<Notify>,
) -> impl Future<Output = Result<(), WorkerError>> + Send + 'static {
    let config = Config::default()
        .queue(Job::QUEUE)
        .batch_size(1)
        .lock_tasks(false)
        .heartbeat_interval(HEARTBEAT.0)
        .missed_heartbeats(HEARTBEAT.1);
    let nudges = stream::unfold(nudged, |nudged| async {
        nudged.notified().await;
        Some(((), nudged))
    });
    let strategy = Strategy::new().stream(Box::pin(nudges)).interval(LOOK_EVERY);
    let queue = SqliteStorage::<Job>::new(writer).with_config(config).poll_with_strategy(strategy);
    let worker = WorkerBuilder::new(format!("runs-{}", Uuid::new_v4())).backend(queue).data(handler).build(handle);
    worker.run()
}

async fn handle(job: Job, handler: Data<Arc<dyn JobHandler>>) -> Result<(), Infallible> {
    handler.handle(job).await;
    Ok(())
}

fn refused(error: apalis_sqlite::Error) -> StoreError {
    match error {
        apalis_sqlite::Error::Database(error) => unavailable(error),
        other => StoreError::Unavailable(other.into()),
    }
}
