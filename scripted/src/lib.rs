//! A data source and a store that do what a script says, on top of the real ones.

#![allow(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use portfolio_setup::server::{
    market_data::{Ask, Factors, History, Limiter, MarketData, ProviderError, SourceFacts, TableSource, bundled},
    store::{
        AcceptedRun, FinishedPhase, ListCursor, NewPortfolio, Portfolio, PortfolioListItem, Quotas, RunKey, RunRecord,
        SqliteStore, Store, StoreError, StoreResult,
    },
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};
use serde::Deserialize;
use status::Phase;
use uuid::Uuid;

/// What should happen. Nothing special by default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Symbols that the source does not know, with the reason it gives.
    pub unknown: HashMap<String, String>,
    /// Symbols for which the source does not answer.
    pub down: Vec<String>,
    /// How long each answer takes.
    pub delay_ms: u64,
    /// The phase whose result the store does not take.
    pub store_refuses: Option<Phase>,
    /// Symbols that kill the process when they are asked for.
    pub deadly: Vec<String>,
    /// The moment at which the process is killed, such as `before finish_phase`.
    pub die: Option<String>,
    /// How many pages the database file may have; more is a full disk.
    pub most_pages: Option<u32>,
    /// To list portfolios is more than the program can bear.
    pub list_panics: bool,
    /// The phase whose result is kept waiting until the script names another one or none.
    pub hold: Option<Phase>,
    /// Fields of the status that the page is told, whatever is true.
    pub set: serde_json::Value,
    /// Names of fields of the status whose values are changed before the page is told.
    pub change: Vec<String>,
}

/// The most pages that SQLite knows.
const NO_LIMIT: u32 = u32::MAX - 1;

/// Ends this process as `kill -9` does.
fn die() -> ! {
    // A signal takes a moment; nothing may happen in it.
    let _ = std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
    std::process::abort()
}

/// Reads the script anew for every request.
pub type ReadScript = Arc<dyn Fn() -> Script + Send + Sync>;

/// The bundled source, except where the script says otherwise.
pub struct ScriptedSource {
    bundled: TableSource,
    script: ReadScript,
    /// One answer at a time, so that the delays add up to something to watch.
    answering: tokio::sync::Mutex<()>,
}

impl ScriptedSource {
    /// A source that follows this script.
    ///
    /// # Panics
    /// When the bundled history cannot be read.
    pub fn new(script: ReadScript) -> Self {
        let bundled = bundled(Limiter::unlimited(), None).expect("the bundled history is a table");
        Self { bundled, script, answering: tokio::sync::Mutex::default() }
    }
}

#[async_trait]
impl MarketData for ScriptedSource {
    fn facts(&self) -> SourceFacts {
        self.bundled.facts()
    }

    fn factors(&self) -> Factors {
        self.bundled.factors()
    }

    fn last_date(&self, now: DateTime<Utc>) -> NaiveDate {
        self.bundled.last_date(now)
    }

    fn forecast(&self, _user: &str, _run: u64, positions: &[usize]) -> Vec<Duration> {
        let delay_ms = (self.script)().delay_ms;
        positions.iter().map(|position| Duration::from_millis(delay_ms * position.saturating_sub(1) as u64)).collect()
    }

    fn next_due(&self, _user: &str) -> Duration {
        Duration::ZERO
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn answer_ms(&self) -> f64 {
        (self.script)().delay_ms as f64
    }

    async fn daily_history(&self, ask: &Ask<'_>) -> Result<History, ProviderError> {
        let answering = self.answering.lock().await;
        let script = (self.script)();
        tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
        drop(answering);
        if script.deadly.iter().any(|deadly| deadly == ask.symbol) {
            die();
        }
        if script.down.iter().any(|down| down == ask.symbol) {
            let what = "did not answer".to_owned();
            return Err(ProviderError::Upstream { provider: "the data source", what });
        }
        match script.unknown.get(ask.symbol) {
            Some(reason) => Err(ProviderError::NotFound(reason.clone())),
            None => self.bundled.daily_history(ask).await,
        }
    }
}

/// The real store, except that it does not take the result of the phase that the script names.
pub struct ScriptedStore {
    inner: Arc<SqliteStore>,
    script: ReadScript,
    /// The limit in force.
    most_pages: AtomicU32,
}

impl ScriptedStore {
    /// A store in this database that follows this script.
    ///
    /// # Panics
    /// When the database cannot be opened.
    pub async fn open(url: &str, script: ReadScript) -> Self {
        Self {
            inner: Arc::new(SqliteStore::open(url).await.expect("the database opens")),
            script,
            most_pages: AtomicU32::new(NO_LIMIT),
        }
    }

