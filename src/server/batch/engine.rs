//! Who computes a run: the seam, and the engine that uses tasks in this process.
//!
//! A run is in the store before it is given to an engine, so an engine that dies loses nothing: what it left
//! unfinished is given to the next one. Runs beyond the number of workers wait in order, and know their place.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{BatchContext, Control, orchestrator, worker::Workers};
use crate::server::{
    lock::lock,
    store::{StoreError, StoreResult, StoredRun},
};

/// Starts, cancels and stops runs.
#[async_trait]
pub trait JobEngine: Send + Sync {
    /// Takes a stored run. Returns once it can be watched.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn start(&self, run: StoredRun) -> StoreResult<()>;

    /// Cancels the active run of a portfolio; false where there is none here.
    fn cancel(&self, portfolio_id: Uuid) -> bool;

    /// Whether it was told to stop.
    fn is_stopping(&self) -> bool;

    /// Stops all work at the next item, leaves unfinished runs resumable, and returns when all is stored.
    async fn stop(&self);
}

/// Computes runs as tasks of this process.
pub struct InProcess {
    context: BatchContext,
    workers: Workers,
    active: Arc<Mutex<HashMap<Uuid, Control>>>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl InProcess {
    /// An engine with this many workers.
    pub fn new(context: BatchContext, workers: usize) -> Self {
        Self {
            context,
            workers: Workers::new(workers),
            active: Arc::default(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        }
    }
}

#[async_trait]
impl JobEngine for InProcess {
    async fn start(&self, run: StoredRun) -> StoreResult<()> {
        let record = self
            .context
            .store
            .run(&run.owner, run.portfolio_id, Some(run.attempt))
            .await?
            .ok_or(StoreError::NotFound)?;
        let state = record.into_state(self.context.market_data.facts().notice);
        let live = self.context.tracker.insert(state);
        let control = Control::new(self.shutdown.clone());
        lock(&self.active).insert(run.portfolio_id, control.clone());
        let mut worker = self.workers.claim(run.run_id, live.clone());
        // Prices from elsewhere are waited for, not computed: that needs no worker, and must not keep others from one.
        if !self.context.market_data.is_remote() {
            worker.join();
        }
        let (context, active) = (self.context.clone(), self.active.clone());
        self.tasks.spawn(async move {
            orchestrator::run(&context, &run, &live, &control, &mut worker).await;
            lock(&active).remove(&run.portfolio_id);
        });
        Ok(())
    }

    fn cancel(&self, portfolio_id: Uuid) -> bool {
        lock(&self.active).get(&portfolio_id).map(Control::cancel).is_some()
    }

    fn is_stopping(&self) -> bool {
        self.shutdown.is_cancelled()
    }

    async fn stop(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
