//! A run as a page shows it: its status, and what its phases found. Only the owner's pages and
//! those of admins get the findings; the API returns the status alone.

use std::sync::Arc;

use status::{Change, Status};

use super::RunState;
use crate::server::findings::{FindingRecord, MAX_BYTES, changed_after, has_all};

/// The status of a run, and what its phases found.
#[derive(Clone, Debug)]
pub struct RunView {
    pub status: Status,
    /// In the order of the newest changes, including findings that the run has withdrawn.
    pub found: Vec<Arc<FindingRecord>>,
}

impl RunView {
    /// Returns the view of a run at `now_ms`. The parameters are those of [`RunState::to_status`].
    pub fn new(state: &RunState, attempts: u32, after: Option<u64>, now_ms: i64) -> Self {
        Self { status: state.to_status(attempts, after, now_ms), found: state.found() }
    }

    /// Returns whether a page that has all findings up to sequence number `found` has all of them.
    pub fn is_all_found(&self, found: u64) -> bool {
        has_all(&self.found, found)
    }

    /// Returns what is sent to a page that has all findings up to sequence number `found`. After
    /// the end of the run, that is all the rest, because the page does not poll again.
    pub fn into_change(self, found: u64) -> Change {
        let max_bytes = if self.status.is_over() { usize::MAX } else { MAX_BYTES };
        Change { found: changed_after(&self.found, found, max_bytes), status: self.status.for_page() }
    }
}
