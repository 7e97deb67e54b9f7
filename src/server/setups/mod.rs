//! Operations on setups (the runs of users' portfolios), shared by the pages, their status polls
//! and the REST API.
//!
//! Every operation on a portfolio takes the portfolio's id and a user. Only the owner may change a
//! portfolio; a [`Viewer`] may read it. Reads use the run in memory if there is one, and otherwise
//! the store.

mod links;
mod log_pages;
mod run_lists;
mod status_reads;

pub use links::{LinkToken, MAX_LINK_HOURS, NewLinkToken, SharedRun};
pub use status_reads::{Shown, StatusQuery};

use std::{sync::Arc, time::Duration};

use status::{RunError, RunStatus};
use uuid::Uuid;

use crate::server::{
    batch::{BatchContext, Engine, Outputs},
    market_data::MarketData,
    metrics::Metrics,
    results::{RunResults, cache::RecentResults},
    store::{
        AcceptedRun, Correction, JobEngine, ListCursor, NewPortfolio, Portfolio, PortfolioListItem, QueueState, Quotas,
        Store, StoreError, StoreResult,
    },
    tracker::{Tracker, support},
    util::{clock, computing::Computing, viewer::Viewer},
};

/// Maximum time that a request to start a run waits for the queue to hand out the run.
const QUEUE_WAIT: Duration = Duration::from_millis(250);

/// Maximum time that a cancellation waits for the queue to hand out the run to be cancelled.
const CANCEL_WAIT: Duration = Duration::from_secs(1);

/// Interval at which [`SetupService::wait_briefly_for_completion`] and [`SetupService::cancel`]
/// check the run's status.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Starts, watches and reads the setups of all users.
#[derive(Clone)]
pub struct SetupService {
    context: BatchContext,
    engine: Engine,
    recent: RecentResults,
    computing: Computing,
    quotas: Quotas,
}

