//! The tracker keeps the live state of every run. No other module changes the status of a run.
//!
//! It holds the runs of any number of portfolios, each with its own [`RunState`]. Its locks are std
//! mutexes that are held only for a small copy and never across an await, so a slow reader does not
//! slow down a run. The tracker does not depend on the phases, the store or HTTP. Runs report their
//! progress only through their [`LiveRun`].

mod cause;
mod entry;
mod event;
mod live;
mod phase_record;
#[cfg(test)]
mod replay_tests;
mod run;
mod run_view;
mod shared_status;
pub mod support;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::Notify;
use uuid::Uuid;

pub use cause::{Cause, PhaseWarnings};
pub use entry::Entry;
pub use event::Event;
pub use live::LiveRun;
pub use phase_record::PhaseRecord;
pub use run::{ENTRIES_IN_MEMORY, Plan, RunIdentity, RunState};
pub use run_view::RunView;
pub use shared_status::SharedStatus;
pub use wire::CONDENSED_ENTRIES;

use crate::server::{
    util::viewer::Viewer,
    util::{clock, lock::lock},
};

/// The runs in memory, at most one per portfolio.
#[derive(Clone, Default)]
pub struct Tracker {
    runs: Arc<Mutex<HashMap<Uuid, LiveRun>>>,
    inserted: Arc<Notify>,
}

impl Tracker {
    /// Starts tracking a run. It replaces any earlier attempt of the same portfolio.
    pub fn insert(&self, state: RunState) -> LiveRun {
        let run = LiveRun::new(state);
        let mut runs = lock(&self.runs);
        let now_ms = clock::now_ms();
        runs.retain(|_, run| !run.is_stale(now_ms));
        runs.insert(run.identity().portfolio_id, run.clone());
        drop(runs);
        self.inserted.notify_waiters();
        run
    }

    /// Waits until the tracker has this attempt of the portfolio, or a later one.
    pub async fn appears(&self, portfolio_id: Uuid, attempt: u32) {
        loop {
            let inserted = self.inserted.notified();
            let known = lock(&self.runs).get(&portfolio_id).cloned();
            if known.is_some_and(|run| run.identity().attempt >= attempt) {
                return;
            }
            inserted.await;
        }
    }

    /// Returns the portfolio's run if it is in memory and the viewer is allowed to read it.
    pub fn get(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> Option<LiveRun> {
        let run = lock(&self.runs).get(&portfolio_id).cloned()?;
        viewer.may_read(&run.identity().owner).then_some(run)
    }

    /// Stops tracking the portfolio's run if it is an earlier attempt than `attempt`. Call this
    /// once the store has recorded `attempt`. The earlier attempt has ended by then.
    pub fn forget_before(&self, portfolio_id: Uuid, attempt: u32) {
        let mut runs = lock(&self.runs);
        if runs.get(&portfolio_id).is_some_and(|run| run.identity().attempt < attempt) {
            runs.remove(&portfolio_id);
        }
    }

    /// Stops tracking this run, unless a newer run of the same portfolio has already replaced it.
    pub fn forget(&self, run: &LiveRun) {
        let portfolio_id = run.identity().portfolio_id;
        let mut runs = lock(&self.runs);
        if runs.get(&portfolio_id).is_some_and(|known| known.is_same_epoch(run)) {
            runs.remove(&portfolio_id);
        }
    }

    /// Stops tracking the portfolio's run.
    pub fn remove(&self, portfolio_id: Uuid) {
        lock(&self.runs).remove(&portfolio_id);
    }

    /// Counts the tracked runs that satisfy the predicate.
    pub fn count(&self, predicate: impl Fn(&RunState) -> bool) -> usize {
        lock(&self.runs).values().filter(|run| run.read(&predicate)).count()
    }

    /// Stops tracking all runs that had ended more than an hour before `now_ms`.
    pub fn drop_stale(&self, now_ms: i64) {
        lock(&self.runs).retain(|_, run| !run.is_stale(now_ms));
    }
}
