//! Handle to one live run. One task reports; any number of readers read.
//!
//! Readers share one [`SharedStatus`] per version. The first reader of a version builds it from a
//! copy of the state taken under the lock. Later readers get it without locking.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwapOption;
use serde::{Deserialize, Serialize};
use status::{RunStatus, Status, same_log};

use super::{Entry, Event, Plan, RunIdentity, RunState, SharedStatus};
use crate::server::util::{clock, lock::lock};

/// Milliseconds that an ended run stays in memory. After that, it is read from the store.
const RETENTION_AFTER_END_MS: i64 = 3_600_000;

/// Maximum age of a shared status in milliseconds while nothing is reported. Durations, the clock
/// and the time left change all the time; all readers within this period get the same bytes.
const MAX_SHARED_AGE_MS: i64 = 250;

/// An event or a plan, in the form in which a run is recorded.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recorded {
    Event(Event),
    Plan(Box<Plan>),
}

/// Handle to one live run. Only the run's own task reports; any number of clones may read.
#[derive(Clone)]
pub struct LiveRun {
    shared: Arc<Shared>,
}

struct Shared {
    identity: RunIdentity,
    state: Mutex<RunState>,
    /// Version of the state, readable without the state's lock.
    version: AtomicU64,
    status: ArcSwapOption<SharedStatus>,
}

impl LiveRun {
    pub(super) fn new(state: RunState) -> Self {
        let shared = Shared {
            identity: state.identity.clone(),
            version: AtomicU64::new(state.version),
            state: Mutex::new(state),
            status: ArcSwapOption::empty(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Returns the unchanging facts of the run, such as its portfolio and attempt.
    pub fn identity(&self) -> &RunIdentity {
        &self.shared.identity
    }

    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Returns attempt and version. As long as the pair is the same, nothing has changed.
    pub fn tag(&self) -> (u32, u64) {
        (self.identity().attempt, self.version())
    }

    /// Calls `look` with the state. The state is locked, so `look` must be short and must not
    /// block.
    pub fn read<T>(&self, look: impl FnOnce(&RunState) -> T) -> T {
        look(&lock(&self.shared.state))
    }

    /// Returns the status at `now_ms`, encoded once for all readers.
    pub fn shared_status(&self, now_ms: i64) -> Arc<SharedStatus> {
        let known = self.shared.status.load_full();
        let is_current =
            |known: &Arc<SharedStatus>| known.version() == self.version() && known.age_ms(now_ms) < MAX_SHARED_AGE_MS;
        if let Some(known) = known.filter(is_current) {
            return known;
        }
        let fresh = Arc::new(self.read(|state| SharedStatus::new(state, now_ms)));
        self.shared.status.store(Some(fresh.clone()));
        fresh
    }

    /// Returns the status at `now_ms` with every shown entry after `after`, or with the last 50 if
    /// `after` is `None`. Returns `None` if memory does not reach back that far.
    pub fn status(&self, after: Option<u64>, now_ms: i64) -> Option<Status> {
        let shared = self.shared_status(now_ms);
        shared.status(after, now_ms).or_else(|| {
            self.read(|state| {
                // A debug entry carries the number of the shown entry before it, which is no longer
                // in memory.
                let seq_before = |entry: &Entry| entry.seq.saturating_sub(u64::from(entry.is_shown()));
                (after? >= state.entries.first().map_or(state.last_seq, seq_before))
                    .then(|| state.to_status(state.identity.attempt, after, now_ms))
            })
        })
    }

    pub fn report(&self, event: Event) {
        self.report_all([event]);
    }

    /// Reports events that happen together. No reader sees one without the others.
    pub fn report_all<const N: usize>(&self, events: [Event; N]) {
        let now_ms = clock::now_ms();
        let mut state = lock(&self.shared.state);
        for event in events {
            Self::record(now_ms, || Recorded::Event(event.clone()));
            state.apply(event, now_ms);
        }
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// Returns the state after these events without publishing it, because the store must record it
    /// first.
    pub fn preview(&self, events: impl IntoIterator<Item = Event>) -> RunState {
        let mut next = self.read(RunState::clone);
        let now_ms = clock::now_ms();
        for event in events {
            Self::record(now_ms, || Recorded::Event(event.clone()));
            next.apply(event, now_ms);
        }
        next.shown_percent = next.percent;
        next.is_store_busy = false;
        next
    }

    /// Publishes a previewed state after the store has recorded it with all its entries.
    pub fn publish(&self, mut next: RunState) {
        next.mark_saved(next.last_line, next.percent, next.is_waiting());
        let mut state = lock(&self.shared.state);
        // Readers who saw that the run waits for the store must also see that it no longer does.
        next.version = next.version.max(state.version + 1);
        self.shared.version.store(next.version, Ordering::Release);
        *state = next;
    }

    /// Records that the store has everything in this earlier copy of the state.
    pub fn mark_saved(&self, stored: &RunState) {
        let mut state = lock(&self.shared.state);
        state.mark_saved(stored.last_line, stored.percent, stored.is_waiting());
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// Sets the expected cost of each phase.
    pub fn expect(&self, plan: Plan) {
        Self::record(clock::now_ms(), || Recorded::Plan(Box::new(plan.clone())));
        lock(&self.shared.state).plan = plan;
    }

    /// Logs each reported event if `RUST_LOG=recording=trace` is set. Tests replay such recordings
    /// to check the estimates of the time left.
    fn record(at_ms: i64, what: impl FnOnce() -> Recorded) {
        if tracing::enabled!(target: "recording", tracing::Level::TRACE) {
            let line = serde_json::to_string(&(at_ms, what())).unwrap_or_default();
            tracing::trace!(target: "recording", "{line}");
        }
    }

    /// Returns whether both handles belong to the same epoch of the same attempt, and so to the
    /// same worker.
    pub(super) fn is_same_epoch(&self, other: &Self) -> bool {
        self.identity().portfolio_id == other.identity().portfolio_id && same_log(self.tag(), other.tag())
    }

    pub(super) fn is_stale(&self, now_ms: i64) -> bool {
        self.read(|state| {
            state.status != RunStatus::Running
                && state.completed_ms.is_some_and(|end| now_ms.saturating_sub(end) > RETENTION_AFTER_END_MS)
        })
    }
}