impl SetupService {
    /// Creates a service that computes at most `workers` runs at once. `risk_free_rate` is
    /// effective, as a fraction per year.
    pub fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn JobEngine>,
        market_data: Arc<dyn MarketData>,
        workers: usize,
        risk_free_rate: f64,
    ) -> Self {
        let (tracker, metrics) = (Tracker::default(), Metrics::default());
        let context = BatchContext { store, tracker, market_data, metrics, risk_free_rate };
        let engine = Engine::new(context.clone(), queue, workers);
        let (recent, computing) = (RecentResults::default(), Computing::default());
        Self { engine, context, recent, computing, quotas: Quotas::UNLIMITED }
    }

    /// Sets the limits that apply to each user.
    #[must_use]
    pub fn limited_to(self, quotas: Quotas) -> Self {
        Self { quotas, ..self }
    }

    pub fn market_data(&self) -> &dyn MarketData {
        self.context.market_data.as_ref()
    }

    /// Returns the limits that apply to each user.
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    pub fn store(&self) -> &dyn Store {
        self.context.store.as_ref()
    }

    /// Returns the pool that runs long computations, such as parsing and serializing.
    pub fn computing(&self) -> &Computing {
        &self.computing
    }

    /// Returns the tracker of the runs that are in memory.
    pub fn tracker(&self) -> &Tracker {
        &self.context.tracker
    }

    /// Starts computing runs, including those that an earlier process left unfinished.
    pub fn start(&self) {
        self.engine.start();
    }

    /// Stops all work and leaves unfinished runs in a state in which they can be resumed.
    pub async fn stop(&self) {
        self.engine.stop().await;
    }

    /// Returns whether this process currently takes runs from the queue.
    pub fn is_taking_jobs(&self) -> bool {
        self.engine.is_taking_jobs()
    }

    /// Returns the server's metrics for operators, as text.
    pub fn metrics(&self) -> String {
        let waiting =
            self.context.tracker.count(|run| run.status == RunStatus::Running && run.queue_position.is_some());
        let running = self.context.tracker.count(|run| run.status == RunStatus::Running);
        self.context.metrics.text(running.saturating_sub(waiting), waiting, self.is_taking_jobs())
    }

    /// Returns whether this process is shutting down and starts no more work.
    pub fn is_stopping(&self) -> bool {
        self.engine.is_stopping()
    }

    /// Creates a portfolio and starts its first run, unless an earlier submission of the same form
    /// has already done so.
    ///
    /// # Errors
    /// Returns [`StoreError::TooManyRuns`] if the user has too many active runs,
    /// [`StoreError::QuotaReached`] if the user has reached another quota, or another error if the
    /// store fails.
    pub async fn create(&self, new: NewPortfolio) -> StoreResult<AcceptedRun> {
        let run = self.context.store.create_portfolio(&new, &self.quotas).await?;
        if run.is_new {
            self.notify_accepted(&run).await;
        }
        Ok(run)
    }

    /// Starts the next attempt of a portfolio, unless a request with the same idempotency `key` has
    /// already done so. If `from_start` is `true`, the attempt reuses no phases of earlier
    /// attempts.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] if the portfolio has an active run,
    /// [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if the user has reached a quota,
    /// [`StoreError::NotFound`] if the owner has no such portfolio, or another error if the store
    /// fails.
    pub async fn retry(&self, owner: &str, id: Uuid, from_start: bool, key: Option<&str>) -> StoreResult<AcceptedRun> {
        let now_ms = clock::now_ms();
        let run = self.context.store.create_attempt(owner, id, from_start, key, now_ms, &self.quotas).await?;
        if run.is_new {
            self.context.tracker.forget_before(id, run.attempt);
            self.notify_accepted(&run).await;
        }
        Ok(run)
    }

    /// Replaces the positions of a portfolio, and starts its next attempt, unless the same preview
    /// has already been started.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] if the portfolio has an active run,
    /// [`StoreError::TooManyRuns`] or [`StoreError::QuotaReached`] if the user has reached a quota,
    /// [`StoreError::NotFound`] if the owner has no such portfolio or preview, or another error if
    /// the store fails.
    pub async fn correct(&self, correction: &Correction) -> StoreResult<AcceptedRun> {
        let run = self.context.store.correct_portfolio(correction, &self.quotas).await?;
        if run.is_new {
            self.context.tracker.forget_before(run.portfolio_id, run.attempt);
            self.recent.forget(run.portfolio_id);
            self.notify_accepted(&run).await;
        }
        Ok(run)
    }

    /// Returns an error while the portfolio has an active run.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] if it has one, [`StoreError::NotFound`] if the owner
    /// has no such portfolio, or another error if the store fails.
    pub async fn require_ended(&self, owner: &str, id: Uuid) -> StoreResult<()> {
        if self.is_running(Viewer::Owner(owner), id).await? { Err(StoreError::AlreadyRunning) } else { Ok(()) }
    }

    /// Notifies the queue of an accepted run, and waits briefly for the queue to hand the run out.
    /// The next status then shows that the run is computing, or its position in the queue.
    async fn notify_accepted(&self, run: &AcceptedRun) {
        let AcceptedRun { run_id, portfolio_id, attempt, .. } = *run;
        let support_code = support::code(portfolio_id, attempt);
        tracing::info!(run_id, %portfolio_id, attempt, %support_code, "run accepted");
        let appears = self.context.tracker.appears(run.portfolio_id, run.attempt);
        self.engine.wake_queue();
        // If the queue takes longer than `QUEUE_WAIT`, the run is still in the queue and starts
        // later.
        let _ = tokio::time::timeout(QUEUE_WAIT, appears).await;
    }

    /// Waits up to `max_wait` for a run to end. If the run takes only a moment, the next page shows
    /// the outcome right away, without first showing the run in progress.
    pub async fn wait_briefly_for_completion(&self, viewer: Viewer<'_>, id: Uuid, max_wait: Duration) {
        let completion = async {
            while self.is_running(viewer, id).await.unwrap_or(false) {
                tokio::time::sleep(CHECK_INTERVAL).await;
            }
        };
        // If the run takes longer than `max_wait`, the page shows it while it is still running.
        let _ = tokio::time::timeout(max_wait, completion).await;
    }

    /// Returns whether the portfolio has an active run, in this process or in the queue.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio does not exist or the viewer may not read
    /// it, or another error if the store fails.
    async fn is_running(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<bool> {
        if let Some(live) = self.context.tracker.get(viewer, id) {
            return Ok(live.read(|state| state.status == RunStatus::Running));
        }
        // A run that is not in memory may still be in the queue.
        match self.context.store.run(viewer, id, None).await? {
            Some(newest) => Ok(newest.status == RunStatus::Running),
            None => self.portfolio(viewer, id).await.map(|_| false),
        }
    }

    /// Cancels the active run of a portfolio. Returns `false` if the portfolio has no active run.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the owner has no such portfolio, [`StoreError::Busy`] if
    /// the queue does not hand out the run in time, or another error if the store fails.
    pub async fn cancel(&self, owner: &str, id: Uuid) -> StoreResult<bool> {
        let viewer = Viewer::Owner(owner);
        let deadline = tokio::time::Instant::now() + CANCEL_WAIT;
        while self.is_running(viewer, id).await? {
            if self.engine.cancel(id) {
                return Ok(true);
            }
            // A run cannot be cancelled until the queue hands it out. That normally takes only
            // moments.
            if tokio::time::Instant::now() > deadline {
                return Err(StoreError::Busy("the queue did not hand out the run in time".into()));
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
        Ok(false)
    }

    /// Deletes a portfolio with its runs, logs and results.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] if the portfolio has an active run,
    /// [`StoreError::NotFound`] if the owner has no such portfolio, or another error if the store
    /// fails.
    pub async fn delete(&self, owner: &str, id: Uuid) -> StoreResult<()> {
        self.context.store.delete_portfolio(owner, id).await?;
        self.context.tracker.remove(id);
        self.recent.forget(id);
        Ok(())
    }

    /// Renames a portfolio.
    ///
    /// # Errors
    /// Returns [`StoreError::AlreadyRunning`] if the portfolio has an active run,
    /// [`StoreError::NotFound`] if the owner has no such portfolio, or another error if the store
    /// fails.
    pub async fn rename(&self, owner: &str, id: Uuid, name: &str) -> StoreResult<()> {
        self.context.store.rename_portfolio(owner, id, name).await?;
        // A run in memory has the old name, and so do results that were read recently.
        self.context.tracker.remove(id);
        self.recent.forget(id);
        Ok(())
    }

    /// Returns at most `limit` portfolios of `owner`, newest first, starting after the cursor
    /// `before`. If the run of a portfolio is in memory, its status, percentage and queue position
    /// are taken from there.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn list(
        &self,
        owner: &str,
        before: Option<ListCursor>,
        limit: u32,
    ) -> StoreResult<Vec<PortfolioListItem>> {
        let mut items = self.context.store.portfolios(owner, before, limit).await?;
        for item in &mut items {
            if let Some(live) = self.context.tracker.get(Viewer::Owner(owner), item.portfolio_id) {
                live.read(|state| {
                    (item.status, item.percent_complete) = (state.status, state.shown_percent);
                    item.cancelled = state.error.as_ref().is_some_and(RunError::is_cancelled);
                    item.queue = QueueState::from_position(state.queue_position);
                    item.details.can_retry &= state.status != RunStatus::Running;
                });
            }
        }
        Ok(items)
    }

    /// Returns the owner of a portfolio.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn owner(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<String> {
        if let Some(live) = self.context.tracker.get(viewer, id) {
            return Ok(live.identity().owner.clone());
        }
        match self.context.store.run(viewer, id, None).await? {
            Some(run) => Ok(run.identity.owner),
            None => Ok(self.portfolio(viewer, id).await?.owner),
        }
    }

    /// Returns a portfolio, if the viewer may read it.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn portfolio(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<Portfolio> {
        self.context.store.portfolio(viewer, id).await?.ok_or(StoreError::NotFound)
    }

    /// Returns the results that have been stored so far for a portfolio's newest attempt.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio has no attempt or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn results(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<Arc<RunResults>> {
        let record = self.context.store.run(viewer, id, None).await?.ok_or(StoreError::NotFound)?;
        if let Some(cached) = self.recent.get(id, record.identity.attempt) {
            return Ok(cached);
        }
        let stored = self.context.store.outputs(viewer, id, record.identity.attempt).await?;
        let run = record.into_state(self.context.market_data.facts().notice);
        let read = self.computing.run(move || {
            let mut outputs = Outputs::default();
            stored.iter().try_for_each(|stored| outputs.read(stored.phase, &stored.output))?;
            Ok::<_, String>(Arc::new(RunResults { run, outputs }))
        });
        let results = match read.await {
            Ok(read) => read.map_err(|error| StoreError::Unavailable(error.into()))?,
            Err(error) => return Err(StoreError::Unavailable(error.into())),
        };
        self.recent.insert(&results);
        Ok(results)
    }
}
