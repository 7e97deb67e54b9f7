//! Compute slots, which limit how many runs compute at once, and the list of runs that wait for
//! one.
//!
//! Waiting runs are ordered by priority, then by arrival, as in the job queue. The more active runs
//! a user has, the lower the priority of the next one, so a user with many runs does not hold up a
//! user with a single run.
//!
//! A run keeps its slot until it ends, so the order alone is not enough. In addition, the large
//! runs of one user may together hold all slots but one. The remaining slot is left to other users
//! and small runs. If there is only one slot, large runs may use it.

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

/// A run with more positions than this counts as large. Large runs compute for seconds, all other
/// runs for only a moment.
const LARGE_POSITIONS: u64 = 500;

/// The compute slots of this process.
#[derive(Clone)]
pub struct ComputeSlots {
    state: Arc<Mutex<State>>,
    /// Read-locked by each run that computes a phase, write-locked by a run that must compute
    /// alone.
    computing: Arc<RwLock<()>>,
}

/// A run's permission to compute alone. As long as the run holds it, no other run can compute. Any
/// clone of this value can release the permission.
#[derive(Clone, Default)]
pub struct Exclusive(Arc<Mutex<Option<OwnedRwLockWriteGuard<()>>>>);

impl Exclusive {
    /// Releases the permission, so that other runs can compute again.
    pub fn release(&self) {
        lock(&self.0).take();
    }

    fn is_held(&self) -> bool {
        lock(&self.0).is_some()
    }
}

/// One run's claim to a compute slot. Dropping the claim frees the slot, or removes the run from
/// the waiting list.
pub struct ComputeSlot {
    slots: ComputeSlots,
    run_id: i64,
    priority: u32,
    live: LiveRun,
    /// `None` until the run has requested a slot. The channel's value becomes `true` when the slot
    /// is granted.
    granted: Option<watch::Receiver<bool>>,
    exclusive: Exclusive,
    shared: Option<OwnedRwLockReadGuard<()>>,
}

struct State {
    count: usize,
    free: usize,
    waiting: Vec<WaitingRun>,
    /// Number of slots held by the large runs of each user.
    large: BTreeMap<String, usize>,
}

struct WaitingRun {
    run_id: i64,
    priority: u32,
    live: LiveRun,
    granted: watch::Sender<bool>,
}

impl ComputeSlots {
    /// Creates `count` compute slots, or one slot if `count` is 0.
    pub fn new(count: usize) -> Self {
        let count = count.max(1);
        let state = State { count, free: count, waiting: Vec::new(), large: BTreeMap::new() };
        Self { state: Arc::new(Mutex::new(state)), computing: Arc::default() }
    }

    /// Creates a run's claim to a slot. It takes effect only when [`ComputeSlot::join`] is called.
    /// Runs with a higher `priority` get a slot first.
    pub fn claim(&self, run_id: i64, priority: u32, live: LiveRun) -> ComputeSlot {
        let exclusive = Exclusive::default();
        ComputeSlot { slots: self.clone(), run_id, priority, live, granted: None, exclusive, shared: None }
    }
}

impl ComputeSlot {
    /// Takes a free slot or joins the waiting list, and returns immediately.
    pub fn join(&mut self) {
        if self.granted.is_some() {
            return;
        }
        let mut state = lock(&self.slots.state);
        let is_free = state.may_grant(&self.live);
        let (granted, receiver) = watch::channel(is_free);
        self.granted = Some(receiver);
        if is_free {
            state.grant(&self.live);
        } else {
            let index = state.waiting.partition_point(|waiting| waiting.priority >= self.priority);
            let (run_id, priority, live) = (self.run_id, self.priority, self.live.clone());
            state.waiting.insert(index, WaitingRun { run_id, priority, live, granted });
            state.report_positions();
        }
    }