    /// What the script has in store for a write, on both sides of it.
    async fn written<T>(&self, name: &str, write: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
        let script = (self.script)();
        let is_last = |side: &str| script.die.as_deref() == Some(format!("{side} {name}").as_str());
        if is_last("before") {
            die();
        }
        let most_pages = script.most_pages.unwrap_or(NO_LIMIT);
        if self.most_pages.swap(most_pages, Ordering::Relaxed) != most_pages {
            self.inner.limit_pages(most_pages).await?;
        }
        let written = write.await;
        if is_last("after") {
            die();
        }
        written
    }

    /// The queue of runs beside it.
    pub fn queue(&self) -> Arc<SqliteStore> {
        self.inner.clone()
    }
}

#[async_trait]
impl Store for ScriptedStore {
    async fn create_portfolio(&self, new: &NewPortfolio, quotas: &Quotas) -> StoreResult<AcceptedRun> {
        self.written("create_portfolio", self.inner.create_portfolio(new, quotas)).await
    }

    async fn create_attempt(
        &self,
        owner: &str,
        id: Uuid,
        from_start: bool,
        key: Option<&str>,
        now_ms: i64,
        quotas: &Quotas,
    ) -> StoreResult<AcceptedRun> {
        let created = self.inner.create_attempt(owner, id, from_start, key, now_ms, quotas);
        self.written("create_attempt", created).await
    }

    async fn portfolio(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<Option<Portfolio>> {
        self.inner.portfolio(viewer, id).await
    }

    async fn portfolios(
        &self,
        owner: &str,
        before: Option<ListCursor>,
        limit: u32,
    ) -> StoreResult<Vec<PortfolioListItem>> {
        assert!(!(self.script)().list_panics, "a bug at /a/path with a secret");
        self.inner.portfolios(owner, before, limit).await
    }

    async fn list_cursor(&self, owner: &str, id: Uuid) -> StoreResult<Option<ListCursor>> {
        self.inner.list_cursor(owner, id).await
    }

    async fn delete_portfolio(&self, owner: &str, id: Uuid) -> StoreResult<()> {
        self.inner.delete_portfolio(owner, id).await
    }

    async fn run(&self, viewer: Viewer<'_>, id: Uuid, attempt: Option<u32>) -> StoreResult<Option<RunRecord>> {
        self.inner.run(viewer, id, attempt).await
    }

    async fn run_with_entries(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<(RunRecord, Vec<Entry>)>> {
        self.inner.run_with_entries(viewer, id, attempt).await
    }

    async fn run_with_outputs(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: u32,
    ) -> StoreResult<Option<(RunRecord, Vec<FinishedPhase>)>> {
        self.inner.run_with_outputs(viewer, id, attempt).await
    }

    async fn entries(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32, line: u64) -> StoreResult<Vec<Entry>> {
        self.inner.entries(viewer, id, attempt, line).await
    }

    async fn entries_page(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: u32,
        line: u64,
        limit: u32,
    ) -> StoreResult<Vec<Entry>> {
        self.inner.entries_page(viewer, id, attempt, line, limit).await
    }

    async fn outputs(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32) -> StoreResult<Vec<FinishedPhase>> {
        self.inner.outputs(viewer, id, attempt).await
    }

    async fn claim_run(&self, run_id: i64) -> StoreResult<Option<(RunKey, RunRecord)>> {
        self.written("claim_run", self.inner.claim_run(run_id)).await
    }

    async fn start_run(&self, key: RunKey, data_notice: Option<&str>) -> StoreResult<()> {
        self.written("start_run", self.inner.start_run(key, data_notice)).await
    }

    async fn append(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        self.written("append", self.inner.append(key, state)).await
    }

    async fn give_back(&self, key: RunKey, state: &RunState, start_count: u32) -> StoreResult<()> {
        self.inner.give_back(key, state, start_count).await
    }

    async fn discard_phases(&self, key: RunKey, state: &RunState, phases: &[Phase]) -> StoreResult<()> {
        self.written("discard_phases", self.inner.discard_phases(key, state, phases)).await
    }

    async fn finish_phase(&self, key: RunKey, state: &RunState, finished: &FinishedPhase) -> StoreResult<()> {
        if (self.script)().store_refuses == Some(finished.phase) {
            return Err(StoreError::Unavailable("database is locked".into()));
        }
        while (self.script)().hold == Some(finished.phase) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.written("finish_phase", self.inner.finish_phase(key, state, finished)).await
    }

    async fn finish_run(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        self.written("finish_run", self.inner.finish_run(key, state)).await
    }

    async fn phase_history(&self, runs: u32) -> StoreResult<Vec<(Phase, u64, u64)>> {
        self.inner.phase_history(runs).await
    }

    async fn purge(&self, before_ms: i64) -> StoreResult<u64> {
        self.inner.purge(before_ms).await
    }

    async fn ping(&self) -> StoreResult<()> {
        self.inner.ping().await
    }
}
