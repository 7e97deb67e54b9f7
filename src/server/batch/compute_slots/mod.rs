//! Compute slots: how many runs are computed at once, and the line of those that wait.
//!
//! The line is in order of priority, then of arrival: the order in which the queue hands runs out, so that whoever has
//! many runs under way does not hold up somebody who has one.
//!
//! A run keeps its slot, so the queue's order is not enough: the large runs of one user take all
//! slots but one at most. It is for other users and small runs. A single slot is not reserved.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

use super::{Control, Stop};
use crate::server::{
    tracker::{Event, LiveRun},
    util::lock::lock,
};

/// Positions above which a run is large: computing it takes seconds, where others take moments.
const LARGE_POSITIONS: u64 = 500;

/// All compute slots.
#[derive(Clone)]
pub struct ComputeSlots {
    state: Arc<Mutex<State>>,
    /// Read by each run that computes a phase; written by a run that must compute alone.
    computing: Arc<RwLock<()>>,
}

/// The right of a run to compute while no other run does. Every copy can release it.
#[derive(Clone, Default)]
pub struct Exclusive(Arc<Mutex<Option<OwnedRwLockWriteGuard<()>>>>);

impl Exclusive {
    /// Lets others compute again.
    pub fn release(&self) {
        lock(&self.0).take();
    }

    fn is_held(&self) -> bool {
        lock(&self.0).is_some()
    }
}

/// One run's claim to a compute slot. Dropping it frees the slot, or leaves the line.
pub struct ComputeSlot {
    slots: ComputeSlots,
    run_id: i64,
    priority: u32,
    live: LiveRun,
    /// Whether a slot has been granted to it; `None` before it has asked for one.
    granted: Option<watch::Receiver<bool>>,
    exclusive: Exclusive,
    shared: Option<OwnedRwLockReadGuard<()>>,
}

struct State {
    count: usize,
    free: usize,
    line: Vec<Waiting>,
    /// Slots held by large runs, by user.
    large: BTreeMap<String, usize>,
}

struct Waiting {
    run_id: i64,
    priority: u32,
    live: LiveRun,
    granted: watch::Sender<bool>,
}

impl ComputeSlots {
    /// Creates `count` slots, at least one.
    pub fn new(count: usize) -> Self {
        let count = count.max(1);
        let state = State { count, free: count, line: Vec::new(), large: BTreeMap::new() };
        Self { state: Arc::new(Mutex::new(state)), computing: Arc::default() }
    }

    /// The claim of a run, which takes no slot yet. A higher priority goes first.
    pub fn claim(&self, run_id: i64, priority: u32, live: LiveRun) -> ComputeSlot {
        let exclusive = Exclusive::default();
        ComputeSlot { slots: self.clone(), run_id, priority, live, granted: None, exclusive, shared: None }
    }
}

impl ComputeSlot {
    /// Takes a free slot, or a place in the line, at once.
    pub fn join(&mut self) {
        if self.granted.is_some() {
            return;
        }
        let mut state = lock(&self.slots.state);
        let is_free = state.may_take(&self.live);
        let (granted, granted_here) = watch::channel(is_free);
        self.granted = Some(granted_here);
        if is_free {
            state.take(&self.live);
        } else {
            let place = state.line.partition_point(|waiting| waiting.priority >= self.priority);
            let (run_id, priority, live) = (self.run_id, self.priority, self.live.clone());
            state.line.insert(place, Waiting { run_id, priority, live, granted });
            state.announce();
        }
    }

    /// Waits until no other run computes a phase, and blocks others: a run whose next crash ends it
    /// must not be given up for another run's crash. Lasts until released, or until the phase ends.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub async fn compute_alone(&mut self, control: &Control) -> Result<(), Stop> {
        tokio::select! {
            guard = self.slots.computing.clone().write_owned() => *lock(&self.exclusive.0) = Some(guard),
            () = control.stopped() => {}
        }
        control.checkpoint()
    }

    /// Waits while another run must compute alone, unless that is this one.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub async fn compute_beside_others(&mut self, control: &Control) -> Result<(), Stop> {
        if !self.exclusive.is_held() {
            tokio::select! {
                guard = self.slots.computing.clone().read_owned() => self.shared = Some(guard),
                () = control.stopped() => {}
            }
        }
        control.checkpoint()
    }

    /// Returns a copy of this run's right to compute alone, so that it can be released elsewhere.
    pub fn exclusive(&self) -> Exclusive {
        self.exclusive.clone()
    }

    /// Marks the end of a phase: the run has progressed and lets other runs compute.
    pub fn phase_ended(&mut self) {
        self.shared = None;
        self.exclusive.release();
    }

    /// Whether the run waits in the line.
    pub fn is_in_line(&self) -> bool {
        self.granted.as_ref().is_some_and(|granted| !*granted.borrow())
    }

    /// Waits for a slot, unless the run has one.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub async fn ready(&mut self, control: &Control) -> Result<(), Stop> {
        self.join();
        if let Some(granted) = &mut self.granted {
            tokio::select! {
                // The line keeps the sender until it grants the slot.
                _ = granted.wait_for(|granted| *granted) => {}
                () = control.stopped() => {}
            }
        }
        control.checkpoint()
    }
}

impl Drop for ComputeSlot {
    fn drop(&mut self) {
        self.exclusive.release();
        if self.granted.is_none() {
            return;
        }
        let mut state = lock(&self.slots.state);
        if let Some(place) = state.line.iter().position(|waiting| waiting.run_id == self.run_id) {
            state.line.remove(place).live.report(Event::Queued(None));
        } else {
            state.give_back(&self.live);
            // The first run in the queue that may start; a user's large runs over the limit wait.
            if let Some(next) = state.line.iter().position(|waiting| state.may_take(&waiting.live)) {
                let next = state.line.remove(next);
                state.take(&next.live);
                next.live.report(Event::Queued(None));
                next.granted.send_replace(true);
            }
        }
        state.announce();
    }
}

impl State {
    /// Whether a run may have a slot now: one is free, and a large run leaves one for other users
    /// and small runs.
    fn may_take(&self, live: &LiveRun) -> bool {
        let most = self.count.saturating_sub(1).max(1);
        self.free > 0 && large_owner(live).is_none_or(|owner| self.large.get(owner).is_none_or(|held| *held < most))
    }

    fn take(&mut self, live: &LiveRun) {
        self.free -= 1;
        if let Some(owner) = large_owner(live) {
            *self.large.entry(owner.to_owned()).or_default() += 1;
        }
    }

    fn give_back(&mut self, live: &LiveRun) {
        self.free += 1;
        if let Some(held) = large_owner(live).and_then(|owner| self.large.get_mut(owner)) {
            *held -= 1;
        }
        self.large.retain(|_, held| *held > 0);
    }

    /// Tells each waiting run its place, from 1.
    fn announce(&self) {
        for (before, waiting) in self.line.iter().enumerate() {
            let position = u32::try_from(before + 1).ok();
            if waiting.live.read(|state| state.queue_position) != position {
                waiting.live.report(Event::Queued(position));
            }
        }
    }
}

/// The user whose run this is, if it is a large one.
fn large_owner(live: &LiveRun) -> Option<&str> {
    let identity = live.identity();
    (identity.positions_total > LARGE_POSITIONS).then_some(identity.owner.as_str())
}
