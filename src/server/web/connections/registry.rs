//! The registry of open connections. At the connection limit, the registry evicts the idlest
//! connection to accept a new one.

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

/// The stage of a connection. Connections are evicted in the order of these variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// The connection is idle or is receiving the head of a request.
    Waiting,
    /// A response is being sent.
    Responding,
    /// A handler is processing a request. Such a connection is never evicted.
    Working,
}

/// The activity of one connection. It determines in which order connections are evicted.
#[derive(Debug)]
pub(super) struct Activity {
    started: Instant,
    stage: AtomicU8,
    /// When bytes were last transferred, in milliseconds since the connection started.
    transfer_ms: AtomicU64,
    /// When the most recent response started, in milliseconds since the connection started.
    response_ms: AtomicU64,
    /// Token whose cancellation evicts the connection. The connection then ends.
    pub(super) evicted: CancellationToken,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            stage: AtomicU8::new(Stage::Waiting as u8),
            transfer_ms: AtomicU64::new(0),
            response_ms: AtomicU64::new(0),
            evicted: CancellationToken::new(),
        }
    }

    fn age_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Records a transfer of bytes in either direction.
    pub(super) fn record_transfer(&self) {
        self.transfer_ms.store(self.age_ms(), Ordering::Relaxed);
    }

    /// Records that a handler has started to process a request.
    pub(super) fn start_request(&self) {
        self.stage.store(Stage::Working as u8, Ordering::Relaxed);
    }

    /// Records that a response has started.
    pub(super) fn start_response(&self) {
        self.response_ms.store(self.age_ms(), Ordering::Relaxed);
        self.stage.store(Stage::Responding as u8, Ordering::Relaxed);
    }

    /// Records that a whole response has been passed to the connection.
    pub(super) fn finish_response(&self) {
        self.stage.store(Stage::Waiting as u8, Ordering::Relaxed);
    }

    /// Returns when the most recent response started.
    pub(super) fn response_started(&self) -> Instant {
        self.started + Duration::from_millis(self.response_ms.load(Ordering::Relaxed))
    }

    /// Returns the connection's rank in the order of eviction; the lowest rank is evicted first.
    /// Returns `None` if the connection cannot be evicted or is already being evicted.
    fn rank(&self) -> Option<(Stage, Instant)> {
        let stage = match self.stage.load(Ordering::Relaxed) {
            stage if stage == Stage::Waiting as u8 => Stage::Waiting,
            stage if stage == Stage::Responding as u8 => Stage::Responding,
            _ => return None,
        };
        let last_transfer = self.started + Duration::from_millis(self.transfer_ms.load(Ordering::Relaxed));
        (!self.evicted.is_cancelled()).then_some((stage, last_transfer))
    }
}

/// The open connections of one listener.
#[derive(Default)]
pub(super) struct Registry {
    open: Mutex<Open>,
    /// Notifies waiting tasks when a connection ends.
    ended: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Arc<Activity>>,
}

/// Keeps a connection in the registry. Dropping this value removes the connection.
pub(super) struct Registration {
    registry: Arc<Registry>,
    number: u64,
    pub(super) activity: Arc<Activity>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        lock(&self.registry.open).connections.remove(&self.number);
        self.registry.ended.notify_waiters();
    }
}

impl Registry {
    /// Adds a connection. At `capacity`, evicts the idlest connection and waits until it has ended.
    pub(super) async fn add(self: &Arc<Self>, capacity: usize) -> Registration {
        loop {
            // Subscribes before counting the connections, so that a connection that ends in between
            // is not missed.
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
        Registration { registry: self.clone(), number, activity }
    }

    /// Tells the idlest connection to end. Returns `false` if no connection can be evicted.
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
        activity(0).start_request();
        activity(1).start_response();
        activity(2).record_transfer();
        for (evicted, why) in [(3, "silent for longest"), (2, "silent"), (1, "its response is not read")] {
            assert!(registry.evict());
            assert!(activity(evicted).evicted.is_cancelled(), "{why}");
        }
        assert!(!registry.evict() && !activity(0).evicted.is_cancelled(), "a request in progress is not evicted");
        activity(0).finish_response();
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
