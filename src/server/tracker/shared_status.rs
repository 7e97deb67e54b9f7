//! Status of a run at one version, built once for all readers.

use std::sync::{Arc, Mutex, OnceLock};

use status::{PollAnswer, RunStatus, Status, TimeFields};

use super::{RunState, wire::CONDENSED_ENTRIES};
use crate::server::util::{
    clock::{elapsed_ms, rfc3339},
    lock::lock,
    precompressed::PrecompressedJson,
};

/// Status of a run at one version.
pub struct SharedStatus {
    /// Status with the last 50 shown entries.
    status: Status,
    /// The status contains every shown entry with a higher number than this.
    log_starts_after: u64,
    built_ms: i64,
    started_ms: i64,
    completed_ms: Option<i64>,
    reported_ms: i64,
    limit_wait_until_ms: Option<i64>,
    bytes: OnceLock<PrecompressedJson>,
    /// Responses to polls of the page, by the number of the entry after which they start.
    responses: Mutex<Vec<(u64, Arc<PrecompressedJson>)>>,
}

/// Maximum number of responses kept per version. Pages that poll at the same pace start after one
/// of the last few versions.
const MAX_RESPONSES: usize = 8;

impl SharedStatus {
    pub(super) fn new(state: &RunState, now_ms: i64) -> Self {
        let status = state.to_status(state.identity.attempt, None, now_ms);
        // The log may be shorter than 50 entries, because older entries have left memory.
        let log_starts_after = match status.activity_log.first() {
            Some(first) => first.seq.saturating_sub(1),
            None => state.last_seq,
        };
        debug_assert!(status.activity_log.len() <= CONDENSED_ENTRIES);
        Self {
            status,
            log_starts_after,
            built_ms: now_ms,
            started_ms: state.started_ms,
            completed_ms: state.completed_ms,
            reported_ms: state.reported_ms,
            limit_wait_until_ms: state.limit_wait_until_ms,
            bytes: OnceLock::new(),
            responses: Mutex::default(),
        }
    }

    pub fn version(&self) -> u64 {
        self.status.version
    }

    /// Returns the milliseconds since this status was built.
    pub fn age_ms(&self, now_ms: i64) -> i64 {
        // If the clock was set back, the status counts as old.
        if now_ms < self.built_ms { i64::MAX } else { now_ms - self.built_ms }
    }

    /// Returns the status at `now_ms` with every shown entry after `after`, or with all entries
    /// that it has. Returns `None` if it does not reach back that far.
    pub fn status(&self, after: Option<u64>, now_ms: i64) -> Option<Status> {
        if after.is_some_and(|after| after < self.log_starts_after) {
            return None;
        }
        Some(self.since(after).at(self.clock(now_ms)))
    }

    /// Returns the status with the shown entries after `after`, or with all entries that it has.
    fn since(&self, after: Option<u64>) -> Status {
        let from = after.map_or(0, |after| self.status.activity_log.partition_point(|entry| entry.seq <= after));
        Status { activity_log: self.status.activity_log[from..].to_vec(), ..self.status.clone() }
    }

    /// Returns the JSON of [`PollAnswer::Changed`](status::PollAnswer) with every shown entry after
    /// `after`, encoded once for all readers with the same `after`. Returns `None` if the status
    /// does not reach back that far.
    pub fn changed(&self, after: u64) -> Option<Arc<PrecompressedJson>> {
        if after < self.log_starts_after {
            return None;
        }
        let known = |responses: &[(u64, Arc<PrecompressedJson>)]| {
            responses.iter().find(|(start, _)| *start == after).map(|(_, response)| response.clone())
        };
        if let Some(response) = known(&lock(&self.responses)) {
            return Some(response);
        }
        // Encoded without holding the lock. Two simultaneous readers may both encode; one result is
        // kept.
        let encoded = Arc::new(PrecompressedJson::new(&PollAnswer::Changed(Box::new(self.since(Some(after))))));
        let mut responses = lock(&self.responses);
        if let Some(response) = known(&responses) {
            return Some(response);
        }
        if responses.len() == MAX_RESPONSES {
            responses.remove(0);
        }
        responses.push((after, encoded.clone()));
        Some(encoded)
    }

    /// Returns the fields that change with the clock alone, as of `now_ms`.
    pub fn clock(&self, now_ms: i64) -> TimeFields {
        let is_over = self.status.status != RunStatus::Running;
        TimeFields {
            server_time: rfc3339(now_ms),
            elapsed_seconds: elapsed_ms(self.started_ms, self.completed_ms.unwrap_or(now_ms)) / 1000,
            heartbeat_age_seconds: if is_over { 0 } else { elapsed_ms(self.reported_ms, now_ms) / 1000 },
            next_poll_ms: self.status.next_poll_ms,
            limit_wait_seconds: self.limit_wait_until_ms.map(|until| elapsed_ms(now_ms, until).div_ceil(1000)),
        }
    }

    /// Returns the JSON of the whole status, encoded once.
    pub fn bytes(&self) -> &PrecompressedJson {
        self.bytes.get_or_init(|| PrecompressedJson::new(&self.status))
    }
}
