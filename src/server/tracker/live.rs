//! A handle to a run that is in memory. The run's own task reports events, and any number of
//! readers read the state.
//!
//! Readers share one [`SharedStatus`] per version of the state. The first reader of a version
//! builds it while holding the state's lock. Later readers get it without locking.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwapOption;
use serde::{Deserialize, Serialize};
use status::{RunStatus, Status, same_log};

use super::{Entry, Event, Plan, RunIdentity, RunState, SharedStatus};
use crate::server::util::{clock, lock::lock};

/// How long an ended run stays in memory, in milliseconds. After that, its status comes from the
/// store.
const RETENTION_AFTER_END_MS: i64 = 3_600_000;

/// Maximum age of a shared status, in milliseconds, if the run reports no events. The status
/// contains durations and the time left, which change all the time, but all readers within this
/// period get the same bytes.
const MAX_SHARED_AGE_MS: i64 = 250;

/// One item in the recording of a run: an event or a plan.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recorded {
    Event(Event),
    Plan(Box<Plan>),
}

/// A handle to a run that is in memory. Only the run's own task may report events; any number of
/// clones may read the state.
#[derive(Clone)]
pub struct LiveRun {
    shared: Arc<Shared>,
}

struct Shared {
    identity: RunIdentity,
    state: Mutex<RunState>,
    /// Version of the state. It can be read without the state's lock.
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

    /// Returns the facts about the run that never change, such as its portfolio and attempt.
    pub fn identity(&self) -> &RunIdentity {
        &self.shared.identity
    }

    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Returns the attempt and the version. If a later call returns the same pair, the state has
    /// not changed.
    pub fn tag(&self) -> (u32, u64) {
        (self.identity().attempt, self.version())
    }

    /// Calls `look` with the state, which is locked during the call. So `look` must be short and
    /// must not block.
    pub fn read<T>(&self, look: impl FnOnce(&RunState) -> T) -> T {
        look(&lock(&self.shared.state))
    }

    /// Returns the run's status at `now_ms`. All readers share it, so it is encoded only once.
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

    /// Returns the run's status at `now_ms` with every shown log entry after the sequence number
    /// `after`, or with the last 50 if `after` is `None`. Returns `None` if memory no longer holds
    /// all of these entries.
    pub fn status(&self, after: Option<u64>, now_ms: i64) -> Option<Status> {
        let shared = self.shared_status(now_ms);
        shared.status(after, now_ms).or_else(|| {
            self.read(|state| {
                // A debug entry has the sequence number of the shown entry before it, and that
                // entry is no longer in memory.
                let seq_before = |entry: &Entry| entry.seq.saturating_sub(u64::from(entry.is_shown()));
                (after? >= state.entries.first().map_or(state.last_seq, seq_before))
                    .then(|| state.to_status(state.identity.attempt, after, now_ms))
            })
        })
    }

    pub fn report(&self, event: Event) {
        self.report_all([event]);
    }

    /// Reports several events as one change: no reader sees the effect of only some of them.
    pub fn report_all<const N: usize>(&self, events: [Event; N]) {
        let now_ms = clock::now_ms();
        let mut state = lock(&self.shared.state);
        for event in events {
            Self::record(now_ms, || Recorded::Event(event.clone()));
            state.apply(event, now_ms);
        }
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// Returns the state after these events without publishing it. The store must record that state
    /// before readers may see it.
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

    /// Publishes a state from [`Self::preview`] after the store has recorded it with all its log
    /// entries.
    pub fn publish(&self, mut next: RunState) {
        next.mark_saved(next.last_line, next.percent, next.is_waiting());
        let mut state = lock(&self.shared.state);
        // The version must rise above the current one: readers who saw that the run waits for the
        // store must also see that it no longer waits.
        next.version = next.version.max(state.version + 1);
        self.shared.version.store(next.version, Ordering::Release);
        *state = next;
    }

    /// Records that everything in `stored`, an earlier copy of the state, is now in the store.
    pub fn mark_saved(&self, stored: &RunState) {
        let mut state = lock(&self.shared.state);
        state.mark_saved(stored.last_line, stored.percent, stored.is_waiting());
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// Sets the plan: how long each phase is expected to take.
    pub fn expect(&self, plan: Plan) {
        Self::record(clock::now_ms(), || Recorded::Plan(Box::new(plan.clone())));
        lock(&self.shared.state).plan = plan;
    }

    /// Logs an event or a plan if `RUST_LOG=recording=trace` is set. Tests replay such recordings
    /// to check the estimates of the time left.
    fn record(at_ms: i64, what: impl FnOnce() -> Recorded) {
        if tracing::enabled!(target: "recording", tracing::Level::TRACE) {
            let line = serde_json::to_string(&(at_ms, what())).unwrap_or_default();
            tracing::trace!(target: "recording", "{line}");
        }
    }

    /// Returns whether both handles belong to the same lease epoch of the same attempt, and thus to
    /// the same worker.
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
