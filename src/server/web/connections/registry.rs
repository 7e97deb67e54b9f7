//! Which connections there are, and which one gives way to a newcomer.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::server::util::lock::lock;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Nothing, or the head of a request is on its way.
    Waiting,
    /// Its answer is being sent.
    Answering,
    /// Its request is at work. It is never ended for a newcomer.
    Working,
}

/// What is known of one connection.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    stage: AtomicU8,
    /// When bytes last moved, in milliseconds since it began.
    moved_ms: AtomicU64,
    /// When its answer began, likewise.
    answering_ms: AtomicU64,
    /// Asks it to end.
    pub(super) evicted: CancellationToken,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            stage: AtomicU8::new(Stage::Waiting as u8),
            moved_ms: AtomicU64::new(0),
            answering_ms: AtomicU64::new(0),
            evicted: CancellationToken::new(),
        }
    }

    fn age_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Bytes moved.
    pub(super) fn moves(&self) {
        self.moved_ms.store(self.age_ms(), Ordering::Relaxed);
    }

    /// A request has come.
    pub(super) fn works(&self) {
        self.stage.store(Stage::Working as u8, Ordering::Relaxed);
    }

    /// Its answer begins.
    pub(super) fn answers(&self) {
        self.answering_ms.store(self.age_ms(), Ordering::Relaxed);
        self.stage.store(Stage::Answering as u8, Ordering::Relaxed);
    }

    /// Its answer has been handed to the connection.
    pub(super) fn waits(&self) {
        self.stage.store(Stage::Waiting as u8, Ordering::Relaxed);
    }

    /// When the current answer began, or the last one.
    pub(super) fn answering_since(&self) -> Instant {
        self.began + Duration::from_millis(self.answering_ms.load(Ordering::Relaxed))
    }

    /// The order in which connections give way; `None` for one that does not.
    fn rank(&self) -> Option<(Stage, Instant)> {
        let stage = match self.stage.load(Ordering::Relaxed) {
            stage if stage == Stage::Waiting as u8 => Stage::Waiting,
            stage if stage == Stage::Answering as u8 => Stage::Answering,
            _ => return None,
        };
        let moved = self.began + Duration::from_millis(self.moved_ms.load(Ordering::Relaxed));
        (!self.evicted.is_cancelled()).then_some((stage, moved))
    }
}

/// The connections of one listener.
#[derive(Default)]
pub(super) struct Registry {
    open: Mutex<Open>,
    /// One has ended.
    ended: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Arc<Activity>>,
}

/// A connection in the registry, until it is dropped.
pub(super) struct Registered {
    registry: Arc<Registry>,
    number: u64,
    pub(super) activity: Arc<Activity>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        lock(&self.registry.open).connections.remove(&self.number);
        self.registry.ended.notify_waiters();
    }
}

impl Registry {
    /// Adds a connection. Where there are `capacity` already, waits until the idlest one has given
    /// way.
    pub(super) async fn add(self: &Arc<Self>, capacity: usize) -> Registered {
        loop {
            // Made before it is counted, so that no end between the two is missed.
            let ended = self.ended.notified();
            if lock(&self.open).connections.len() < capacity {
                break;
            }
            self.evict();
            ended.await;
        }
        let activity = Arc::new(Activity::new());
        let mut open = lock(&self.open);
        let number = open.next;
        open.next += 1;
        open.connections.insert(number, activity.clone());
        Registered { registry: self.clone(), number, activity }
    }

    /// Asks the idlest connection to end; false where each of them has a request at work.
    pub(super) fn evict(&self) -> bool {
        let open = lock(&self.open);
        let ranked = open.connections.values().filter_map(|activity| Some((activity.rank()?, activity)));
        let idlest = ranked.min_by_key(|(rank, _)| *rank).map(|(_, activity)| activity);
        if let Some(activity) = idlest {
            activity.evicted.cancel();
        }
        idlest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn second() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn evicts_idlest_connection_first() {
        let registry = Arc::new(Registry::default());
        let mut connections = Vec::new();
        for _ in 0..4 {
            connections.push(registry.add(10).await);
            second().await;
        }
        let activity = |at: usize| &connections[at].activity;
        activity(0).works();
        activity(1).answers();
        activity(2).moves();
        for (evicted, why) in [(3, "silent for longest"), (2, "silent"), (1, "its answer is not read")] {
            assert!(registry.evict());
            assert!(activity(evicted).evicted.is_cancelled(), "{why}");
        }
        assert!(!registry.evict() && !activity(0).evicted.is_cancelled(), "a request at work goes on");
        activity(0).waits();
        assert!(registry.evict());
    }

    #[tokio::test(start_paused = true)]
    async fn waits_until_evicted_connection_ends() {
        let registry = Arc::new(Registry::default());
        let first = registry.add(1).await;
        let evicted = first.activity.evicted.clone();
        let ending = tokio::spawn(async move {
            evicted.cancelled().await;
            drop(first);
        });
        let second = registry.add(1).await;
        ending.await.unwrap();
        assert_eq!(lock(&registry.open).connections.len(), 1);
        drop(second);
    }
}
