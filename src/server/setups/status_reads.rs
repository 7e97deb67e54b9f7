//! Reading the status of a run: from the tracker while the run is live, else from the store.

use status::{PollAnswer, Status, same_log};
use uuid::Uuid;

use super::SetupService;
use crate::server::{
    store::{StoreError, StoreResult},
    tracker::{Entry, LiveRun, RunState},
    util::{clock, viewer::Viewer},
};

/// Which status is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusQuery {
    /// Every shown entry after this one; the last 50 for `None`.
    pub after: Option<u64>,
}

impl SetupService {
    /// The newest attempt, where it is in memory.
    pub fn live(&self, viewer: Viewer<'_>, id: Uuid) -> Option<LiveRun> {
        self.context.tracker.get(viewer, id)
    }

    /// The status of the newest attempt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn status(&self, viewer: Viewer<'_>, id: Uuid, query: StatusQuery) -> StoreResult<Status> {
        let now_ms = clock::now_ms();
        let live = self.context.tracker.get(viewer, id);
        if let Some(status) = live.and_then(|live| live.status(query.after, now_ms)) {
            return Ok(status);
        }
        // Entries older than memory goes, and runs that have left it, are in the store.
        let Some((state, attempts)) = self.attempt(viewer, id, None).await? else {
            let portfolio = self.portfolio(viewer, id).await?;
            let (positions, now) = (portfolio.positions.len() as u64, clock::rfc3339(now_ms));
            return Ok(Status::without_run(portfolio.id.to_string(), portfolio.name, positions, now));
        };
        Ok(state.to_status(attempts, query.after, now_ms))
    }

    /// The status of one attempt with all its shown entries.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
    pub async fn status_of_attempt(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32) -> StoreResult<Status> {
        let (state, attempts) = self.attempt(viewer, id, Some(attempt)).await?.ok_or(StoreError::NotFound)?;
        Ok(state.to_status(attempts, Some(0), clock::now_ms()))
    }

    /// What the page lacks, given the attempt, version and entries that it has.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or when the store does not answer.
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
        // Numbers that now stand for other entries are of no use: the page gets all of them anew.
        let whole = !same_log((status.attempt, status.version), (attempt, version));
        let status = if whole { self.status(viewer, id, StatusQuery { after: Some(0) }).await? } else { status };
        Ok(PollAnswer::Changed(Box::new(status)))
    }

    /// An attempt with all its entries, debug ones included, and how many attempts there are. The newest for `None`.
    ///
    /// # Errors
    /// When the store does not answer.
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
}
