//! Compute slots: how many runs are computed at once, and the line of those that wait.
//!
//! The line is in order of priority, then of arrival: the order in which the queue hands runs out, so that whoever has
//! many runs under way does not hold up somebody who has one.
//!
//! A run keeps its slot, so the queue's order is not enough: the large runs of one user take all
//! slots but one at most. It is for other users and small runs. A single slot is not reserved.

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
    /// So many slots, at least one.
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

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use uuid::Uuid;

    use super::{ComputeSlot, ComputeSlots, Control};
    use crate::server::tracker::{RunIdentity, RunState, Tracker};

    fn claim(slots: &ComputeSlots, run_id: i64, priority: u32) -> ComputeSlot {
        claim_of(slots, run_id, priority, "", 1)
    }

    fn claim_of(slots: &ComputeSlots, run_id: i64, priority: u32, owner: &str, positions_total: u64) -> ComputeSlot {
        let identity = RunIdentity {
            portfolio_id: Uuid::new_v4(),
            owner: owner.to_owned(),
            portfolio_name: String::new(),
            attempt: 1,
            positions_total,
            data_notice: None,
        };
        let mut slot = slots.claim(run_id, priority, Tracker::default().insert(RunState::new(identity, 0)));
        slot.join();
        slot
    }

    fn places(line: &[&ComputeSlot]) -> Vec<Option<u32>> {
        line.iter().map(|slot| slot.live.read(|state| state.queue_position)).collect()
    }

    #[test]
    fn somebodys_only_run_goes_before_the_third_of_somebody_else() {
        let slots = ComputeSlots::new(1);
        let (working, second, third) = (claim(&slots, 1, 10), claim(&slots, 2, 9), claim(&slots, 3, 8));
        let only = claim(&slots, 4, 10);
        assert_eq!(places(&[&working, &only, &second, &third]), [None, Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn grants_free_slot_to_first_in_line() {
        let slots = ComputeSlots::new(1);
        let (working, first, second) = (claim(&slots, 1, 1), claim(&slots, 2, 1), claim(&slots, 3, 1));
        drop(working);
        assert!(!first.is_in_line());
        assert_eq!(places(&[&first, &second]), [None, Some(1)]);
    }

    #[test]
    fn keeps_slot_when_waiting_run_leaves() {
        let slots = ComputeSlots::new(1);
        let (working, leaving, last) = (claim(&slots, 1, 1), claim(&slots, 2, 1), claim(&slots, 3, 1));
        drop(leaving);
        assert!(last.is_in_line());
        drop(working);
        assert!(!last.is_in_line());
    }

    #[test]
    fn leaves_slot_beside_large_runs_of_user() {
        let slots = ComputeSlots::new(2);
        let first = claim_of(&slots, 1, 10, "greedy", 5_000);
        let second = claim_of(&slots, 2, 9, "greedy", 5_000);
        assert!(!first.is_in_line() && second.is_in_line());
        // Neither their own small runs nor anybody else's wait behind it.
        let small = claim_of(&slots, 3, 8, "greedy", 10);
        assert!(!small.is_in_line());
        let other = claim_of(&slots, 4, 10, "other", 5_000);
        drop(small);
        assert!(!other.is_in_line() && second.is_in_line());
        drop(other);
        assert!(second.is_in_line());
        drop(first);
        assert!(!second.is_in_line());
    }

    #[test]
    fn grants_single_slot_to_large_run() {
        let slots = ComputeSlots::new(1);
        assert!(!claim_of(&slots, 1, 10, "greedy", 5_000).is_in_line());
    }

    #[tokio::test]
    async fn stops_waiting_when_run_is_cancelled() {
        let slots = ComputeSlots::new(1);
        let _working = claim(&slots, 1, 1);
        let mut waiting = claim(&slots, 2, 1);
        let control = Control::default();
        control.cancel();
        assert!(waiting.ready(&control).await.is_err());
    }

    /// Whether a future is still pending after it was polled once.
    fn is_pending<T>(future: impl Future<Output = T>) -> bool {
        std::pin::pin!(future).now_or_never().is_none()
    }

    #[tokio::test]
    async fn separates_suspect_from_fresh_runs() {
        let slots = ComputeSlots::new(3);
        let (mut fresh, mut suspect) = (claim(&slots, 1, 1), claim(&slots, 2, 1));
        let control = Control::default();
        fresh.compute_beside_others(&control).await.unwrap();
        assert!(is_pending(suspect.compute_alone(&control)), "the fresh run may be the one that kills the server");
        fresh.phase_ended();
        suspect.compute_alone(&control).await.unwrap();
        suspect.compute_beside_others(&control).await.unwrap();
        assert!(is_pending(fresh.compute_beside_others(&control)), "nothing else computes while it does");
        suspect.exclusive().release();
        fresh.compute_beside_others(&control).await.unwrap();
    }
}
