//! Live state of every run: the only writer of status.
//!
//! Any number of portfolios at once, each with its own [`RunState`]. Nothing is awaited while a lock is held
//! (std mutexes, held for the length of a small copy), so a slow reader never slows a run. The tracker does
//! not know phases' work, the store or HTTP; a run reports through its [`LiveRun`] alone.

mod entry;
mod event;
mod phase_record;
mod run;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use uuid::Uuid;

pub use entry::Entry;
pub use event::Event;
pub use phase_record::PhaseRecord;
pub use run::{ENTRIES_IN_MEMORY, Plan, RunIdentity, RunState};
pub use wire::CONDENSED_ENTRIES;

use super::{clock, lock::lock};
use crate::status::RunStatus;

/// How long an ended run stays in memory, in milliseconds; afterwards it is read from the store.
const KEPT_AFTER_END_MS: i64 = 3_600_000;

/// The live runs, by portfolio.
#[derive(Clone, Default)]
pub struct Tracker {
    runs: Arc<Mutex<HashMap<Uuid, LiveRun>>>,
}

impl Tracker {
    /// Starts to track a run; it takes the place of an earlier attempt of the same portfolio.
    pub fn insert(&self, state: RunState) -> LiveRun {
        let run = LiveRun { state: Arc::new(Mutex::new(state)) };
        let mut runs = lock(&self.runs);
        let now_ms = clock::now_ms();
        runs.retain(|_, run| !run.is_stale(now_ms));
        runs.insert(run.read(|state| state.identity.portfolio_id), run.clone());
        run
    }

    /// The live run of this portfolio, if it belongs to this owner.
    pub fn get(&self, owner: &str, portfolio_id: Uuid) -> Option<LiveRun> {
        let run = lock(&self.runs).get(&portfolio_id).cloned()?;
        run.read(|state| state.identity.owner == owner).then_some(run)
    }

    /// Forgets a portfolio.
    pub fn remove(&self, portfolio_id: Uuid) {
        lock(&self.runs).remove(&portfolio_id);
    }

    /// Drops runs that ended more than an hour before `now_ms`.
    pub fn drop_stale(&self, now_ms: i64) {
        lock(&self.runs).retain(|_, run| !run.is_stale(now_ms));
    }
}

/// A handle to one live run. Readers may be many; the one who reports is the run's own task.
#[derive(Clone)]
pub struct LiveRun {
    state: Arc<Mutex<RunState>>,
}

impl LiveRun {
    /// Looks at the state; `look` must be short and must not block.
    pub fn read<T>(&self, look: impl FnOnce(&RunState) -> T) -> T {
        look(&lock(&self.state))
    }

    /// Reports one event.
    pub fn report(&self, event: Event) {
        lock(&self.state).apply(event, clock::now_ms());
    }

    /// The state after these events, without publishing it: the store takes it first.
    pub fn preview(&self, events: impl IntoIterator<Item = Event>) -> RunState {
        let mut next = self.read(RunState::clone);
        let now_ms = clock::now_ms();
        for event in events {
            next.apply(event, now_ms);
        }
        next
    }

    /// Publishes a previewed state after the store took it, with all its entries.
    pub fn publish(&self, mut next: RunState) {
        next.mark_saved(next.last_line);
        *lock(&self.state) = next;
    }

    /// Notes that the store has every entry up to `line`.
    pub fn mark_saved(&self, line: u64) {
        lock(&self.state).mark_saved(line);
    }

    /// Sets what each phase is expected to cost.
    pub fn expect(&self, plan: Plan) {
        lock(&self.state).plan = plan;
    }

    fn is_stale(&self, now_ms: i64) -> bool {
        self.read(|state| {
            state.status != RunStatus::Running
                && state.completed_ms.is_some_and(|end| now_ms.saturating_sub(end) > KEPT_AFTER_END_MS)
        })
    }
}
