//! The status of a run at one version of its state. It is built once and shared by all readers.

use std::sync::{Arc, Mutex, OnceLock};

use status::{PollAnswer, RunStatus, Status, TimeFields};

use super::{RunState, RunView, wire::CONDENSED_ENTRIES};
use crate::server::{
    findings::{FindingRecord, has_all},
    util::{
        clock::{self, rfc3339},
        lock::lock,
        precompressed::PrecompressedJson,
    },
};

/// The status of a run at one version of its state, shared by all readers.
pub struct SharedStatus {
    /// The run's status with the last 50 log entries that users see.
    status: Status,
    /// Sequence number after which the log in `status` starts. All visible log entries with higher
    /// numbers are in `status`.
    log_starts_after: u64,
    /// Findings of the phases, in the order of the newest changes.
    found: Vec<Arc<FindingRecord>>,
    built_ms: i64,
    started_ms: i64,
    completed_ms: Option<i64>,
    reported_ms: i64,
    limit_wait_until_ms: Option<i64>,
    bytes: OnceLock<PrecompressedJson>,
    /// Encoded responses to the polls that live pages send. The key contains the sequence numbers
    /// after which a response's log entries and findings start.
    responses: Mutex<Vec<Response>>,
}

/// An encoded poll response with its key.
type Response = ((u64, u64), Arc<PrecompressedJson>);

/// How many encoded poll responses to keep per version. A few are enough: pages poll at the same
/// rate, so all of them ask for the changes since one of the last few versions.
const MAX_RESPONSES: usize = 8;

impl SharedStatus {
    pub(super) fn new(state: &RunState, now_ms: i64) -> Self {
        let status = state.to_status(state.identity.attempt, None, now_ms);
        // There may be fewer than 50 entries if the older ones are no longer in memory.
        let log_starts_after = match status.activity_log.first() {
            Some(first) => first.seq.saturating_sub(1),
            None => state.last_seq,
        };
        debug_assert!(status.activity_log.len() <= CONDENSED_ENTRIES);
        Self {
            status,
            log_starts_after,
            found: state.found(),
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

    /// Returns how many milliseconds ago this status was built.
    pub fn age_ms(&self, now_ms: i64) -> i64 {
        // If the clock was set back, treat the status as too old.
        if now_ms < self.built_ms { i64::MAX } else { now_ms - self.built_ms }
    }

    /// Returns the status at `now_ms`. It includes all visible log entries whose sequence number is
    /// greater than `after`, or every entry held here if `after` is `None`. Returns `None` if some
    /// of the requested entries are older than those held here.
    pub fn status(&self, after: Option<u64>, now_ms: i64) -> Option<Status> {
        if after.is_some_and(|after| after < self.log_starts_after) {
            return None;
        }
        Some(self.since(after).at(self.clock(now_ms)))
    }

    /// Returns the run's status at `now_ms` with what the phases found. The log entries are those
    /// of [`Self::status`].
    pub fn view(&self, after: Option<u64>, now_ms: i64) -> Option<RunView> {
        Some(RunView { status: self.status(after, now_ms)?, found: self.found.clone() })
    }

    /// Returns whether a page that has all findings up to sequence number `found` has all of them.
    pub fn is_all_found(&self, found: u64) -> bool {
        has_all(&self.found, found)
    }

    /// Returns the status with the log entries whose sequence number is greater than `after`, or
    /// with every entry held here if `after` is `None`.
    fn since(&self, after: Option<u64>) -> Status {
        let from = after.map_or(0, |after| self.status.activity_log.partition_point(|entry| entry.seq <= after));
        Status { activity_log: self.status.activity_log[from..].to_vec(), ..self.status.clone() }
    }

    /// Returns [`PollAnswer::Changed`](status::PollAnswer) as JSON, with all visible log entries
    /// whose sequence number is greater than `after`, and findings that have changed after sequence
    /// number `found`. It is encoded once for all readers with the same `after` and `found`.
    /// Returns `None` if some of the requested entries are older than those held here.
    pub fn changed(&self, after: u64, found: u64) -> Option<Arc<PrecompressedJson>> {
        if after < self.log_starts_after {
            return None;
        }
        // All pages that have every finding share one response.
        let key = (after, if self.is_all_found(found) { u64::MAX } else { found });
        let known = |responses: &[Response]| {
            responses.iter().find(|(start, _)| *start == key).map(|(_, response)| response.clone())
        };
        if let Some(response) = known(&lock(&self.responses)) {
            return Some(response);
        }
        // The response is encoded without holding the lock. If two readers encode it at the same
        // time, only one of the two results is kept.
        let view = RunView { status: self.since(Some(after)), found: self.found.clone() };
        let encoded = Arc::new(PrecompressedJson::new(&PollAnswer::Changed(Box::new(view.into_change(found)))));
        let mut responses = lock(&self.responses);
        if let Some(response) = known(&responses) {
            return Some(response);
        }
        if responses.len() == MAX_RESPONSES {
            responses.remove(0);
        }
        responses.push((key, encoded.clone()));
        Some(encoded)
    }

    /// Returns the fields of the status that depend only on the current time, as of `now_ms`.
    pub fn clock(&self, now_ms: i64) -> TimeFields {
        let is_over = self.status.status != RunStatus::Running;
        let elapsed_ms = clock::elapsed_ms(self.started_ms, self.completed_ms.unwrap_or(now_ms));
        TimeFields {
            server_time: rfc3339(now_ms),
            elapsed_seconds: elapsed_ms / 1000,
            elapsed_ms,
            heartbeat_age_seconds: if is_over { 0 } else { clock::elapsed_ms(self.reported_ms, now_ms) / 1000 },
            next_poll_ms: self.status.next_poll_ms,
            limit_wait_seconds: self.limit_wait_until_ms.map(|until| clock::elapsed_ms(now_ms, until).div_ceil(1000)),
        }
    }

    /// Returns the whole status as JSON. It is encoded only once.
    pub fn bytes(&self) -> &PrecompressedJson {
        self.bytes.get_or_init(|| PrecompressedJson::new(&self.status))
    }
}
