//! The workers: how many runs are computed at once, and the line of those that wait.

use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Control, Stop};
use crate::server::{
    lock::lock,
    tracker::{Event, LiveRun},
};

/// All workers.
#[derive(Clone)]
pub struct Workers {
    free: Arc<Semaphore>,
    line: Arc<Line>,
}

/// One run's claim to a worker. Dropping it frees the worker, or leaves the line.
pub struct Worker {
    workers: Workers,
    run_id: i64,
    live: LiveRun,
    permit: Option<OwnedSemaphorePermit>,
    place: Option<Place>,
}

impl Workers {
    /// So many workers, at least one.
    pub fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count.max(1))), line: Arc::default() }
    }

    /// The claim of a run, which takes no worker yet.
    pub fn claim(&self, run_id: i64, live: LiveRun) -> Worker {
        Worker { workers: self.clone(), run_id, live, permit: None, place: None }
    }
}

impl Worker {
    /// Takes a free worker, or a place in the line, at once.
    pub fn join(&mut self) {
        if self.permit.is_none() && self.place.is_none() {
            self.permit = self.workers.free.clone().try_acquire_owned().ok();
            if self.permit.is_none() {
                self.place = Some(self.workers.line.join(self.run_id, self.live.clone()));
            }
        }
    }

    /// Whether the run waits in the line.
    pub fn is_in_line(&self) -> bool {
        self.place.is_some()
    }

    /// Waits for a worker, unless the run has one.
    ///
    /// # Errors
    /// [`Stop`] when the run should not go on.
    pub async fn ready(&mut self, control: &Control) -> Result<(), Stop> {
        self.join();
        if self.permit.is_none() {
            tokio::select! {
                permit = self.workers.free.clone().acquire_owned() => self.permit = permit.ok(),
                () = control.stopped() => {}
            }
            self.place = None;
        }
        control.checkpoint()
    }
}

/// The runs that wait, in order.
#[derive(Default)]
struct Line {
    waiting: Mutex<Vec<(i64, LiveRun)>>,
}

/// A place in the line; dropping it lets the others move up.
struct Place {
    line: Arc<Line>,
    run_id: i64,
}

impl Line {
    fn join(self: &Arc<Self>, run_id: i64, live: LiveRun) -> Place {
        let mut waiting = lock(&self.waiting);
        waiting.push((run_id, live));
        Self::announce(&waiting);
        Place { line: self.clone(), run_id }
    }

    /// Tells each waiting run its place, from 1.
    fn announce(waiting: &[(i64, LiveRun)]) {
        for (before, (_, live)) in waiting.iter().enumerate() {
            let position = u32::try_from(before + 1).ok();
            if live.read(|state| state.queue_position) != position {
                live.report(Event::Queued(position));
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = lock(&self.line.waiting);
        if let Some(at) = waiting.iter().position(|(run_id, _)| *run_id == self.run_id) {
            let (_, live) = waiting.remove(at);
            live.report(Event::Queued(None));
        }
        Line::announce(&waiting);
    }
}