    /// Waits until no other run is computing a phase. Then prevents other runs from computing until
    /// the phase ends or [`Exclusive::release`] is called. Used when a run that has crashed
    /// repeatedly is started for the last time: if the process crashes again, no other run can be
    /// the cause.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub async fn compute_alone(&mut self, control: &Control) -> Result<(), Stop> {
        tokio::select! {
            guard = self.slots.computing.clone().write_owned() => *lock(&self.exclusive.0) = Some(guard),
            () = control.stopped() => {}
        }
        control.checkpoint()
    }

    /// Waits while another run computes alone, and then registers this run as computing. Does not
    /// wait if this run itself holds the permission to compute alone.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub async fn compute_shared(&mut self, control: &Control) -> Result<(), Stop> {
        if !self.exclusive.is_held() {
            tokio::select! {
                guard = self.slots.computing.clone().read_owned() => self.shared = Some(guard),
                () = control.stopped() => {}
            }
        }
        control.checkpoint()
    }

    /// Returns a clone of this run's permission to compute alone, so that other code can release
    /// it.
    pub fn exclusive(&self) -> Exclusive {
        self.exclusive.clone()
    }

    /// Marks the end of a phase, so that other runs no longer wait for this one.
    pub fn phase_ended(&mut self) {
        self.shared = None;
        self.exclusive.release();
    }

    /// Returns whether the run is waiting for a slot.
    pub fn is_waiting(&self) -> bool {
        self.granted.as_ref().is_some_and(|granted| !*granted.borrow())
    }

    /// Waits until the run has a slot.
    ///
    /// # Errors
    /// Returns [`Stop`] if the run is cancelled or the server is shutting down.
    pub async fn ready(&mut self, control: &Control) -> Result<(), Stop> {
        self.join();
        if let Some(granted) = &mut self.granted {
            tokio::select! {
                // `wait_for` cannot fail here, because the waiting list keeps the sender until it
                // grants the slot.
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
        if let Some(index) = state.waiting.iter().position(|waiting| waiting.run_id == self.run_id) {
            state.waiting.remove(index).live.report(Event::Queued(None));
        } else {
            state.release(&self.live);
            // Grants the slot to the first waiting run that may have one. A large run is passed
            // over while the large runs of its user hold the maximum number of slots.
            if let Some(next) = state.waiting.iter().position(|waiting| state.may_grant(&waiting.live)) {
                let next = state.waiting.remove(next);
                state.grant(&next.live);
                next.live.report(Event::Queued(None));
                next.granted.send_replace(true);
            }
        }
        state.report_positions();
    }
}

impl State {
    /// Returns whether a run may have a slot now. A slot must be free. For a large run, its user's
    /// large runs must also hold fewer slots than their limit, which leaves one slot for others.
    fn may_grant(&self, live: &LiveRun) -> bool {
        let limit = self.count.saturating_sub(1).max(1);
        self.free > 0 && large_owner(live).is_none_or(|owner| self.large.get(owner).is_none_or(|held| *held < limit))
    }

    fn grant(&mut self, live: &LiveRun) {
        self.free -= 1;
        if let Some(owner) = large_owner(live) {
            *self.large.entry(owner.to_owned()).or_default() += 1;
        }
    }

    fn release(&mut self, live: &LiveRun) {
        self.free += 1;
        if let Some(held) = large_owner(live).and_then(|owner| self.large.get_mut(owner)) {
            *held -= 1;
        }
        self.large.retain(|_, held| *held > 0);
    }

    /// Reports the position of each waiting run in the waiting list, counted from 1.
    fn report_positions(&self) {
        for (index, waiting) in self.waiting.iter().enumerate() {
            let position = u32::try_from(index + 1).ok();
            if waiting.live.read(|state| state.queue_position) != position {
                waiting.live.report(Event::Queued(position));
            }
        }
    }
}

/// Returns the owner of a large run, or `None` for a run that is not large.
fn large_owner(live: &LiveRun) -> Option<&str> {
    let identity = live.identity();
    (identity.positions_total > LARGE_POSITIONS).then_some(identity.owner.as_str())
}
