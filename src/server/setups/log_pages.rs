//! Reads the log of a run in pages, so that sending a log of any length needs little memory.

use uuid::Uuid;

use super::SetupService;
use crate::server::{
    store::StoreResult,
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};

/// Maximum number of log entries per page.
const PAGE_SIZE: u32 = 500;

impl SetupService {
    /// Returns an attempt without its log entries, and the total number of attempts of its
    /// portfolio. If `attempt` is `None`, returns the newest attempt.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn attempt_head(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: Option<u32>,
    ) -> StoreResult<Option<(RunState, u32)>> {
        let Some(record) = self.store().run(viewer, id, attempt).await? else { return Ok(None) };
        let (number, attempts) = (record.identity.attempt, record.attempts);
        let live = self.tracker().get(viewer, id).map(|live| live.read(RunState::without_entries));
        let live = live.filter(|live| live.identity.attempt == number);
        let state = live.unwrap_or_else(|| record.into_state(self.market_data().facts().notice));
        Ok(Some((state, attempts)))
    }

    /// Returns the next page of an attempt's log: the entries with numbers above `line` and up to
    /// `last`, including debug entries. The page is empty if neither the store nor memory has the
    /// next entry.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub async fn entries_page(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: u32,
        line: u64,
        last: u64,
    ) -> StoreResult<Vec<Entry>> {
        let mut page = Vec::new();
        // The newest entries may exist only in memory, so the store is read first and memory
        // second. Between the two reads an entry may move from memory to the store, and both reads
        // miss it. A second iteration then finds it in the store, so two iterations are enough.
        for _ in 0..2 {
            page = self.store().entries_page(viewer, id, attempt, line, PAGE_SIZE).await?;
            if page.is_empty() {
                page = self.live_entries(viewer, id, attempt, line);
            }
            if !page.is_empty() {
                break;
            }
        }
        page.retain(|entry| entry.line <= last);
        Ok(page)
    }

    /// Returns the log entries in memory that come after entry number `line`. The result is empty
    /// if the attempt is not in memory, or if the entry right after `line` is no longer in memory.
    fn live_entries(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32, line: u64) -> Vec<Entry> {
        let Some(live) = self.tracker().get(viewer, id) else { return Vec::new() };
        live.read(|state| {
            let from = state.entries.partition_point(|entry| entry.line <= line);
            let entries = state.entries.get(from..).unwrap_or_default();
            let follow = entries.first().is_some_and(|first| first.line == line + 1);
            if state.identity.attempt != attempt || !follow {
                return Vec::new();
            }
            entries.iter().take(PAGE_SIZE as usize).cloned().collect()
        })
    }
}
