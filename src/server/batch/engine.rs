//! Who computes a run: the seam, and the engine that uses tasks in this process.
//!
//! A run is in the store before it is given to an engine, so an engine that dies loses nothing: what it left
//! unfinished is given to the next one. Runs beyond the number of workers wait in order, and know their place.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{BatchContext, Control, orchestrator};
use crate::server::{
    store::{StoreError, StoreResult, StoredRun},
    tracker::{Event, LiveRun},
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
    workers: Arc<Semaphore>,
    line: Arc<Line>,
    active: Arc<Mutex<HashMap<Uuid, Control>>>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl InProcess {
    /// An engine with this many workers.
    pub fn new(context: BatchContext, workers: usize) -> Self {
        Self {
            context,
            workers: Arc::new(Semaphore::new(workers.max(1))),
            line: Arc::default(),
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
        locked(&self.active).insert(run.portfolio_id, control.clone());
        let free = self.workers.clone().try_acquire_owned().ok();
        let place = free.is_none().then(|| self.line.join(run.run_id, live.clone()));
        let (context, workers, active) = (self.context.clone(), self.workers.clone(), self.active.clone());
        self.tasks.spawn(async move {
            let permit = if free.is_some() {
                free
            } else {
                tokio::select! {
                    permit = workers.acquire_owned() => permit.ok(),
                    // A run cancelled while it waits still ends through the orchestrator, which needs no worker for it.
                    () = control.stopped() => None,
                }
            };
            drop(place);
            orchestrator::run(&context, &run, &live, &control).await;
            locked(&active).remove(&run.portfolio_id);
            drop(permit);
        });
        Ok(())
    }

    fn cancel(&self, portfolio_id: Uuid) -> bool {
        locked(&self.active).get(&portfolio_id).map(Control::cancel).is_some()
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

/// The runs that wait for a worker, in order.
#[derive(Default)]
struct Line {
    waiting: Mutex<Vec<(i64, LiveRun)>>,
}

/// A place in the line; dropping it lets the others move up.
struct Place {
    line: Arc<Line>,
    run_id: i64,
}

impl Line {
    fn join(self: &Arc<Self>, run_id: i64, live: LiveRun) -> Place {
        let mut waiting = locked(&self.waiting);
        waiting.push((run_id, live));
        Self::announce(&waiting);
        Place { line: self.clone(), run_id }
    }

    /// Tells each waiting run its place, from 1.
    fn announce(waiting: &[(i64, LiveRun)]) {
        for (before, (_, live)) in waiting.iter().enumerate() {
            let position = u32::try_from(before + 1).ok();
            if live.read(|state| state.queue_position) != position {
                live.report(Event::Queued(position));
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = locked(&self.line.waiting);
        if let Some(at) = waiting.iter().position(|(run_id, _)| *run_id == self.run_id) {
            let (_, live) = waiting.remove(at);
            live.report(Event::Queued(None));
        }
        Line::announce(&waiting);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
