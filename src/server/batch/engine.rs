//! Manages the runs of this process: claims them from the job queue, computes them, cancels them
//! and stops them.
//!
//! The queue ([`JobEngine`]) hands out runs, and each run becomes a task of this process. The task
//! outlives the queue's worker: if the database is locked for so long that the worker gives up, the
//! queue starts another worker and the runs continue. If the queue then hands out a run that is
//! already being computed here, the run is not started twice. Runs beyond the number of compute
//! slots wait for a slot.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::{OnceCell, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{ActiveRun, BatchContext, Control, compute_slots::ComputeSlots, orchestrator};
use crate::server::{
    store::{Job, JobEngine, JobHandler, RunRecord, StoreResult},
    tracker::{ENTRIES_IN_MEMORY, RunIdentity},
    util::{lock::lock, viewer::Viewer},
};

/// Delay before retrying after the job queue has failed or a run could not be claimed.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Interval between searches for runs whose job is missing from the queue.
const SWEEP_INTERVAL: Duration = Duration::from_secs(3);

/// Maximum time that a shutdown waits for the runs to stop. Results that are not stored by then are
/// computed again by the next process.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);

/// Computes the runs of this process.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    context: BatchContext,
    queue: Arc<dyn JobEngine>,
    slots: ComputeSlots,
    computed_runs: Mutex<HashMap<i64, ComputedRun>>,
    runs: TaskTracker,
    /// Tells the runs to stop when the engine shuts down.
    shutdown: CancellationToken,
    taking_jobs: TaskTracker,
    /// Tells the engine to stop claiming jobs. It is cancelled after the runs have stopped or the
    /// shutdown's time limit is reached.
    stop_taking_jobs: CancellationToken,
    /// Set once the shutdown is complete.
    stopped: OnceCell<()>,
    is_taking_jobs: AtomicBool,
}

/// A run that this process is computing.
#[derive(Clone)]
struct ComputedRun {
    portfolio_id: Uuid,
    control: Control,
    /// Becomes `true` when the run has ended. The channel is closed when the run's task is gone.
    ended: watch::Receiver<bool>,
}

