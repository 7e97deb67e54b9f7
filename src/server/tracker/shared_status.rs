//! The status of a run at one version, built once and shared by all readers.

use std::sync::{Arc, Mutex, OnceLock};

use status::{PollAnswer, RunStatus, Status, TimeFields};

use super::{RunState, wire::CONDENSED_ENTRIES};
use crate::server::util::{
    clock::{elapsed_ms, rfc3339},
    lock::lock,
    precompressed::PrecompressedJson,
};

/// The status of a run at one version of its state, shared by all readers.
pub struct SharedStatus {
    /// Status with the last 50 shown log entries.
    status: Status,
    /// Sequence number before the first log entry in `status`. The status contains every shown
    /// entry with a higher number.
    log_starts_after: u64,
    built_ms: i64,
    started_ms: i64,
    completed_ms: Option<i64>,
    reported_ms: i64,
    limit_wait_until_ms: Option<i64>,
    bytes: OnceLock<PrecompressedJson>,
    /// Encoded responses to polls of the live page. The key is the sequence number after which
    /// their log entries start.
    responses: Mutex<Vec<(u64, Arc<PrecompressedJson>)>>,
}

/// Maximum number of encoded poll responses that are kept per version. A few are enough: pages poll
/// at the same pace, so they all ask for the changes since one of the last few versions.
const MAX_RESPONSES: usize = 8;

impl SharedStatus {
    pub(super) fn new(state: &RunState, now_ms: i64) -> Self {
        let status = state.to_status(state.identity.attempt, None, now_ms);
        // The log may contain fewer than 50 entries, because memory does not hold the older ones.
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

    /// Returns the age of this status in milliseconds.
    pub fn age_ms(&self, now_ms: i64) -> i64 {
        // If the clock was set back, the status counts as too old.
        if now_ms < self.built_ms { i64::MAX } else { now_ms - self.built_ms }
    }

    /// Returns the status at `now_ms` with every shown log entry after the sequence number `after`,
    /// or with all entries that it has if `after` is `None`. Returns `None` if earlier entries are
    /// needed.
    pub fn status(&self, after: Option<u64>, now_ms: i64) -> Option<Status> {
        if after.is_some_and(|after| after < self.log_starts_after) {
            return None;
        }
        Some(self.since(after).at(self.clock(now_ms)))
    }

    /// Returns the status with the shown log entries after the sequence number `after`, or with all
    /// entries that it has if `after` is `None`.
    fn since(&self, after: Option<u64>) -> Status {
        let from = after.map_or(0, |after| self.status.activity_log.partition_point(|entry| entry.seq <= after));
        Status { activity_log: self.status.activity_log[from..].to_vec(), ..self.status.clone() }
    }

    /// Returns the JSON of [`PollAnswer::Changed`](status::PollAnswer) with every shown log entry
    /// after the sequence number `after`, encoded once for all readers with the same `after`.
    /// Returns `None` if earlier entries are needed.
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
        // The response is encoded without holding the lock. Two simultaneous readers may both
        // encode it; one of the two results is kept.
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

    /// Returns the fields of the status that change merely because time passes, as of `now_ms`.
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

    /// Returns the JSON of the whole status. It is encoded only once.
    pub fn bytes(&self) -> &PrecompressedJson {
        self.bytes.get_or_init(|| PrecompressedJson::new(&self.status))
    }
}
