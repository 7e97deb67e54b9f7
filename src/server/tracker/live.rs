//! A handle to one live run: the one who reports writes, any number read.
//!
//! Readers share one [`SharedStatus`] per version. It is made by the first who asks for it, from a
//! copy taken under the lock; whoever asks next finds it without a lock.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwapOption;
use serde::{Deserialize, Serialize};
use status::{RunStatus, Status, same_log};

use super::{Entry, Event, Plan, RunIdentity, RunState, SharedStatus};
use crate::server::util::{clock, lock::lock};

/// How long an ended run stays in memory, in milliseconds; afterwards it is read from the store.
const KEPT_AFTER_END_MS: i64 = 3_600_000;

/// How old a shared status may be, in milliseconds, while nothing is reported: durations, the clock
/// and the time left go on. All who ask within that time get the same bytes.
const SHARED_MS: i64 = 250;

/// What a run was told, as it is written down.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recorded {
    Event(Event),
    Plan(Box<Plan>),
}

/// A handle to one live run. Readers may be many; the one who reports is the run's own task.
#[derive(Clone)]
pub struct LiveRun {
    shared: Arc<Shared>,
}

struct Shared {
    identity: RunIdentity,
    state: Mutex<RunState>,
    /// That of the state, to be read without its lock.
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

    /// Who and what.
    pub fn identity(&self) -> &RunIdentity {
        &self.shared.identity
    }

    /// The newest version.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Attempt and version: the same pair means that nothing has changed.
    pub fn tag(&self) -> (u32, u64) {
        (self.identity().attempt, self.version())
    }

    /// Looks at the state; `look` must be short and must not block.
    pub fn read<T>(&self, look: impl FnOnce(&RunState) -> T) -> T {
        look(&lock(&self.shared.state))
    }

    /// What is shown at `now_ms`, ready to travel.
    pub fn shared_status(&self, now_ms: i64) -> Arc<SharedStatus> {
        let known = self.shared.status.load_full();
        let is_current =
            |known: &Arc<SharedStatus>| known.version() == self.version() && known.age_ms(now_ms) < SHARED_MS;
        if let Some(known) = known.filter(is_current) {
            return known;
        }
        let fresh = Arc::new(self.read(|state| SharedStatus::new(state, now_ms)));
        self.shared.status.store(Some(fresh.clone()));
        fresh
    }

    /// The status at `now_ms` with every shown entry after `after`, or the last 50; `None` where memory does not reach
    /// back that far.
    pub fn status(&self, after: Option<u64>, now_ms: i64) -> Option<Status> {
        let shared = self.shared_status(now_ms);
        shared.status(after, now_ms).or_else(|| {
            self.read(|state| {
                // A debug entry bears the number of the shown one before it, which is gone.
                let behind = |entry: &Entry| entry.seq.saturating_sub(u64::from(entry.is_shown()));
                (after? >= state.entries.first().map_or(state.last_seq, behind))
                    .then(|| state.to_status(state.identity.attempt, after, now_ms))
            })
        })
    }

    /// Reports one event.
    pub fn report(&self, event: Event) {
        self.report_all([event]);
    }

    /// Reports events that happen at once: no reader sees one without the others.
    pub fn report_all<const N: usize>(&self, events: [Event; N]) {
        let now_ms = clock::now_ms();
        let mut state = lock(&self.shared.state);
        for event in events {
            Self::record(now_ms, || Recorded::Event(event.clone()));
            state.apply(event, now_ms);
        }
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// The state after these events, without publishing it: the store takes it first.
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

    /// Publishes a previewed state after the store took it, with all its entries.
    pub fn publish(&self, mut next: RunState) {
        next.mark_saved(next.last_line, next.percent, next.is_waiting());
        let mut state = lock(&self.shared.state);
        // Whoever saw that it waits for the store must see that it does no more.
        next.version = next.version.max(state.version + 1);
        self.shared.version.store(next.version, Ordering::Release);
        *state = next;
    }

    /// Notes that the store has what this earlier copy of the state holds.
    pub fn mark_saved(&self, stored: &RunState) {
        let mut state = lock(&self.shared.state);
        state.mark_saved(stored.last_line, stored.percent, stored.is_waiting());
        self.shared.version.store(state.version, Ordering::Release);
    }

    /// Sets what each phase is expected to cost.
    pub fn expect(&self, plan: Plan) {
        Self::record(clock::now_ms(), || Recorded::Plan(Box::new(plan.clone())));
        lock(&self.shared.state).plan = plan;
    }

    /// Writes down what is reported, where the server's log wants to know: `RUST_LOG=recording=trace`. Recorded runs are
    /// replayed to see whether the time left was told right.
    fn record(at_ms: i64, what: impl FnOnce() -> Recorded) {
        if tracing::enabled!(target: "recording", tracing::Level::TRACE) {
            let line = serde_json::to_string(&(at_ms, what())).unwrap_or_default();
            tracing::trace!(target: "recording", "{line}");
        }
    }

    /// Returns whether both belong to the same worker: to one epoch of one attempt.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.identity().portfolio_id == other.identity().portfolio_id && same_log(self.tag(), other.tag())
    }

    pub(super) fn is_stale(&self, now_ms: i64) -> bool {
        self.read(|state| {
            state.status != RunStatus::Running
                && state.completed_ms.is_some_and(|end| now_ms.saturating_sub(end) > KEPT_AFTER_END_MS)
        })
    }
}
