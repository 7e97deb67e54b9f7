//! The seam to a job queue: it hands every accepted run to a process that computes it.
//!
//! A run enters the queue in the transaction that creates it (`Store::create_portfolio`, `Store::create_attempt`), so
//! none is accepted and forgotten. It may be handed out more than once; the run's epoch decides who may write.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreResult;

/// A run that is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Job {
    /// Which run.
    pub run_id: i64,
    /// Higher goes first. Falls with the number of runs that its owner had active when it was accepted.
    pub priority: u32,
}

impl Job {
    /// The queue's name in the jobs table.
    pub(super) const QUEUE: &str = "runs";
}

/// Takes jobs.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// Computes the run of a job. Returns once the run is over or nobody's any more; until then the job stays in the
    /// queue, for another process if this one stops.
    async fn handle(&self, job: Job);
}

/// Hands out runs, at least once each.
#[async_trait]
pub trait JobEngine: Send + Sync {
    /// Puts every unfinished run back into the queue, whoever had it before.
    async fn reclaim(&self) -> StoreResult<()>;

    /// Puts runs back that are unfinished and have no job, and are not among those that this
    /// process computes. Returns their ids.
    async fn requeue_stranded(&self, under_way: &[i64]) -> StoreResult<Vec<i64>>;

    /// Hands out jobs, by priority and age, for as long as the queue answers or until it is dropped.
    ///
    /// # Errors
    /// When the queue does not answer any more. What the handler began is its own to go on with; call it again.
    async fn work(&self, handler: Arc<dyn JobHandler>) -> StoreResult<()>;

    /// This process has put a run into the queue: look at once.
    fn nudge(&self);
}