impl Engine {
    /// Creates an engine with `slots` compute slots. It does not claim jobs until it is started.
    pub fn new(context: BatchContext, queue: Arc<dyn JobEngine>, slots: usize) -> Self {
        let shared = Shared {
            context,
            queue,
            slots: ComputeSlots::new(slots),
            computed_runs: Mutex::default(),
            runs: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            taking_jobs: TaskTracker::new(),
            stop_taking_jobs: CancellationToken::new(),
            stopped: OnceCell::new(),
            is_taking_jobs: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Starts claiming jobs, beginning with those that an earlier process left unfinished.
    pub fn start(&self) {
        self.shared.taking_jobs.spawn(take_jobs(self.clone()));
        self.shared.taking_jobs.spawn(sweep(self.clone()));
    }

    /// Makes the queue look for jobs immediately. Called after this process has enqueued a run.
    pub fn wake_queue(&self) {
        self.shared.queue.nudge();
    }

    /// Cancels the active run of a portfolio. Returns `false` if this process is not computing one.
    pub fn cancel(&self, portfolio_id: Uuid) -> bool {
        let computed_runs = lock(&self.shared.computed_runs);
        computed_runs.values().find(|run| run.portfolio_id == portfolio_id).map(|run| run.control.cancel()).is_some()
    }

    /// Returns whether the engine is shutting down.
    pub fn is_stopping(&self) -> bool {
        self.shared.shutdown.is_cancelled()
    }

    /// Returns whether the engine is claiming jobs now.
    pub fn is_taking_jobs(&self) -> bool {
        self.shared.is_taking_jobs.load(Ordering::Relaxed)
    }

    /// Shuts the engine down. Each run stops after the item that it is processing, and unfinished
    /// runs are left to the next process. Returns when the runs have stopped or a time limit is
    /// reached. Further calls wait for the same shutdown.
    pub async fn stop(&self) {
        self.shared.stopped.get_or_init(|| self.stop_once()).await;
    }

    async fn stop_once(&self) {
        let Shared { runs, shutdown, taking_jobs, stop_taking_jobs, .. } = self.shared.as_ref();
        shutdown.cancel();
        runs.close();
        taking_jobs.close();
        if tokio::time::timeout(STOP_TIMEOUT, runs.wait()).await.is_err() {
            tracing::error!("shutdown timed out; next start computes again what is not stored");
        }
        stop_taking_jobs.cancel();
        taking_jobs.wait().await;
    }
}

#[async_trait]
impl JobHandler for Engine {
    /// Computes the run of a job. If this process is already computing it, only waits for its end.
    async fn handle(&self, job: Job) {
        let ended = loop {
            if self.is_stopping() {
                break None;
            }
            let known = lock(&self.shared.computed_runs).get(&job.run_id).cloned();
            match known {
                Some(known) => break Some(known.ended),
                None => match self.begin(job).await {
                    Ok(ended) => break ended,
                    Err(error) => {
                        tracing::warn!(run_id = job.run_id, ?error, "claiming run failed; retrying");
                        tokio::time::sleep(RETRY_AFTER).await;
                    }
                },
            }
        };
        if let Some(mut ended) = ended {
            // A closed channel means that the run's task is gone, so the run has ended too.
            let _ = ended.wait_for(|ended| *ended).await;
        }
        if self.is_stopping() {
            // During a shutdown, this function never returns. Otherwise the queue would treat the
            // job as done, and the next process would not find it.
            std::future::pending::<()>().await;
        }
    }
}

impl Engine {
    /// Starts computing a run. Returns a channel that reports its end, or `None` if the run is
    /// already over.
    async fn begin(&self, job: Job) -> StoreResult<Option<watch::Receiver<bool>>> {
        let Shared { context, slots, computed_runs, runs, shutdown, .. } = self.shared.as_ref();
        // Once the run is claimed, no other process may write to it, even while it waits for a
        // slot.
        let Some((key, run)) = context.store.claim_run(job.run_id).await? else { return Ok(None) };
        let RunRecord { from_start, start_count, furthest, .. } = run;
        let mut state = run.into_claimed_state(context.market_data.facts().notice);
        if state.last_line > 0 {
            // If an earlier process has stored log entries of this run, the newest ones are loaded,
            // so that the log in memory continues the stored log.
            let in_memory_from = state.last_line.saturating_sub(ENTRIES_IN_MEMORY as u64);
            let RunIdentity { owner, attempt, .. } = &state.identity;
            state.entries =
                context.store.entries(Viewer::Owner(owner), key.portfolio_id, *attempt, in_memory_from).await?;
        }
        let live = context.tracker.insert(state);
        let (control, (end, ended)) = (Control::new(shutdown.clone()), watch::channel(false));
        let entry = ComputedRun { portfolio_id: key.portfolio_id, control: control.clone(), ended: ended.clone() };
        lock(computed_runs).insert(key.run_id, entry);
        let mut slot = slots.claim(key.run_id, job.priority, live.clone());
        // If prices come from a remote source, the run first waits for them and computes nothing.
        // It takes no compute slot during that time, so other runs can use it.
        if !context.market_data.is_remote() {
            slot.join();
        }
        let engine = self.clone();
        let active = ActiveRun { context: context.clone(), from_start, start_count, furthest, key, live, control };
        runs.spawn(async move {
            orchestrator::run(&active, &mut slot).await;
            drop(slot);
            lock(&engine.shared.computed_runs).remove(&job.run_id);
            end.send_replace(true);
        });
        Ok(Some(ended))
    }
}

/// Until the engine stops, periodically requeues runs that have neither a job nor a worker.
async fn sweep(engine: Engine) {
    let Shared { queue, shutdown, computed_runs, .. } = engine.shared.as_ref();
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP_INTERVAL) => {}
            () = shutdown.cancelled() => return,
        }
        let computed_here: Vec<i64> = lock(computed_runs).keys().copied().collect();
        match queue.requeue_stranded(&computed_here).await {
            Ok(requeued) if requeued.is_empty() => {}
            Ok(requeued) => {
                tracing::error!(run_ids = ?requeued, "runs without a job requeued");
                queue.nudge();
            }
            Err(error) => tracing::warn!(?error, "sweep for runs without a job failed; retrying"),
        }
    }
}

/// Claims jobs until the engine stops. If the queue fails, retries after a delay.
async fn take_jobs(engine: Engine) {
    let Shared { context, queue, stop_taking_jobs, is_taking_jobs, .. } = engine.shared.as_ref();
    let handler = Arc::new(engine.clone());
    let mut is_reclaimed = false;
    loop {
        let work = async {
            if is_reclaimed {
                // After the queue has failed, the engine makes this small write to find out whether
                // the database is available again.
                context.store.purge(0).await?;
            } else {
                queue.reclaim().await?;
                is_reclaimed = true;
            }
            is_taking_jobs.store(true, Ordering::Relaxed);
            queue.work(handler.clone()).await
        };
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = stop_taking_jobs.cancelled() => return,
        };
        is_taking_jobs.store(false, Ordering::Relaxed);
        if let Err(error) = outcome {
            tracing::warn!(?error, "job queue failed; retrying");
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_AFTER) => {}
            () = stop_taking_jobs.cancelled() => return,
        }
    }
}
