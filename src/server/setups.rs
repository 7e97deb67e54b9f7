//! What people can do with setups, whichever door they come through: pages, REST or the page's own polls.
//!
//! Everything is asked for by id and owner. The live run answers where there is one, the store where not.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    batch::{BatchContext, InProcess, JobEngine, Outputs},
    clock,
    market_data::MarketData,
    store::{NewPortfolio, Portfolio, PortfolioListItem, Store, StoreError, StoreResult, StoredRun},
    tracker::{Entry, RunState, Tracker},
};
use crate::status::{PollAnswer, RunStatus, Status, same_log};

/// How often [`Setups::settle`] looks.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Setups of all users.
#[derive(Clone)]
pub struct Setups {
    context: BatchContext,
    engine: Arc<dyn JobEngine>,
}

/// Which status is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusQuery {
    /// Every shown entry after this one; the last 50 for `None`.
    pub after: Option<u64>,
}

impl Setups {
    /// Setups over this store and source, computed by `workers` at once.
    pub fn new(store: Arc<dyn Store>, market_data: Arc<dyn MarketData>, workers: usize) -> Self {
        let context = BatchContext { store, tracker: Tracker::default(), market_data };
        Self { engine: Arc::new(InProcess::new(context.clone(), workers)), context }
    }

    /// Where prices come from.
    pub fn market_data(&self) -> &dyn MarketData {
        self.context.market_data.as_ref()
    }

    /// Where everything is kept.
    pub fn store(&self) -> &dyn Store {
        self.context.store.as_ref()
    }

    /// The live runs.
    pub fn tracker(&self) -> &Tracker {
        &self.context.tracker
    }

