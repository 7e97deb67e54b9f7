//! The interface of the job queue, which assigns every accepted run to a process that computes it.
//!
//! A run is queued in the same transaction that creates it (`Store::create_portfolio`,
//! `Store::create_attempt`), so every accepted run has a job. The queue may hand out a job more
//! than once. The run's fence then decides which worker may write.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreResult;

/// A job in the queue: a run that has to be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Job {
    pub run_id: i64,
    /// Priority of the job. Jobs with a higher priority are handed out first. The more active runs
    /// the owner had when this run was accepted, the lower the priority.
    pub priority: u32,
}

impl Job {
    /// Name of this queue in the database table of all jobs.
    pub(super) const QUEUE: &str = "runs";
}

/// Processes the jobs that the queue hands out.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Computes the run of a job. Completes once the run has ended or another process has claimed
    /// it. Until then, the job stays in the queue, so that another process takes over if this one
    /// stops.
    async fn handle(&self, job: Job);
}

/// A job queue that hands out each run at least once.
#[async_trait]
pub trait JobEngine: Send + Sync {
    /// Puts every unfinished run back into the queue, even if it was handed out to another process.
    async fn reclaim(&self) -> StoreResult<()>;

    /// Puts unfinished runs that have no job back into the queue, and returns their ids. Skips the
    /// runs in `under_way`, because this process is computing them.
    async fn requeue_stranded(&self, under_way: &[i64]) -> StoreResult<Vec<i64>>;

    /// Hands out jobs, ordered by priority and then by age, until the queue fails or the future is
    /// dropped.
    ///
    /// # Errors
    /// Returns an error if the queue fails. The caller may then call this method again. Runs that
    /// the handler has already started are not affected.
    async fn work(&self, handler: Arc<dyn JobHandler>) -> StoreResult<()>;

    /// Tells the queue to look for jobs immediately, because this process has added one.
    fn nudge(&self);
}
