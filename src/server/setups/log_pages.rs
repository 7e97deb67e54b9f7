//! A log read in pages, so that one of any length is sent in little memory.

use uuid::Uuid;

use super::SetupService;
use crate::server::{
    store::StoreResult,
    tracker::{Entry, RunState},
    util::viewer::Viewer,
};

/// Entries of a page.
const PAGE: u32 = 500;

impl SetupService {
    /// An attempt without its entries, and how many attempts there are. The newest for `None`.
    ///
    /// # Errors
    /// When the store does not answer.
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

    /// The next entries of an attempt after `line` and up to `last`, debug ones included. Empty
    /// where some are missing.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn entries_page(
        &self,
        viewer: Viewer<'_>,
        id: Uuid,
        attempt: u32,
        line: u64,
        last: u64,
    ) -> StoreResult<Vec<Entry>> {
        let mut page = Vec::new();
        // The store may be up to a flush behind what is in memory; what memory drops in the
        // meantime, the store has.
        for _ in 0..2 {
            page = self.store().entries_page(viewer, id, attempt, line, PAGE).await?;
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

    /// The next entries after `line`, where the run is in memory and has all of them.
    fn live_entries(&self, viewer: Viewer<'_>, id: Uuid, attempt: u32, line: u64) -> Vec<Entry> {
        let Some(live) = self.tracker().get(viewer, id) else { return Vec::new() };
        live.read(|state| {
            let from = state.entries.partition_point(|entry| entry.line <= line);
            let entries = state.entries.get(from..).unwrap_or_default();
            let follow = entries.first().is_some_and(|first| first.line == line + 1);
            if state.identity.attempt != attempt || !follow {
                return Vec::new();
            }
            entries.iter().take(PAGE as usize).cloned().collect()
        })
    }
}
