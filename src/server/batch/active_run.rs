//! State of a run that a worker is computing: the key that authorizes its writes, the handle for
//! its reports, and a helper that retries store calls.

use std::time::Duration;

use futures::future::BoxFuture;

use super::{BatchContext, Control, Stop};
use crate::server::{
    store::{RunKey, StoreError, StoreResult},
    tracker::LiveRun,
    util::viewer::Viewer,
};

/// Delay before retrying a store call that failed because the database is locked or full.
pub(super) const STORE_RETRY: Duration = Duration::from_secs(1);

/// A run that this process is computing.
pub(super) struct ActiveRun {
    pub context: BatchContext,
    /// If `true`, the run computes every phase and ignores the results of earlier attempts.
    pub from_start: bool,
    /// Number of workers that started the run before this one and after the run last made progress.
    /// The number is copied from [`RunRecord`](crate::server::store::RunRecord) when this process
    /// claims the run.
    pub start_count: u32,
    pub furthest: u64,
    /// Key that authorizes this worker to write to the run in the store.
    pub key: RunKey,
    /// Handle through which the run reports to the tracker.
    pub live: LiveRun,
    pub control: Control,
}

impl ActiveRun {
    /// Returns the run's owner as a [`Viewer`], which every read from the store requires.
    pub fn viewer(&self) -> Viewer<'_> {
        Viewer::Owner(&self.live.identity().owner)
    }

    /// Makes a store call, and retries it while the database is locked or full.
    ///
    /// # Errors
    /// Returns [`Stop`] if the store rejects the call, or if the run is stopped during the wait for
    /// the database.
    pub async fn retry_while_busy<'a, T>(&self, call: impl Fn() -> BoxFuture<'a, StoreResult<T>>) -> Result<T, Stop> {
        loop {
            match call().await {
                Err(StoreError::Busy(error)) => {
                    tracing::warn!(%error, "store busy; retrying");
                    tokio::select! {
                        () = tokio::time::sleep(STORE_RETRY) => {}
                        () = self.control.stopped() => self.control.checkpoint()?,
                    }
                }
                other => return other.map_err(Stop::from),
            }
        }
    }
}
