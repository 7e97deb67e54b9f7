//! A data source and a store for tests. They wrap the production implementations and inject the
//! faults that a fault script lists. For example, operations are slow or fail, or the process is
//! killed.

#![allow(clippy::expect_used, reason = "tests panic on unexpected errors")]

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
    market_data::{
        Factors, History, KnownHistories, Limiter, MarketData, PriceOutlook, PriceRequest, ProviderError, Requester,
        SourceFacts, TableSource, bundled,
    },
    store::{
        AcceptedRun, Correction, FinishedPhase, Layout, Link, LinkStore, LinkTarget, ListCursor, NewLink, NewPortfolio,
        Portfolio, PortfolioFile, PortfolioListItem, Preview, PreviewEntries, Quotas, RunKey, RunList, RunListItem,
        RunListStore, RunRecord, SqliteStore, Store, StoreError, StoreResult, StoredFile, TokenHash, UploadStore,
    },
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};
use serde::Deserialize;
use status::Phase;
use uuid::Uuid;

/// A fault script. It lists the faults that the data source and the store inject. The default
/// script injects none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Symbols that the data source reports as unknown. Each maps to the reason it gives.
    pub unknown: HashMap<String, String>,
    /// Symbols whose price requests fail as if the data source were not responding.
    pub down: Vec<String>,
    /// How long each price request takes, in milliseconds.
    pub delay_ms: u64,
    /// Phase whose result the store refuses to save.
    pub store_refuses: Option<Phase>,
    /// Symbols whose price requests kill the process.
    pub deadly: Vec<String>,
    /// Where the process kills itself: before or after a store operation, for example `before
    /// finish_phase` or `after append`.
    pub die: Option<String>,
    /// Maximum size of the database file, in pages. Writes that need more pages fail, as on a full
    /// disk.
    pub most_pages: Option<u32>,
    /// Whether listing portfolios panics.
    pub list_panics: bool,
    /// Phase whose result the store holds back. The store saves the result once the script no
    /// longer names the phase here.
    pub hold: Option<Phase>,
    /// Status fields to overwrite, with their new values, before a page receives the status of a
    /// run.
    pub set: serde_json::Value,
    /// Names of status fields to replace with wrong values before a page receives the status of a
    /// run.
    pub change: Vec<String>,
}

/// The largest page limit that SQLite accepts. It is large enough to act as no limit.
const NO_LIMIT: u32 = u32::MAX - 1;

/// Kills this process with SIGKILL.
fn die() -> ! {
    // SIGKILL may take a moment to arrive. Abort as well, so that no other code runs in the
    // meantime.
    let _ = std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
    std::process::abort()
}

/// Reads the current fault script. Called for each operation, so a test can change the script at
/// any time.
pub type ReadScript = Arc<dyn Fn() -> Script + Send + Sync>;

/// A data source that serves the bundled sample prices and injects the faults of a fault script.
pub struct ScriptedSource {
    bundled: TableSource,
    script: ReadScript,
    /// Locked during the delay of each price request, so that the delays add up and the run is slow
    /// enough to watch.
    delay_lock: tokio::sync::Mutex<()>,
}

