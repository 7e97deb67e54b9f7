//! The runs that this process computes: taken from the queue, cancelled, stopped.
//!
//! The queue ([`JobEngine`]) hands runs out, and each becomes a task of this process. The task
//! outlives the queue's worker: if the database is locked for so long that the worker gives up,
//! another worker is started and the runs continue. A run that is handed out again is recognized
//! and not started twice. Runs beyond the number of compute slots wait in the line.

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

/// How long a queue that does not answer is left alone.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How often runs that have lost their job are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(3);

/// How long stopping may take: what is not stored by then is computed again by the next process.
const STOP_WITHIN: Duration = Duration::from_secs(8);

/// Computes runs.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    context: BatchContext,
    queue: Arc<dyn JobEngine>,
    slots: ComputeSlots,
    under_way: Mutex<HashMap<i64, UnderWay>>,
    runs: TaskTracker,
    /// Ends the runs.
    shutdown: CancellationToken,
    taking_jobs: TaskTracker,
    /// Ends the taking of jobs, after the runs have stored their last.
    stop_taking_jobs: CancellationToken,
    /// Set once everything has stopped.
    stopped: OnceCell<()>,
    is_taking_jobs: AtomicBool,
}

/// A run that is being computed here.
#[derive(Clone)]
struct UnderWay {
    portfolio_id: Uuid,
    control: Control,
    /// Whether it has ended; closed when its task is gone.
    ended: watch::Receiver<bool>,
}

impl Engine {
    /// An engine with this many compute slots, which takes no jobs yet.
    pub fn new(context: BatchContext, queue: Arc<dyn JobEngine>, slots: usize) -> Self {
        let shared = Shared {
            context,
            queue,
            slots: ComputeSlots::new(slots),
            under_way: Mutex::default(),
            runs: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            taking_jobs: TaskTracker::new(),
            stop_taking_jobs: CancellationToken::new(),
            stopped: OnceCell::new(),
            is_taking_jobs: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Takes jobs from now on, beginning with what an earlier process left.
    pub fn start(&self) {
        self.shared.taking_jobs.spawn(take_jobs(self.clone()));
        self.shared.taking_jobs.spawn(sweep(self.clone()));
    }

    /// A run was put into the queue by this process.
    pub fn accepted(&self) {
        self.shared.queue.nudge();
    }

    /// Cancels the run of a portfolio; false where none is computed here.
    pub fn cancel(&self, portfolio_id: Uuid) -> bool {
        let under_way = lock(&self.shared.under_way);
        under_way.values().find(|run| run.portfolio_id == portfolio_id).map(|run| run.control.cancel()).is_some()
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.shared.shutdown.is_cancelled()
    }

    /// Whether new runs would be taken now.
    pub fn is_taking_jobs(&self) -> bool {
        self.shared.is_taking_jobs.load(Ordering::Relaxed)
    }

    /// Stops all work at the next item, leaves unfinished runs to the next process, and returns when all is stored.
    /// Called again, waits for the same.
    pub async fn stop(&self) {
        self.shared.stopped.get_or_init(|| self.stop_once()).await;
    }

    async fn stop_once(&self) {
        let Shared { runs, shutdown, taking_jobs, stop_taking_jobs, .. } = self.shared.as_ref();
        shutdown.cancel();
        runs.close();
        taking_jobs.close();
        if tokio::time::timeout(STOP_WITHIN, runs.wait()).await.is_err() {
            tracing::error!("not everything was stored in time; the next start computes it again");
        }
        stop_taking_jobs.cancel();
        taking_jobs.wait().await;
    }
}

#[async_trait]
impl JobHandler for Engine {
    /// Computes a run, or waits for the end of one that is computed already.
    async fn handle(&self, job: Job) {
        let ended = loop {
            if self.is_stopping() {
                break None;
            }
            let known = lock(&self.shared.under_way).get(&job.run_id).cloned();
            match known {
                Some(known) => break Some(known.ended),
                None => match self.begin(job).await {
                    Ok(ended) => break ended,
                    Err(error) => {
                        tracing::warn!(run_id = job.run_id, ?error, "a run could not be read; trying again");
                        tokio::time::sleep(RETRY_AFTER).await;
                    }
                },
            }
        };
        if let Some(mut ended) = ended {
            // A task that is gone has ended too.
            let _ = ended.wait_for(|ended| *ended).await;
        }
        if self.is_stopping() {
            // The job is for the next process.
            std::future::pending::<()>().await;
        }
    }
}

impl Engine {
    /// Starts to compute a run; returns what tells its end, or `None` for a run that is over.
    async fn begin(&self, job: Job) -> StoreResult<Option<watch::Receiver<bool>>> {
        let Shared { context, slots, under_way, runs, shutdown, .. } = self.shared.as_ref();
        // From here on nobody else writes to it, also while it waits in the line.
        let Some((key, run)) = context.store.claim_run(job.run_id).await? else { return Ok(None) };
        let RunRecord { from_start, start_count, furthest, .. } = run;
        let mut state = run.into_claimed_state(context.market_data.facts().notice);
        if state.last_line > 0 {
            // What an earlier process said is as much part of its log.
            let in_memory_from = state.last_line.saturating_sub(ENTRIES_IN_MEMORY as u64);
            let RunIdentity { owner, attempt, .. } = &state.identity;
            state.entries =
                context.store.entries(Viewer::Owner(owner), key.portfolio_id, *attempt, in_memory_from).await?;
        }
        let live = context.tracker.insert(state);
        let (control, (end, ended)) = (Control::new(shutdown.clone()), watch::channel(false));
        let entry = UnderWay { portfolio_id: key.portfolio_id, control: control.clone(), ended: ended.clone() };
        lock(under_way).insert(key.run_id, entry);
        let mut slot = slots.claim(key.run_id, job.priority, live.clone());
        // Prices from elsewhere are waited for, not computed: that needs no slot, and must not keep
        // others from one.
        if !context.market_data.is_remote() {
            slot.join();
        }
        let engine = self.clone();
        let active = ActiveRun { context: context.clone(), from_start, start_count, furthest, key, live, control };
        runs.spawn(async move {
            orchestrator::run(&active, &mut slot).await;
            drop(slot);
            lock(&engine.shared.under_way).remove(&job.run_id);
            end.send_replace(true);
        });
        Ok(Some(ended))
    }
}

/// Puts runs back into the queue that have neither a job nor a worker, until the engine stops.
async fn sweep(engine: Engine) {
    let Shared { queue, shutdown, under_way, .. } = engine.shared.as_ref();
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = shutdown.cancelled() => return,
        }
        let computed_here: Vec<i64> = lock(under_way).keys().copied().collect();
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

/// Takes jobs until the engine stops, however often the queue fails meanwhile.
async fn take_jobs(engine: Engine) {
    let Shared { context, queue, stop_taking_jobs, is_taking_jobs, .. } = engine.shared.as_ref();
    let handler = Arc::new(engine.clone());
    let mut is_reclaimed = false;
    loop {
        let work = async {
            if is_reclaimed {
                // A small write shows whether it answers again.
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
            tracing::warn!(?error, "the queue of setups does not answer; asking again");
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_AFTER) => {}
            () = stop_taking_jobs.cancelled() => return,
        }
    }
}
