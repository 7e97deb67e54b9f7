//! The interface of the job queue, which hands every accepted run to a process that computes it.
//!
//! A run enters the queue in the transaction that creates it (`Store::create_portfolio`,
//! `Store::create_attempt`), so every accepted run has a job. A job may be handed out more than
//! once; the run's fence decides which worker may write.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreResult;

/// An entry of the job queue, for a run that has to be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Job {
    pub run_id: i64,
    /// Jobs with a higher priority are handed out first. The more active runs the owner had when
    /// this run was accepted, the lower is the priority.
    pub priority: u32,
}

impl Job {
    /// Name of this queue in the database table of jobs.
    pub(super) const QUEUE: &str = "runs";
}

/// Handles the jobs that the queue hands out.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Computes the run of a job. Returns once the run has ended or another process has claimed it.
    /// Until then, the job stays in the queue, so that another process gets the job if this one
    /// stops.
    async fn handle(&self, job: Job);
}

/// A job queue that hands out each run at least once.
#[async_trait]
pub trait JobEngine: Send + Sync {
    /// Puts every unfinished run back into the queue, including runs that were handed out to other
    /// processes.
    async fn reclaim(&self) -> StoreResult<()>;

    /// Puts unfinished runs that have no job back into the queue, and returns their ids. The runs
    /// in `under_way` are left out, because this process is computing them.
    async fn requeue_stranded(&self, under_way: &[i64]) -> StoreResult<Vec<i64>>;

    /// Hands out jobs by priority and age, until the queue fails or the future is dropped.
    ///
    /// # Errors
    /// Returns an error if the queue fails. The caller may call this method again. Runs that the
    /// handler has already started are not affected.
    async fn work(&self, handler: Arc<dyn JobHandler>) -> StoreResult<()>;

    /// Makes the queue look for jobs immediately, because this process has added one.
    fn nudge(&self);
}
