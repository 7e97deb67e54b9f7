//! What people can do with setups, in every response format: pages, REST and the page's own polls.
//!
//! Every function takes an id and a user: only the owner changes a portfolio, and a [`Viewer`]
//! reads it. Answers come from the live run if there is one, else from the store.

mod log_pages;
mod status_reads;

pub use status_reads::StatusQuery;

use std::{sync::Arc, time::Duration};

use status::{RunError, RunStatus};
use uuid::Uuid;

use crate::server::{
    batch::{BatchContext, Engine, Outputs},
    market_data::MarketData,
    metrics::Metrics,
    results::{RunResults, cache::RecentResults},
    store::{
        AcceptedRun, JobEngine, ListCursor, NewPortfolio, Portfolio, PortfolioListItem, Quotas, Store, StoreError,
        StoreResult,
    },
    tracker::Tracker,
    util::{clock, computing::Computing, viewer::Viewer},
};

/// How long an answer waits for the queue to hand out the run that it is about.
const HANDED_OUT_WITHIN: Duration = Duration::from_millis(250);

/// How long a run may take to come from the queue when it is to be cancelled.
const CANCEL_WITHIN: Duration = Duration::from_secs(1);

/// How often [`SetupService::wait_briefly_for_completion`] and [`SetupService::cancel`] look.
const LOOK_EVERY: Duration = Duration::from_millis(10);

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
    /// A service over this store, its queue and this source, which computes `workers` runs at once.
    pub fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn JobEngine>,
        market_data: Arc<dyn MarketData>,
        workers: usize,
    ) -> Self {
        let context = BatchContext { store, tracker: Tracker::default(), market_data, metrics: Metrics::default() };
        let engine = Engine::new(context.clone(), queue, workers);
        let (recent, computing) = (RecentResults::default(), Computing::default());
        Self { engine, context, recent, computing, quotas: Quotas::UNLIMITED }
    }

    /// The same, where one user may keep and run no more than this.
    #[must_use]
    pub fn limited_to(self, quotas: Quotas) -> Self {
        Self { quotas, ..self }
    }

    /// Where prices come from.
    pub fn market_data(&self) -> &dyn MarketData {
        self.context.market_data.as_ref()
    }

    /// Where everything is kept.
    pub fn store(&self) -> &dyn Store {
        self.context.store.as_ref()
    }

    /// Where work is done that takes a while.
    pub fn computing(&self) -> &Computing {
        &self.computing
    }

    /// The live runs.
    pub fn tracker(&self) -> &Tracker {
        &self.context.tracker
    }

    /// Begins to compute, with what an earlier process left unfinished.
    pub fn start(&self) {
        self.engine.start();
    }

    /// Stops all work and leaves unfinished runs resumable.
    pub async fn stop(&self) {
        self.engine.stop().await;
    }

    /// Whether new runs would be taken now.
    pub fn is_taking_jobs(&self) -> bool {
        self.engine.is_taking_jobs()
    }

    /// What operators measure, as text.
    pub fn metrics(&self) -> String {
        let waiting =
            self.context.tracker.count(|run| run.status == RunStatus::Running && run.queue_position.is_some());
        let running = self.context.tracker.count(|run| run.status == RunStatus::Running);
        self.context.metrics.text(running.saturating_sub(waiting), waiting, self.is_taking_jobs())
    }

    /// Whether no more work is begun here.
    pub fn is_stopping(&self) -> bool {
        self.engine.is_stopping()
    }

    /// Creates a portfolio and starts its first run, unless the same form did so before.
    ///
    /// # Errors
    /// [`StoreError::TooManyRuns`], [`StoreError::QuotaReached`], or when the store does not take
    /// it.
    pub async fn create(&self, new: NewPortfolio) -> StoreResult<AcceptedRun> {
        let run = self.context.store.create_portfolio(&new, &self.quotas).await?;
        if run.is_new {
            self.accepted(&run).await;
        }
        Ok(run)
    }

    /// Starts the next attempt.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`], [`StoreError::TooManyRuns`], [`StoreError::QuotaReached`],
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn retry(&self, owner: &str, id: Uuid, from_start: bool, key: Option<&str>) -> StoreResult<AcceptedRun> {
        let now_ms = clock::now_ms();
        let run = self.context.store.create_attempt(owner, id, from_start, key, now_ms, &self.quotas).await?;
        if run.is_new {
            self.context.tracker.forget_before(id, run.attempt);
            self.accepted(&run).await;
        }
        Ok(run)
    }

    /// Lets the queue know, and gives it a moment: whoever looks next then sees the run at work, or its place in the
    /// line.
    async fn accepted(&self, run: &AcceptedRun) {
        tracing::info!(run_id = run.run_id, portfolio_id = %run.portfolio_id, attempt = run.attempt, "run accepted");
        let appears = self.context.tracker.appears(run.portfolio_id, run.attempt);
        self.engine.wake_queue();
        // A queue that takes longer has the run all the same.
        let _ = tokio::time::timeout(HANDED_OUT_WITHIN, appears).await;
    }

    /// Waits for the end of a run that may be a matter of moments, but no longer than `at_most`: whoever comes to
    /// look then sees what happened, and not a flash of a start that is over already.
    pub async fn wait_briefly_for_completion(&self, viewer: Viewer<'_>, id: Uuid, at_most: Duration) {
        let over = async {
            while self.is_running(viewer, id).await.unwrap_or(false) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        // Not over yet is as good an outcome.
        let _ = tokio::time::timeout(at_most, over).await;
    }

    /// Whether a run of this portfolio is active, here or in the queue.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    async fn is_running(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<bool> {
        if let Some(live) = self.context.tracker.get(viewer, id) {
            return Ok(live.read(|state| state.status == RunStatus::Running));
        }
        // It may be on its way from the queue.
        match self.context.store.run(viewer, id, None).await? {
            Some(newest) => Ok(newest.status == RunStatus::Running),
            None => self.portfolio(viewer, id).await.map(|_| false),
        }
    }

    /// Cancels the active run; false where none is active.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn cancel(&self, owner: &str, id: Uuid) -> StoreResult<bool> {
        let viewer = Viewer::Owner(owner);
        let until = tokio::time::Instant::now() + CANCEL_WITHIN;
        while self.is_running(viewer, id).await? {
            if self.engine.cancel(id) {
                return Ok(true);
            }
            // A run on its way from the queue is here in a moment.
            if tokio::time::Instant::now() > until {
                return Err(StoreError::Busy("a run waits in the queue for long".into()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(false)
    }

    /// Deletes a portfolio with everything about it.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`], [`StoreError::NotFound`], or when the store does not answer.
    pub async fn delete(&self, owner: &str, id: Uuid) -> StoreResult<()> {
        self.context.store.delete_portfolio(owner, id).await?;
        self.context.tracker.remove(id);
        self.recent.forget(id);
        Ok(())
    }

    /// Returns up to `limit` of one's portfolios after `before`, newest first, as live as can be.
    ///
    /// # Errors
    /// When the store does not answer.
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
                });
            }
        }
        Ok(items)
    }

    /// Whose portfolio this is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn owner(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<String> {
        if let Some(live) = self.context.tracker.get(viewer, id) {
            return Ok(live.identity().owner.clone());
        }
        match self.context.store.run(viewer, id, None).await? {
            Some(run) => Ok(run.identity.owner),
            None => Ok(self.portfolio(viewer, id).await?.owner),
        }
    }

    /// A portfolio.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn portfolio(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<Portfolio> {
        self.context.store.portfolio(viewer, id).await?.ok_or(StoreError::NotFound)
    }

    /// Returns the results of the newest attempt, as far as they go.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn results(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<Arc<RunResults>> {
        let record = self.context.store.run(viewer, id, None).await?.ok_or(StoreError::NotFound)?;
        if let Some(known) = self.recent.get(id, record.identity.attempt) {
            return Ok(known);
        }
        let stored = self.context.store.outputs(viewer, id, record.identity.attempt).await?;
        let run = record.into_state(self.context.market_data.facts().notice);
        let read = self.computing.run(move || {
            let mut outputs = Outputs::default();
            stored.iter().try_for_each(|stored| outputs.read(stored.phase, &stored.output))?;
            Ok::<_, String>(Arc::new(RunResults { run, outputs }))
        });
        let results = match read.await {
            Ok(read) => read.map_err(|why| StoreError::Unavailable(why.into()))?,
            Err(error) => return Err(StoreError::Unavailable(error.into())),
        };
        self.recent.keep(&results);
        Ok(results)
    }
}
