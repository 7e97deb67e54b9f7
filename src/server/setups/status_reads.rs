//! Reads the status of a run: from the tracker if the run is in memory, and otherwise from the
//! store.

use status::{LogEntry, PollAnswer, Status, same_log};
use uuid::Uuid;

use super::SetupService;
use crate::server::{
    store::{StoreError, StoreResult},
    tracker::{Entry, LiveRun, RunState, RunView},
    util::{clock, viewer::Viewer},
};

/// The part of a run that a page already shows. Its poll returns everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub attempt: u32,
    /// Version of the status, or 0 if the page needs the whole log again.
    pub version: u64,
    /// Sequence number of the newest log entry.
    pub after: u64,
    /// Sequence number of the newest finding.
    pub found: u64,
}

impl Shown {
    /// Returns whether the findings on the page are numbered like those of the run.
    fn has_same_findings(self, status: &Status) -> bool {
        // A page that needs its log again does not say which version it shows. If the run goes on,
        // the page has time to notice that its findings are those of another worker.
        let asks_for_log = self.version == 0 && self.attempt == status.attempt && !status.is_over();
        asks_for_log || same_log((self.attempt, self.version), (status.attempt, status.version))
    }
}

/// Options for reading the status of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusQuery {
    /// Sequence number of the newest log entry that the client has. The status contains all later
    /// entries, or the last 50 entries if this is `None`.
    pub after: Option<u64>,
}

impl SetupService {
    /// Returns the newest attempt of a portfolio if it is in memory.
    pub fn live(&self, viewer: Viewer<'_>, id: Uuid) -> Option<LiveRun> {
        self.context.tracker.get(viewer, id)
    }

    /// Returns the status of a portfolio's newest attempt.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn status(&self, viewer: Viewer<'_>, id: Uuid, query: StatusQuery) -> StoreResult<Status> {
        Ok(self.view(viewer, id, query).await?.status)
    }

    /// Returns the status of a portfolio's newest attempt, and what its phases found.
    ///
    /// # Errors
    /// Returns the errors of [`Self::status`].
    pub async fn view(&self, viewer: Viewer<'_>, id: Uuid, query: StatusQuery) -> StoreResult<RunView> {
        let now_ms = clock::now_ms();
        let live = self.context.tracker.get(viewer, id);
        if let Some(view) = live.and_then(|live| live.view(query.after, now_ms)) {
            return Ok(view);
        }
        // Log entries and runs that are no longer in memory are read from the store.
        let Some((state, attempts)) = self.attempt(viewer, id, None).await? else {
            let portfolio = self.portfolio(viewer, id).await?;
            let (positions, now) = (portfolio.positions.len() as u64, clock::rfc3339(now_ms));
            let status = Status::without_run(portfolio.id.to_string(), portfolio.name, positions, now);
            return Ok(RunView { status, found: Vec::new() });
        };
        Ok(RunView::new(&state, attempts, query.after, now_ms))
    }

    /// Returns the status of an attempt with all log entries except debug entries, and what its
    /// phases found.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the attempt does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn view_of_attempt(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32) -> StoreResult<RunView> {
        let (state, attempts) = self.attempt(viewer, id, Some(attempt)).await?.ok_or(StoreError::NotFound)?;
        Ok(RunView::new(&state, attempts, Some(0), clock::now_ms()))
    }

    /// Returns an attempt as a page shows it, and separately all its log entries, including debug
    /// entries. If `attempt` is `None`, returns the newest attempt.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the attempt does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn view_with_debug(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<(RunView, Vec<LogEntry>)> {
        let (state, attempts) = self.attempt(viewer, id, attempt).await?.ok_or(StoreError::NotFound)?;
        let entries = state.entries.iter().map(Entry::to_wire).collect();
        Ok((RunView::new(&state, attempts, Some(0), clock::now_ms()), entries))
    }

    /// Returns what has changed since the status that a page already shows.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn poll(&self, viewer: Viewer<'_>, id: Uuid, shown: Shown) -> StoreResult<PollAnswer> {
        let tag = (shown.attempt, shown.version);
        let view = self.view(viewer, id, StatusQuery { after: Some(shown.after) }).await?;
        let current = (view.status.attempt, view.status.version);
        if current == tag && view.is_all_found(shown.found) {
            return Ok(PollAnswer::Unchanged(view.status.clock()));
        }
        // If the page shows a different log, for example that of an earlier attempt, it gets all
        // entries of the current log.
        let needs_all = !same_log(current, tag);
        let view = if needs_all { self.view(viewer, id, StatusQuery { after: Some(0) }).await? } else { view };
        let found = if shown.has_same_findings(&view.status) { shown.found } else { 0 };
        Ok(PollAnswer::Changed(Box::new(view.into_change(found))))
    }

    /// Returns an attempt with all its log entries, including debug entries, and the total number
    /// of attempts of its portfolio. If `attempt` is `None`, returns the newest attempt.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn attempt(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<(RunState, u32)>> {
        let Some((record, stored)) = self.context.store.run_with_entries(viewer, id, attempt).await? else {
            return Ok(None);
        };
        let (number, attempts) = (record.identity.attempt, record.attempts);
        let live = self.context.tracker.get(viewer, id).map(|live| live.read(RunState::clone));
        let state = if let Some(mut live) = live.filter(|live| live.identity.attempt == number) {
            // The store may lack the newest entries, and memory may have dropped the oldest ones,
            // so the log is combined from both.
            let first_live = live.entries.first().map_or(u64::MAX, |entry| entry.line);
            let mut entries: Vec<Entry> = stored.into_iter().filter(|entry| entry.line < first_live).collect();
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
}
