//! The interface of the job queue, which hands every accepted run to a process that computes it.
//!
//! A run enters the queue in the transaction that creates it (`Store::create_portfolio`,
//! `Store::create_attempt`), so every accepted run has a job. A job may be handed out more than
//! once; the run's fence decides which worker may write.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreResult;

/// A run in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Job {
    pub run_id: i64,
    /// Jobs with a higher priority are handed out first. The priority is lower the more active runs
    /// the owner had when this run was accepted.
    pub priority: u32,
}

impl Job {
    /// Name of the queue in the jobs table.
    pub(super) const QUEUE: &str = "runs";
}

/// Handles the jobs that the queue hands out.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Computes the run of a job. Returns once the run has ended or this process has lost it. Until
    /// then the job stays in the queue, so that another process gets it if this one stops.
    async fn handle(&self, job: Job);
}

/// A job queue that hands out each run at least once.
#[async_trait]
pub trait JobEngine: Send + Sync {
    /// Puts every unfinished run back into the queue, including runs that other processes had
    /// taken.
    async fn reclaim(&self) -> StoreResult<()>;

    /// Puts unfinished runs that have no job back into the queue, and returns their ids. The runs
    /// in `under_way` are left out, because this process computes them.
    async fn requeue_stranded(&self, under_way: &[i64]) -> StoreResult<Vec<i64>>;

    /// Hands out jobs by priority and age, until the queue fails or the future is dropped.
    ///
    /// # Errors
    /// When the queue fails. The caller may call this method again; runs that the handler has
    /// started are not affected.
    async fn work(&self, handler: Arc<dyn JobHandler>) -> StoreResult<()>;

    /// Makes the queue look for jobs at once, because this process has added one.
    fn nudge(&self);
}