impl ScriptedSource {
    /// Creates a data source that injects the faults of `script`.
    ///
    /// # Panics
    /// Panics if the sample data cannot be parsed.
    pub fn new(script: ReadScript) -> Self {
        let bundled = bundled(Limiter::unlimited(), None).expect("the sample data is valid");
        Self { bundled, script, delay_lock: tokio::sync::Mutex::default() }
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

    async fn known_prices(&self, symbols: &[String]) -> KnownHistories {
        self.bundled.known_prices(symbols).await
    }

    async fn price_outlook(&self, user: &str, symbols: &[String]) -> PriceOutlook {
        self.bundled.price_outlook(user, symbols).await
    }

    fn forecast(&self, _user: &str, _run: u64, positions: &[usize]) -> Vec<Duration> {
        let delay_ms = (self.script)().delay_ms;
        positions.iter().map(|position| Duration::from_millis(delay_ms * position.saturating_sub(1) as u64)).collect()
    }

    fn next_due(&self, _requester: Requester<'_>) -> Duration {
        Duration::ZERO
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn response_ms(&self) -> f64 {
        (self.script)().delay_ms as f64
    }

    async fn daily_history(&self, request: &PriceRequest<'_>) -> Result<History, ProviderError> {
        let delay_guard = self.delay_lock.lock().await;
        let script = (self.script)();
        tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
        drop(delay_guard);
        if script.deadly.iter().any(|symbol| symbol == request.symbol) {
            die();
        }
        if script.down.iter().any(|symbol| symbol == request.symbol) {
            let what = "did not answer".to_owned();
            return Err(ProviderError::Upstream { provider: "the data source", what });
        }
        match script.unknown.get(request.symbol) {
            Some(reason) => Err(ProviderError::NotFound(reason.clone())),
            None => self.bundled.daily_history(request).await,
        }
    }
}

/// The production store, with the faults of a fault script injected.
pub struct ScriptedStore {
    inner: Arc<SqliteStore>,
    script: ReadScript,
    /// The maximum size currently set for the database file, in pages.
    most_pages: AtomicU32,
}

impl ScriptedStore {
    /// Opens the database at `url` as a store that injects the faults of `script`.
    ///
    /// # Panics
    /// Panics if the database cannot be opened.
    pub async fn open(url: &str, script: ReadScript) -> Self {
        Self {
            inner: Arc::new(SqliteStore::open(url).await.expect("the database opens")),
            script,
            most_pages: AtomicU32::new(NO_LIMIT),
        }
    }

    /// Performs a write operation of the store. Fault scripts refer to the operation as `name`.
    /// Kills the process before or after the write if the script says so.
    async fn write<T>(&self, name: &str, write: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
        let script = (self.script)();
        let should_die = |side: &str| script.die.as_deref() == Some(format!("{side} {name}").as_str());
        if should_die("before") {
            die();
        }
        let most_pages = script.most_pages.unwrap_or(NO_LIMIT);
        if self.most_pages.swap(most_pages, Ordering::Relaxed) != most_pages {
            self.inner.limit_pages(most_pages).await?;
        }
        let result = write.await;
        if should_die("after") {
            die();
        }
        result
    }

    /// Returns the underlying store, which injects no faults. It also implements the queue of runs.
    pub fn queue(&self) -> Arc<SqliteStore> {
        self.inner.clone()
    }
}

#[async_trait]
impl UploadStore for ScriptedStore {
    async fn save_preview(&self, preview: &Preview, quotas: &Quotas) -> StoreResult<()> {
        self.write("save_preview", self.inner.save_preview(preview, quotas)).await
    }

    async fn save_correction(&self, preview: &Preview, since_ms: i64, quotas: &Quotas) -> StoreResult<Uuid> {
        self.write("save_correction", self.inner.save_correction(preview, since_ms, quotas)).await
    }

    async fn replace_preview_file(
        &self,
        owner: &str,
        id: Uuid,
        file: &StoredFile,
        entries: &PreviewEntries,
        quotas: &Quotas,
    ) -> StoreResult<bool> {
        let replaced = self.inner.replace_preview_file(owner, id, file, entries, quotas);
        self.write("replace_preview_file", replaced).await
    }

    async fn preview(&self, owner: &str, id: Uuid, since_ms: i64) -> StoreResult<Option<Preview>> {
        self.inner.preview(owner, id, since_ms).await
    }

    async fn change_preview(&self, owner: &str, id: Uuid, entries: &PreviewEntries) -> StoreResult<bool> {
        self.write("change_preview", self.inner.change_preview(owner, id, entries)).await
    }

    async fn run_of_preview(&self, owner: &str, id: Uuid) -> StoreResult<Option<AcceptedRun>> {
        self.inner.run_of_preview(owner, id).await
    }

    async fn purge_previews(&self, before_ms: i64) -> StoreResult<u64> {
        self.inner.purge_previews(before_ms).await
    }

    async fn portfolio_file(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<Option<PortfolioFile>> {
        self.inner.portfolio_file(viewer, id).await
    }

    async fn has_portfolio_file(&self, viewer: Viewer<'_>, id: Uuid) -> StoreResult<bool> {
        self.inner.has_portfolio_file(viewer, id).await
    }

    async fn rename_portfolio(&self, owner: &str, id: Uuid, name: &str) -> StoreResult<()> {
        self.write("rename_portfolio", self.inner.rename_portfolio(owner, id, name)).await
    }

    async fn save_layout(&self, owner: &str, header_key: &str, layout: &Layout) -> StoreResult<()> {
        self.write("save_layout", self.inner.save_layout(owner, header_key, layout)).await
    }

    async fn layout(&self, owner: &str, header_key: &str) -> StoreResult<Option<Layout>> {
        self.inner.layout(owner, header_key).await
    }

    async fn layouts(&self, owner: &str) -> StoreResult<Vec<Layout>> {
        self.inner.layouts(owner).await
    }

    async fn forget_layouts(&self, owner: &str, id: Option<Uuid>) -> StoreResult<u64> {
        self.write("forget_layouts", self.inner.forget_layouts(owner, id)).await
    }
}

#[async_trait]
impl LinkStore for ScriptedStore {
    async fn save_link(&self, owner: &str, link: &NewLink) -> StoreResult<()> {
        self.write("save_link", self.inner.save_link(owner, link)).await
    }

    async fn links(&self, owner: &str, portfolio_id: Uuid, now_ms: i64) -> StoreResult<Vec<Link>> {
        self.inner.links(owner, portfolio_id, now_ms).await
    }

    async fn delete_link(&self, owner: &str, portfolio_id: Uuid, link_id: Uuid) -> StoreResult<bool> {
        self.write("delete_link", self.inner.delete_link(owner, portfolio_id, link_id)).await
    }

    async fn link_target(&self, token_hash: &TokenHash, now_ms: i64) -> StoreResult<Option<LinkTarget>> {
        self.inner.link_target(token_hash, now_ms).await
    }

    async fn purge_links(&self, now_ms: i64) -> StoreResult<u64> {
        self.inner.purge_links(now_ms).await
    }
}

#[async_trait]
impl RunListStore for ScriptedStore {
    async fn runs_with_code(&self, viewer: Viewer<'_>, code: &str, limit: u32) -> StoreResult<Vec<RunListItem>> {
        self.inner.runs_with_code(viewer, code, limit).await
    }

    async fn runs_since(&self, viewer: Viewer<'_>, since_ms: i64, limit: u32) -> StoreResult<RunList> {
        self.inner.runs_since(viewer, since_ms, limit).await
    }
}

#[async_trait]
impl Store for ScriptedStore {
    async fn create_portfolio(&self, new: &NewPortfolio, quotas: &Quotas) -> StoreResult<AcceptedRun> {
        self.write("create_portfolio", self.inner.create_portfolio(new, quotas)).await
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
        self.write("create_attempt", created).await
    }

    async fn correct_portfolio(&self, correction: &Correction, quotas: &Quotas) -> StoreResult<AcceptedRun> {
        self.write("correct_portfolio", self.inner.correct_portfolio(correction, quotas)).await
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
        self.write("claim_run", self.inner.claim_run(run_id)).await
    }

    async fn start_run(&self, key: RunKey, data_notice: Option<&str>) -> StoreResult<()> {
        self.write("start_run", self.inner.start_run(key, data_notice)).await
    }

    async fn append(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        self.write("append", self.inner.append(key, state)).await
    }

    async fn give_back(&self, key: RunKey, state: &RunState, start_count: u32) -> StoreResult<()> {
        self.inner.give_back(key, state, start_count).await
    }

    async fn discard_phases(&self, key: RunKey, state: &RunState, phases: &[Phase]) -> StoreResult<()> {
        self.write("discard_phases", self.inner.discard_phases(key, state, phases)).await
    }

    async fn finish_phase(&self, key: RunKey, state: &RunState, finished: &FinishedPhase) -> StoreResult<()> {
        if (self.script)().store_refuses == Some(finished.phase) {
            return Err(StoreError::Unavailable("database is locked".into()));
        }
        while (self.script)().hold == Some(finished.phase) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.write("finish_phase", self.inner.finish_phase(key, state, finished)).await
    }

    async fn finish_run(&self, key: RunKey, state: &RunState) -> StoreResult<()> {
        self.write("finish_run", self.inner.finish_run(key, state)).await
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
