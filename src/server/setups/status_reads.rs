//! Reads the status of a run: from the tracker if the run is in memory, and otherwise from the
//! store.

use status::{PollAnswer, Status, same_log};
use uuid::Uuid;

use super::SetupService;
use crate::server::{
    store::{StoreError, StoreResult},
    tracker::{Entry, LiveRun, RunState},
    util::{clock, viewer::Viewer},
};

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
        let now_ms = clock::now_ms();
        let live = self.context.tracker.get(viewer, id);
        if let Some(status) = live.and_then(|live| live.status(query.after, now_ms)) {
            return Ok(status);
        }
        // Log entries and runs that are no longer in memory are read from the store.
        let Some((state, attempts)) = self.attempt(viewer, id, None).await? else {
            let portfolio = self.portfolio(viewer, id).await?;
            let (positions, now) = (portfolio.positions.len() as u64, clock::rfc3339(now_ms));
            return Ok(Status::without_run(portfolio.id.to_string(), portfolio.name, positions, now));
        };
        Ok(state.to_status(attempts, query.after, now_ms))
    }

    /// Returns the status of an attempt with all log entries except debug entries.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the attempt does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn status_of_attempt(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32) -> StoreResult<Status> {
        let (state, attempts) = self.attempt(viewer, id, Some(attempt)).await?.ok_or(StoreError::NotFound)?;
        Ok(state.to_status(attempts, Some(0), clock::now_ms()))
    }

    /// Returns what has changed since the status that a page already shows. That status is
    /// identified by its `attempt`, its `version`, and the sequence number `after` of its newest
    /// log entry.
    ///
    /// # Errors
    /// Returns [`StoreError::NotFound`] if the portfolio does not exist or the viewer may not read
    /// it, or another error if the store fails.
    pub async fn poll(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: u32,
        version: u64,
        after: u64,
    ) -> StoreResult<PollAnswer> {
        if let Some(live) = self.live(viewer, id).filter(|live| live.tag() == (attempt, version)) {
            let now_ms = clock::now_ms();
            return Ok(PollAnswer::Unchanged(live.shared_status(now_ms).clock(now_ms)));
        }
        let status = self.status(viewer, id, StatusQuery { after: Some(after) }).await?;
        if (status.attempt, status.version) == (attempt, version) {
            return Ok(PollAnswer::Unchanged(status.clock()));
        }
        // If the page shows a different log, for example that of an earlier attempt, it gets all
        // entries of the current log.
        let needs_all = !same_log((status.attempt, status.version), (attempt, version));
        let status = if needs_all { self.status(viewer, id, StatusQuery { after: Some(0) }).await? } else { status };
        Ok(PollAnswer::Changed(Box::new(status.for_page())))
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