    /// Picks up what an earlier process left unfinished. Returns how many runs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn resume(&self) -> StoreResult<usize> {
        let unfinished = self.context.store.unfinished_runs().await?;
        let count = unfinished.len();
        for run in unfinished {
            tracing::info!(run_id = run.run_id, portfolio_id = %run.portfolio_id, "resuming a run");
            self.engine.start(run).await?;
        }
        Ok(count)
    }

    /// Stops all work and leaves unfinished runs resumable.
    pub async fn stop(&self) {
        self.engine.stop().await;
    }

    /// Whether no more work is begun here.
    pub fn is_stopping(&self) -> bool {
        self.engine.is_stopping()
    }

    /// Creates a portfolio and starts its first run.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn create(&self, new: NewPortfolio) -> StoreResult<StoredRun> {
        let run = self.context.store.create_portfolio(&new).await?;
        self.start(run).await
    }

    /// Starts the next attempt.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`], [`StoreError::NotFound`], or when the store does not answer.
    pub async fn retry(&self, owner: &str, id: Uuid, from_start: bool, key: Option<&str>) -> StoreResult<StoredRun> {
        let run = self.context.store.create_attempt(owner, id, from_start, key, clock::now_ms()).await?;
        if run.is_new { self.start(run).await } else { Ok(run) }
    }

    async fn start(&self, run: StoredRun) -> StoreResult<StoredRun> {
        tracing::info!(run_id = run.run_id, portfolio_id = %run.portfolio_id, attempt = run.attempt, "run accepted");
        self.engine.start(run.clone()).await?;
        Ok(run)
    }

    /// Waits for the end of a run that may be a matter of moments, but no longer than `at_most`: whoever comes to
    /// look then sees what happened, and not a flash of a start that is over already.
    pub async fn settle(&self, owner: &str, id: Uuid, at_most: Duration) {
        let Some(live) = self.context.tracker.get(owner, id) else { return };
        let over = async {
            while live.read(|state| state.status == RunStatus::Running) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        // Not over yet is as good an outcome.
        let _ = tokio::time::timeout(at_most, over).await;
    }

    /// Cancels the active run; false where none is active.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn cancel(&self, owner: &str, id: Uuid) -> StoreResult<bool> {
        self.portfolio(owner, id).await?;
        let running =
            self.context.tracker.get(owner, id).is_some_and(|run| run.read(|s| s.status == RunStatus::Running));
        Ok(running && self.engine.cancel(id))
    }

    /// Deletes a portfolio with everything about it.
    ///
    /// # Errors
    /// [`StoreError::AlreadyRunning`], [`StoreError::NotFound`], or when the store does not answer.
    pub async fn delete(&self, owner: &str, id: Uuid) -> StoreResult<()> {
        self.context.store.delete_portfolio(owner, id).await?;
        self.context.tracker.remove(id);
        Ok(())
    }

    /// One's portfolios, newest first, each as live as can be.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn list(&self, owner: &str) -> StoreResult<Vec<PortfolioListItem>> {
        let mut items = self.context.store.portfolios(owner).await?;
        for item in &mut items {
            if let Some(live) = self.context.tracker.get(owner, item.portfolio_id) {
                (item.status, item.percent_complete) = live.read(|state| (state.status, state.percent));
            }
        }
        Ok(items)
    }

    /// A portfolio of this owner.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn portfolio(&self, owner: &str, id: Uuid) -> StoreResult<Portfolio> {
        self.context.store.portfolio(owner, id).await?.ok_or(StoreError::NotFound)
    }

    /// The status of the newest attempt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn status(&self, owner: &str, id: Uuid, query: StatusQuery) -> StoreResult<Status> {
        let now_ms = clock::now_ms();
        if let Some(live) = self.context.tracker.get(owner, id) {
            let complete = live.read(|state| {
                // Entries older than memory goes are in the store.
                let oldest = state.entries.first().map_or(state.last_seq, |entry| entry.seq.saturating_sub(1));
                let within = query.after.is_none_or(|after| after >= oldest.min(state.last_seq));
                within.then(|| state.to_status(state.identity.attempt, query.after, now_ms))
            });
            if let Some(status) = complete {
                return Ok(status);
            }
        }
        let Some((state, attempts)) = self.attempt(owner, id, None).await? else {
            let portfolio = self.portfolio(owner, id).await?;
            return Ok(no_run(&portfolio, now_ms));
        };
        Ok(state.to_status(attempts, query.after, now_ms))
    }

    /// What the page lacks, given the attempt, version and entries that it has.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn poll(&self, owner: &str, id: Uuid, attempt: u32, version: u64, after: u64) -> StoreResult<PollAnswer> {
        let status = self.status(owner, id, StatusQuery { after: Some(after) }).await?;
        if (status.attempt, status.version) == (attempt, version) {
            return Ok(PollAnswer::Unchanged(status.clock()));
        }
        // Numbers that now stand for other entries are of no use: the page gets all of them anew.
        let whole = !same_log((status.attempt, status.version), (attempt, version));
        let status = if whole { self.status(owner, id, StatusQuery { after: Some(0) }).await? } else { status };
        Ok(PollAnswer::Changed(Box::new(status)))
    }

    /// An attempt with all its entries, debug ones included, and how many attempts there are. The newest for `None`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn attempt(&self, owner: &str, id: Uuid, attempt: Option<u32>) -> StoreResult<Option<(RunState, u32)>> {
        let Some(record) = self.context.store.run(owner, id, attempt).await? else { return Ok(None) };
        let (number, attempts) = (record.attempt, record.attempts);
        let stored = self.context.store.entries(owner, id, number, 0).await?;
        let live = self.context.tracker.get(owner, id).map(|live| live.read(RunState::clone));
        let state = if let Some(mut live) = live.filter(|live| live.identity.attempt == number) {
            // The store may be up to a flush behind; memory may not go back to the first line.
            let known = live.entries.first().map_or(u64::MAX, |entry| entry.line);
            let mut entries: Vec<Entry> = stored.into_iter().filter(|entry| entry.line < known).collect();
            entries.append(&mut live.entries);
            live.entries = entries;
            live
        } else {
            let mut state = record.into_state(self.context.market_data.facts().notice);
            state.entries = stored;
            state
        };
        Ok(Some((state, attempts)))
    }

    /// What the finished phases of the newest attempt produced.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn outputs(&self, owner: &str, id: Uuid) -> StoreResult<(RunState, Outputs)> {
        let record = self.context.store.run(owner, id, None).await?.ok_or(StoreError::NotFound)?;
        let mut outputs = Outputs::default();
        for stored in self.context.store.outputs(owner, id, record.attempt).await? {
            outputs.read(stored.phase, &stored.output).map_err(|why| StoreError::Unavailable(why.into()))?;
        }
        Ok((record.into_state(self.context.market_data.facts().notice), outputs))
    }
}

/// A portfolio without any run.
fn no_run(portfolio: &Portfolio, now_ms: i64) -> Status {
    Status {
        portfolio_id: portfolio.id.to_string(),
        portfolio_name: portfolio.name.clone(),
        status: RunStatus::NotFound,
        attempt: 0,
        attempts: 0,
        started_at: None,
        completed_at: None,
        elapsed_seconds: 0,
        version: 0,
        server_time: clock::rfc3339(now_ms),
        heartbeat_age_seconds: 0,
        next_poll_ms: 2_000,
        queue_position: None,
        eta: None,
        positions_total: portfolio.positions.len() as u64,
        data_notice: None,
        limit_wait_seconds: None,
        overall_progress: None,
        current_phase_progress: None,
        activity_log: Vec::new(),
        last_seq: 0,
        phases: None,
        summary: None,
        error: None,
    }
}
