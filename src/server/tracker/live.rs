//! A handle to a run that is in memory. The task that computes the run reports events through it,
//! and any number of readers can read the run's state.
//!
//! Readers share one [`SharedStatus`] per version of the state. The first reader of a version
//! builds it while holding the state's lock; later readers get it without locking.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwapOption;
use serde::{Deserialize, Serialize};
use status::{RunStatus, Status, same_log};

use super::{Entry, Event, Plan, RunIdentity, RunState, RunView, SharedStatus};
use crate::server::util::{clock, lock::lock};

/// How long a run stays in memory after it ends, in milliseconds. After that, its status is read
/// from the store.
const RETENTION_AFTER_END_MS: i64 = 3_600_000;

/// How long a shared status may be served if the run reports no new events, in milliseconds.
/// Durations and the time left change constantly, but all readers within this period get the same
/// bytes.
const MAX_SHARED_AGE_MS: i64 = 250;

/// One line of a recorded run: an event or a plan.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recorded {
    Event(Event),
    Plan(Box<Plan>),
}

/// A handle to a run that is in memory. It can be cloned freely to read the state, but only the
/// task that computes the run may report events.
#[derive(Clone)]
pub struct LiveRun {
    shared: Arc<Shared>,
}

struct Shared {
    identity: RunIdentity,
    state: Mutex<RunState>,
    /// Version of the run's state, readable without locking the state.
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

    /// Returns the attempt and the version of the state. If a later call returns the same pair, the
    /// state has not changed in between.
    pub fn tag(&self) -> (u32, u64) {
        (self.identity().attempt, self.version())
    }

    /// Calls `look` with the run's state. The state is locked during the call, so `look` must be
    /// short and must not block.
    pub fn read<T>(&self, look: impl FnOnce(&RunState) -> T) -> T {
        look(&lock(&self.shared.state))
    }

    /// Returns the run's status at `now_ms`. It is shared by all readers, so it is encoded only
    /// once.
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

    /// Returns the run's status at `now_ms`. It includes all visible log entries whose sequence
    /// number is greater than `after`, or the last 50 if `after` is `None`. Returns `None` if some
    /// of these entries are no longer in memory.
    pub fn status(&self, after: Option<u64>, now_ms: i64) -> Option<Status> {
        self.view(after, now_ms).map(|view| view.status)
    }

    /// Like [`Self::status`], with what the phases found.
    pub fn view(&self, after: Option<u64>, now_ms: i64) -> Option<RunView> {
        let shared = self.shared_status(now_ms);
        shared.view(after, now_ms).or_else(|| {
            self.read(|state| {
                // A debug entry repeats the sequence number of the visible entry before it. If the
                // oldest entry in memory is a debug entry, memory has dropped that visible entry.
                let seq_before = |entry: &Entry| entry.seq.saturating_sub(u64::from(entry.is_shown()));
                (after? >= state.entries.first().map_or(state.last_seq, seq_before))
                    .then(|| RunView::new(state, state.identity.attempt, after, now_ms))
            })
        })
    }

    pub fn report(&self, event: Event) {
        self.report_all([event]);
    }

    /// Reports several events as one change, so that no reader sees only some of them.
    pub fn report_all<const N: usize>(&self, events: [Event; N]) {
        let now_ms = clock::now_ms();
        let mut state = lock(&self.shared.state);
        for event in events {
            Self::record(now_ms, || Recorded::Event(event.clone()));
            state.apply(event, now_ms);
        }
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// Returns the state that these events would lead to, without publishing it. The store must
    /// record the new state before readers may see it.
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

    /// Publishes a state that [`Self::preview`] returned. Call this once the store has recorded the
    /// state and all its log entries.
    pub fn publish(&self, mut next: RunState) {
        next.mark_saved(next.last_line, next.percent, next.is_waiting());
        let mut state = lock(&self.shared.state);
        // The published version must be higher than the current one. Otherwise, readers who know
        // that results are waiting to be stored would not see that the wait is over.
        next.version = next.version.max(state.version + 1);
        self.shared.version.store(next.version, Ordering::Release);
        *state = next;
    }

    /// Records that the store now contains everything in `stored`, which is an earlier copy of this
    /// run's state.
    pub fn mark_saved(&self, stored: &RunState) {
        let mut state = lock(&self.shared.state);
        state.mark_saved(stored.last_line, stored.percent, stored.is_waiting());
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// Sets the plan, which says how long each phase is expected to take.
    pub fn expect(&self, plan: Plan) {
        Self::record(clock::now_ms(), || Recorded::Plan(Box::new(plan.clone())));
        lock(&self.shared.state).plan = plan;
    }

    /// Logs an event or a plan if the server runs with `RUST_LOG=recording=trace`. Tests replay
    /// such recordings to check the estimates of the time left.
    fn record(at_ms: i64, what: impl FnOnce() -> Recorded) {
        if tracing::enabled!(target: "recording", tracing::Level::TRACE) {
            let line = serde_json::to_string(&(at_ms, what())).unwrap_or_default();
            tracing::trace!(target: "recording", "{line}");
        }
    }

    /// Returns whether both handles belong to the same attempt and the same lease epoch. If so, the
    /// same worker computes the run.
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
